"""The folder of caught mails and its page. The content of mails is untrusted."""

import shutil
import smtplib
from base64 import b64encode
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from webapp.embedded.mailcatcher.catcher import MailCatcher, start_mail_catcher
from webapp.embedded.mailcatcher.page import create_page
from webapp.embedded.mailcatcher.store import MailStore

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


def mail(
    *, subject: str = "Hello", text: str = "Text", html: str | None = None, sender: str = "a@b.org"
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "guest@example.org", subject
    message["Date"] = "Sun, 14 Mar 2027 09:30:00 +0100"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path / "mail")


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    started = start_mail_catcher(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def page(store: MailStore) -> FlaskClient:
    return create_page(store).test_client()


def test_caught_over_smtp_and_kept_byte_for_byte(tmp_path: Path) -> None:
    catcher = start_mail_catcher(tmp_path)
    try:
        raw = b"From: a@b.org\r\nTo: c@d.org\r\nSubject: =?x?=\r\n\r\n\xff..\r\n.dot\r\n"
        with smtplib.SMTP(catcher.environment["MAIL_SERVER"], int(catcher.environment["MAIL_PORT"])) as client:
            client.sendmail("a@b.org", ["c@d.org"], raw)
    finally:
        catcher.stop()
    assert (tmp_path / "mail" / "1.eml").read_bytes() == raw


def test_numbers_rise_across_restarts(tmp_path: Path) -> None:
    for _ in range(12):
        MailStore(tmp_path).add(mail().as_bytes())
    assert MailStore(tmp_path).numbers() == list(range(12, 0, -1))


def test_half_written_mail_is_not_seen(store: MailStore, tmp_path: Path, page: FlaskClient) -> None:
    (tmp_path / "mail" / ".1.part").write_bytes(b"Subject: half")
    assert store.numbers() == []
    assert "No mail yet" in page.get("/").text


def test_newest_first_and_older_ones_behind_a_link(store: MailStore, page: FlaskClient) -> None:
    for number in range(1, 53):
        store.add(mail(subject=f"mail no {number}.").as_bytes())
    first = page.get("/").text
    assert first.index("mail no 52.") < first.index("mail no 51.") < first.index("mail no 3.")
    assert "mail no 2." not in first
    assert "mail no 2." in page.get("/?before=3").text


@pytest.mark.parametrize("view", ["", "/html", "/raw", "/attachments"])
def test_no_text_of_a_mail_becomes_markup(store: MailStore, page: FlaskClient, view: str) -> None:
    message = mail(subject=ATTACK, text=f"{ATTACK} https://example.org/?a=1&b=<b>", html=f"<p>{ATTACK}</p>")
    message.replace_header("From", f'"{ATTACK.replace(chr(34), "")}" <a@b.org>')
    message.add_attachment(b"x", maintype="text", subtype="html", filename=f"{ATTACK}.html")
    store.add(message.as_bytes())
    for path in ("/", f"/1{view}"):
        answer = page.get(path)
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_html_is_shown_in_a_sandbox_only(store: MailStore, page: FlaskClient) -> None:
    store.add(mail(html=f"<html><head></head><p>{ATTACK}</p>").as_bytes())
    assert 'src="/1/frame"' in page.get("/1/html").text
    frame = page.get("/1/frame")
    assert "<script>" in frame.text  # the mail as it is: what keeps it harmless is the policy
    assert "sandbox allow-popups" in frame.headers["Content-Security-Policy"]
    assert "allow-scripts" not in frame.headers["Content-Security-Policy"]


def test_the_invitation_can_be_downloaded(store: MailStore, page: FlaskClient) -> None:
    calendar = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    message = mail(html="<p>x</p>")
    message.add_alternative(calendar.decode(), subtype="calendar", params={"method": "REQUEST"})
    message.add_attachment(calendar, maintype="text", subtype="calendar", filename="invite.ics")
    store.add(message.as_bytes())
    listed = page.get("/1/attachments").text
    assert "Attachments (2)" in listed
    assert "invite.ics" in listed
    index = max(attachment.index for attachment in store.mail(1).attachments)
    download = page.get(f"/1/attachments/{index}")
    assert download.data == calendar
    assert download.headers["Content-Disposition"] == "attachment; filename=invite.ics"


def test_an_attachment_is_never_shown_as_a_page(store: MailStore, page: FlaskClient) -> None:
    store.add(
        b"Content-Type: text/html\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''x%0D%0ASet-Cookie%3A%20a.html\r\n\r\n<script>"
    )
    download = page.get(f"/1/attachments/{store.mail(1).attachments[0].index}")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.mimetype == "application/octet-stream"
    assert "Set-Cookie" not in download.headers
    assert store.mail(1).attachments[0].name == "x__Set-Cookie: a.html"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-8?b?/w==?=\r\nDate: never\r\nFrom: <<>>,,@\r\nTo: \xff\xfe\r\n\r\n",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
    ],
)
def test_broken_mails_are_shown_all_the_same(store: MailStore, page: FlaskClient, raw: bytes) -> None:
    store.add(raw)
    assert [page.get(path).status_code for path in ("/", "/1", "/1/html", "/1/raw", "/1/attachments")] == [200] * 5


