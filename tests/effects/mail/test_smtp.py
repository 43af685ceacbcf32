"""The SMTP transport against servers that are encrypted, old-fashioned, impatient or forgetful."""

import gc
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from flask import Flask

from webapp.core.config.tables import MailSettings
from webapp.core.mailbox import Mailbox
from webapp.effects.mail import smtp
from webapp.effects.mail.mime import Message
from webapp.effects.mail.smtp import Connection, NotAcceptedError
from webapp.embedded.mailcatcher.sink import Fault, MailSink
from webapp.embedded.ports import LOOPBACK, free_port

TLS = Path(__file__).parents[1] / "tls"
AUTHORITY = str(TLS / "certificate.pem")
MESSAGE = Message("no-reply@example.org", "guest@example.net", b"Subject: x\r\n\r\nHello\r\n")
Server = Callable[..., Controller]


class Keeper:
    """aiosmtpd's handler: keeps what comes."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self.options: list[list[str]] = []  # of MAIL

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.contents.append(envelope.content)
        self.options.append(envelope.mail_options)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[Server]:
    running: list[Controller] = []

    def start(**options: Any) -> Controller:
        running.append(Controller(Keeper(), hostname=LOOPBACK, port=free_port(), **options))
        running[-1].start()
        return running[-1]

    yield start
    for controller in running:
        controller.stop()
    with warnings.catch_warnings():  # aiosmtpd forgets a connection that ended in the middle of AUTH
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def connect(app: Flask, server: Server) -> Iterator[Callable[..., Connection]]:
    before = app.extensions["settings"]
    opened: list[Connection] = []

    def to(port: int, **settings: str) -> Connection:
        values = {"host": "localhost", "username": "", "password": "", "security": "none"}
        mail_settings = MailSettings(**(values | settings), port=port, sender=Mailbox("a@example.org"))
        app.extensions["settings"] = replace(before, mail=mail_settings)
        mail = smtp.Mail()
        mail.init_app(app)
        opened.append(mail.connection)
        return mail.connection

    yield to
    app.extensions["settings"] = before
    for connection in opened:
        connection.quit()


def certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if an authority of this machine had signed the tests' certificate."""
    make = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda **given: make(**{"cafile": AUTHORITY, **given}))


ENCRYPTED = pytest.mark.parametrize(
    ("security", "option"), [("starttls", "tls_context"), ("tls", "ssl_context")], ids=["starttls", "tls"]
)


@ENCRYPTED
def test_a_certificate_that_nobody_vouches_for_ends_it(
    server: Server, connect: Callable[..., Connection], security: str, option: str
) -> None:
    there = server(**{option: certified()})
    with pytest.raises(NotAcceptedError, match="CERTIFICATE_VERIFY_FAILED") as failure:
        connect(there.port, security=security).send(MESSAGE)
    assert failure.value.server
    assert there.handler.contents == []


@ENCRYPTED
def test_a_certificate_for_another_name_ends_it(
    server: Server, connect: Callable[..., Connection], trusted: None, security: str, option: str
) -> None:
    there = server(**{option: certified()})
    with pytest.raises(NotAcceptedError, match="certificate is not valid for"):
        connect(there.port, security=security, host="127.0.0.1").send(MESSAGE)


@ENCRYPTED
def test_a_good_certificate_carries(
    server: Server, connect: Callable[..., Connection], trusted: None, security: str, option: str
) -> None:
    there = server(**{option: certified()})
    connect(there.port, security=security).send(MESSAGE)
    assert len(there.handler.contents) == 1


def test_without_starttls_at_the_server_nothing_is_sent(server: Server, connect: Callable[..., Connection]) -> None:
    there = server()
    with pytest.raises(NotAcceptedError, match="STARTTLS extension not supported"):
        connect(there.port, security="starttls").send(MESSAGE)
    assert there.handler.contents == []


def test_a_refused_login_is_the_servers_trouble_and_shows_no_password(
    server: Server, connect: Callable[..., Connection], trusted: None
) -> None:
    nobody = AuthResult(success=False, handled=False)
    there = server(tls_context=certified(), authenticator=lambda *_: nobody, auth_required=True)
    with pytest.raises(NotAcceptedError) as failure:
        connect(there.port, security="starttls", username="openslot", password="correct horse").send(MESSAGE)
    assert (failure.value.server, failure.value.final) == (True, False)
    assert "correct horse" not in str(failure.value)


def test_an_address_outside_ascii_needs_a_server_that_speaks_it(
    server: Server, connect: Callable[..., Connection]
) -> None:
    abroad = replace(MESSAGE, recipient="josé@example.net")
    old = server(enable_SMTPUTF8=False)
    with pytest.raises(NotAcceptedError, match="addresses outside ASCII") as failure:
        connect(old.port).send(abroad)
    assert (failure.value.server, failure.value.final) == (False, True)
    new = server(enable_SMTPUTF8=True)
    connect(new.port).send(abroad)
    assert len(new.handler.contents) == 1


def test_a_sender_outside_ascii_is_a_fault_of_the_set_up(server: Server, connect: Callable[..., Connection]) -> None:
    old = server(enable_SMTPUTF8=False)
    with pytest.raises(NotAcceptedError, match="addresses outside ASCII") as failure:
        connect(old.port).send(replace(MESSAGE, sender="jürgen@example.org"))
    assert (failure.value.server, failure.value.final) == (True, False)


def test_a_field_with_an_address_outside_ascii_is_for_servers_that_speak_it(
    server: Server, connect: Callable[..., Connection]
) -> None:
    answered_abroad = replace(MESSAGE, international="Reply-To: jürgen@example.net\r\n".encode())
    old, new = server(enable_SMTPUTF8=False), server(enable_SMTPUTF8=True)
    connect(old.port).send(answered_abroad)
    connect(new.port).send(answered_abroad)
    assert old.handler.contents == [MESSAGE.content]
    assert old.handler.options == [[]]
    assert new.handler.contents == [answered_abroad.international + MESSAGE.content]
    assert "SMTPUTF8" in new.handler.options[0]


def test_one_connection_serves_many_and_is_replaced_when_it_died(
    sink: MailSink, connect: Callable[..., Connection]
) -> None:
    connection = connect(sink.port)
    connection.send(MESSAGE)
    first = connection.host
    connection.send(MESSAGE)
    assert connection.host is first
    sink.fault = Fault.NONE  # drops what is open
    connection.send(MESSAGE)
    assert connection.host is not first
    assert len(sink.messages) == 3


def test_a_refused_recipient_leaves_the_connection_for_the_next(
    sink: MailSink, connect: Callable[..., Connection]
) -> None:
    sink.rejected.add("gone@example.net")
    connection = connect(sink.port)
    with pytest.raises(NotAcceptedError) as failure:
        connection.send(replace(MESSAGE, recipient="gone@example.net"))
    assert failure.value.final
    kept = connection.host
    connection.send(MESSAGE)
    assert connection.host is kept


def test_a_silent_server_is_given_up(
    sink: MailSink, connect: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    sink.fault = Fault.HANG
    before = time.monotonic()
    with pytest.raises(NotAcceptedError, match="timed out") as failure:
        connect(sink.port).send(MESSAGE)
    assert failure.value.server
    assert time.monotonic() - before < 8  # its patience without the patch is 10
