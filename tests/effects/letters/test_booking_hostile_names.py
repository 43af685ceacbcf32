"""Names that a program could decode twice into something else: mails contain them literally."""

import pytest

from tests.builders import Build
from tests.effects.harness import InProcess, ics, part
from tests.effects.harness import words as text_of
from tests.effects.mail.header_reading import SENT, field, fields, mailboxes, words
from tests.services.ical.ics_rules import faults
from webapp.domain.text import flattened
from webapp.embedded.mailcatcher.sink import MailSink, Received

ENCODED = [
    "=?utf-8?q?a=0D=0AContent-Type:text/html=0D=0A=0D=0A<b>Pay_here</b><!--?=",
    "=?utf-8?q?a=0D=0ABcc=3A_x=40example=2Ecom?=",
    "=?unicode_escape?q?=5Cud800?=",
    "=?utf-8?q?a=00b?=",
    "=?utf-8?q?=E2=80=AEgro=2Eelpmaxe?=",
    "=?utf-8?q?thief=40example=2Eorg=2C_a?=",
    "=?utf-8?q?a?= =?utf-8?b?4oCu?=",
    "=?rot13?q?nqn?=",
    "=?utf-16?b?//5hAA==?=",
    "=?utf-8?q?=FF?=",
    "=?x-unknown?q?a?=",
    "=?utf-8?q??=",
    "=?",
]
FOLDED = [
    "Anna Katharina Hohenstein-Waldburg, Licensed Psychotherapist (LPC, NCC), Denver",
    "Maximiliane Freifrau von Hohenstein-Waldburg zu Zeil, thief@intranet, and all the others of us",
    "Søren Østergård Ærøskøbing Åse",
    "Søren Østergård Ærøskøbing Åse, Professor of the History of Science in Århus (retired)",
    'Ada "the <first>" Lovelace; a\\b, thief@intranet',
    "Ada (the first), <thief@intranet>",
    "a: b@intranet;",
    "two  blanks   and three",
    "no\u00a0break and ideographic\u3000blank",
    "a" * 120,
    "ü" * 120,
    "x " * 59 + "x",
    "q\u0323\u0302\u0301" * 30,
    "\U0001f469\U0001f3fd\u200d\U0001f4bb" * 20,
]
NAMES = ENCODED + FOLDED


@pytest.fixture
def sent(build: Build, mailer: InProcess, sink: MailSink, request: pytest.FixtureRequest) -> tuple[Received, Received]:
    """The mails to guest and host about a booking where everything is called so."""
    host = build.host(name=request.param, email="ada@example.org")
    build.event_type(host, title=request.param)
    build.booking(build.slot(host), name=request.param, email="gita@example.net", subject=request.param)
    mailer.run()
    assert [row.last_error for row in mailer.deliveries()] == [None, None]
    guest, host_mail = sorted(sink.messages, key=lambda mail: mail.recipients, reverse=True)
    return guest, host_mail


called = pytest.mark.parametrize("sent", NAMES, indirect=True, ids=lambda name: ascii(name)[:40])


@called
def test_the_header_has_its_fields_and_no_other(sent: tuple[Received, Received]) -> None:
    for mail in sent:
        assert [name for name, _ in fields(mail.content)] == SENT
        assert max(map(len, mail.content.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
        assert mail.message.get_content_type() == "multipart/mixed"
        assert mail.message.defects == []


@called
def test_all_parts_say_the_name_as_it_was_typed(
    sent: tuple[Received, Received], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["sent"]
    guest, host = sent
    assert words(field(guest.content, "Subject")).startswith(f"Confirmed: {name} with {name}, ")
    assert words(field(host.content, "Subject")).startswith(f"New booking: {name}, ")
    assert mailboxes(field(guest.content, "To")) == [("", "gita@example.net")]
    assert mailboxes(field(guest.content, "Reply-To")) == [(name, "ada@example.org")]
    assert mailboxes(field(host.content, "To")) == [(name, "ada@example.org")]
    assert mailboxes(field(host.content, "Reply-To")) == [(name, "gita@example.net")]
    for mail in sent:
        assert f"Who: {name}" in text_of(mail.message)
        assert faults(ics(mail.message), "REQUEST") == []


STORED = ["a\nBcc: x@example.com", "a\u202eb", "a\u2028b", "a\x07b"]


@pytest.mark.parametrize("name", STORED, ids=ascii)
def test_what_an_older_rule_let_in_begins_no_line(build: Build, mailer: InProcess, sink: MailSink, name: str) -> None:
    build.booking(build.slot(build.host()))
    mailer.execute("UPDATE booking SET guest_name = :name, subject = :name, notes = :name", name=name)
    mailer.execute("UPDATE event_type SET title = :name", name=name)
    mailer.execute("UPDATE host SET name = :name", name=name)
    mailer.run()
    for mail in sink.messages:
        assert [known for known, _ in fields(mail.content)] == SENT
        assert flattened(name) in words(field(mail.content, "Subject"))
        assert f"Who: {flattened(name)}" in text_of(mail.message)
        assert name not in text_of(mail.message)
        assert name not in part(mail.message, "text/html").get_content()
        assert faults(ics(mail.message), "REQUEST") == []


def test_a_guest_whose_address_is_outside_ascii_can_be_answered(
    build: Build, mailer: InProcess, sink: MailSink
) -> None:
    build.booking(build.slot(build.host(email="ada@example.org")), name="Jürgen", email="jürgen@exämple.net")
    mailer.run()
    (host,) = (mail for mail in sink.messages if mail.recipients == ("ada@example.org",))
    assert sorted(name for name, _ in fields(host.content)) == sorted(SENT)
    assert mailboxes(field(host.content, "Reply-To")) == [("Jürgen", "jürgen@xn--exmple-cua.net")]
    assert "jürgen@exämple.net" in text_of(host.message)


def test_an_answer_goes_to_no_address_that_programs_read_differently(
    build: Build, mailer: InProcess, sink: MailSink
) -> None:
    build.booking(build.slot(build.host(email="ada@example.org")))
    mailer.execute("UPDATE guest SET email = 'gita@example.net, thief@example.com'")
    mailer.run()
    (host,) = (mail for mail in sink.messages if mail.recipients == ("ada@example.org",))
    assert [name for name, _ in fields(host.content)] == [name for name in SENT if name != "Reply-To"]
    to_guest, _ = mailer.deliveries()
    assert "the address is not one that mail can be sent to" in to_guest.last_error