NAMES = [
    "=?utf-8?q?a=0D=0ABcc=3A_x=40example=2Ecom?=", "=?unicode_escape?q?=5Cud800?=", "=?utf-8?q?=E2=80=AEb?=",
    "=?rot13?q?nqn?=", "=?utf-8?q?thief=40example=2Eorg=2C_a?=",
    "Søren Østergård Ærøskøbing Åse, Professor of the History of Science", "Smith, Jones (Denver); a@example.org",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_are_shown_as_they_were_typed(store: MailStore, page: FlaskClient, name: str) -> None:
    """What an encoded word says is text: neither syntax nor another encoded word."""
    word = "=?utf-8?b?{}?=".format
    words = "\r\n ".join(word(b64encode(part.encode()).decode()) for part in (name[:9], name[9:]))
    head = f"From: {words} <a@b.org>\r\nTo: {words}\r\n <c@d.org>, e@f.org\r\nSubject: {words}\r\n\r\n"
    store.add(head.encode())
    summary = store.mail(1).summary
    assert summary.subject == name
    assert summary.sender == f"{name} <a@b.org>"
    assert summary.recipients == f"{name} <c@d.org>, e@f.org"
    assert str(escape(name)) in page.get("/").text


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: =?unicode_escape?q?=5Cud800?=\r\nFrom: =?unicode_escape?q?=5Cud800?= <a@b.org>\r\n\r\n",
        b"Subject: =?rot13?q?nqn?=\r\nFrom: =?x-unknown?b?!?= <a@b.org>\r\n\r\n",
        b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\ud800",
        b"Content-Type: text/html; charset=unicode_escape\r\n\r\n\\ud800",
        b"Content-Disposition: attachment; filename*=unicode_escape''%5Cud800\r\n\r\nx",
    ],
)
def test_what_is_no_text_is_shown_all_the_same(store: MailStore, page: FlaskClient, raw: bytes) -> None:
    store.add(raw)
    paths = ("/", "/1", "/1/html", "/1/frame", "/1/raw", "/1/attachments")
    assert [page.get(path).status_code for path in paths] == [200] * 6


def test_what_is_not_there_is_404(page: FlaskClient) -> None:
    assert [page.get(path).status_code for path in ("/7", "/7/frame", "/7/attachments/1", "/x")] == [404] * 4


def test_only_names_of_this_machine_reach_the_page(page: FlaskClient) -> None:
    assert page.get("/", headers={"Host": "attacker.example"}).status_code == 400
    assert page.get("/", headers={"Host": "localhost:8001"}).status_code == 200


def deliver(catcher: MailCatcher) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.sink.port, timeout=30) as client:
        client.send_message(mail())


def test_on_a_full_disk_the_sender_is_asked_to_come_back(catcher: MailCatcher, tmp_path: Path) -> None:
    (tmp_path / "mail" / ".1.part").symlink_to("/dev/full")  # the disk is full for whoever writes there
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        deliver(catcher)
    assert (refusal.value.smtp_code, refusal.value.smtp_error) == (452, b"4.3.1 Insufficient system storage")
    assert list((tmp_path / "mail").iterdir()) == []
    deliver(catcher)
    assert len(catcher.store.numbers()) == 1


def test_what_cannot_be_kept_otherwise_is_tried_again_too(catcher: MailCatcher, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "mail")
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        deliver(catcher)
    assert (refusal.value.smtp_code, refusal.value.smtp_error) == (451, b"4.3.0 The mail could not be kept")
    (tmp_path / "mail").mkdir()
    deliver(catcher)
    assert len(catcher.store.numbers()) == 1
