"""The SMTP server that tests send to, driven with the standard library's client."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from webapp.embedded.mailcatcher.sink import Fault, MailSink


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


def send(sink: MailSink, *, to: str = "guest@example.org", subject: str = "Hello", timeout: float = 30) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "host@example.org", to, subject
    mail.set_content("A meeting.\n.\n..\n")  # dots are SMTP's end sign
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=timeout) as client:
        client.send_message(mail)


def test_keeps_envelope_and_content_in_order(sink: MailSink) -> None:
    send(sink, subject="one")
    send(sink, to="José <josé@exämple.org>", subject="Zwölf Boxkämpfer")
    one, two = sink.wait_for(2)
    assert (one.sender, one.recipients) == ("host@example.org", ("guest@example.org",))
    assert one.message["Subject"] == "one"
    assert one.message.get_content().splitlines() == ["A meeting.", ".", ".."]
    assert two.recipients == ("josé@exämple.org",)
    assert two.message["Subject"] == "Zwölf Boxkämpfer"


def test_waiting_says_what_came(sink: MailSink) -> None:
    send(sink)
    with pytest.raises(TimeoutError, match="1 of 2 mails"):
        sink.wait_for(2, timeout=0.1)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSE, ConnectionRefusedError),
        (Fault.HANG, smtplib.SMTPServerDisconnected),
        (Fault.TEMPORARY, smtplib.SMTPRecipientsRefused),
        (Fault.PERMANENT, smtplib.SMTPRecipientsRefused),
        (Fault.DENIED, smtplib.SMTPRecipientsRefused),
        (Fault.CUT, smtplib.SMTPServerDisconnected),
    ],
)
def test_each_fault_fails_the_sender_until_it_is_over(sink: MailSink, fault: Fault, error: type[Exception]) -> None:
    port = sink.port
    sink.fault = fault
    with pytest.raises(error):
        send(sink, timeout=0.3 if fault is Fault.HANG else 30)
    assert sink.messages == []
    sink.fault = Fault.NONE
    send(sink)
    assert (len(sink.wait_for(1)), sink.port) == (1, port)


@pytest.mark.parametrize(("fault", "code"), [(Fault.TEMPORARY, 451), (Fault.PERMANENT, 550), (Fault.DENIED, 554)])
def test_refusals_carry_their_code(sink: MailSink, fault: Fault, code: int) -> None:
    sink.fault = fault
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(sink)
    assert refusal.value.recipients["guest@example.org"][0] == code


def test_one_rejected_recipient_harms_nobody_else(sink: MailSink) -> None:
    sink.rejected.add("gone@example.org")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sink, to="Gone@example.org")
    send(sink, to="here@example.org")
    assert [mail.recipients for mail in sink.messages] == [("here@example.org",)]


def test_a_fault_reaches_connections_that_are_open(sink: MailSink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=30) as client:
        client.ehlo()
        sink.fault = Fault.REFUSE
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.mail("host@example.org")


def test_nothing_is_lost_when_many_send_at_once(sink: MailSink) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as senders:
        list(senders.map(lambda number: send(sink, subject=str(number)), range(40)))
    assert sorted(int(mail.message["Subject"]) for mail in sink.messages) == list(range(40))
