"""SMTP under Flask-Mail's configuration, with what Flask-Mail lacks: time-outs, verified TLS, a connection that is
kept open, SMTPUTF8, and refusals sorted into final ones and those worth another try (ADR 0024)."""

import smtplib
import ssl
import time
from dataclasses import dataclass
from typing import Any, Self, cast

import flask_mail
from flask import Flask

from webapp.core.config import MailSettings
from webapp.effects.mail.mime import Message
from webapp.effects.mail.replies import is_final, redacted

TIMEOUT = 10.0  # seconds for one answer of the server
CLOSING = 421  # "closing transmission channel", in answer to anything (RFC 5321 3.8)
IDLE = 5.0  # seconds after which a kept connection is asked whether it still lives


@dataclass
class NotAcceptedError(Exception):
    """The message was not accepted. `final`: no other try can succeed. `server`: it is the server's trouble, not
    this message's, so that others would fare the same just now. `reason` names no address and no secret."""

    reason: str
    final: bool = False
    server: bool = False

    def __str__(self) -> str:
        return self.reason


class Connection(flask_mail.Connection):
    """One SMTP connection, opened when first needed and kept until the server or `close` ends it."""

    mail: "Mail"
    host: smtplib.SMTP | None

    def __init__(self, mail: "Mail") -> None:
        super().__init__(mail)
        self._used_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def configure_host(self) -> smtplib.SMTP:
        """A fresh connection: certificate and name verified, logged in when the settings say so."""
        mail = self.mail
        context = ssl.create_default_context() if mail.use_ssl or mail.use_tls else None
        host: smtplib.SMTP
        if mail.use_ssl:
            host = smtplib.SMTP_SSL(mail.server, mail.port, timeout=TIMEOUT, context=context)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=TIMEOUT)
        try:
            if mail.use_tls:
                host.starttls(context=context)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def send(self, message: Message) -> None:  # type: ignore[override]
        """Hand over one mail. Raises NotAcceptedError."""
        was_kept = self.host is not None
        try:
            try:
                _transmit(self._connected(), message)
            except _NotBegunError:
                if not was_kept:
                    raise
                self.close()  # it had died since the last message, which is nobody's failure
                _transmit(self._connected(), message)
        except smtplib.SMTPResponseException as error:
            self._recover(error.smtp_code)
            raise _refusal(error, message.recipient) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NotAcceptedError(redacted(f"connection lost: {error}"), server=True) from error
        except BaseException:
            self.close()  # stopped in the middle of the dialogue: nobody can use this connection any more
            raise
        self._used_at = time.monotonic()

    def close(self) -> None:
        host, self.host = self.host, None
        if host is not None:
            host.close()

    def quit(self) -> None:
        """Say goodbye, when the connection is still good for that."""
        host, self.host = self.host, None
        if host is not None:
            try:
                host.quit()
            except (smtplib.SMTPException, OSError):
                host.close()

    def _connected(self) -> smtplib.SMTP:
        if self.host is not None and time.monotonic() - self._used_at > IDLE and not _is_alive(self.host):
            self.close()
        if self.host is None:
            try:
                self.host = self.configure_host()
                self.host.ehlo_or_helo_if_needed()
            except (smtplib.SMTPException, OSError) as error:
                self.close()
                raise NotAcceptedError(redacted(f"no mail server: {error}"), server=True) from error
        return self.host

    def _recover(self, code: int) -> None:
        """After a refusal the connection serves the next message, unless the server said that it is closing."""
        if self.host is None or code == CLOSING:
            return self.close()
        try:
            self.host.rset()
        except (smtplib.SMTPException, OSError):
            self.close()
        self._used_at = time.monotonic()
        return None


class Mail(flask_mail.Mail):
    """Flask-Mail's configuration, our connection: `connection` is this process's one, kept between messages."""

    def init_app(self, app: Flask) -> Any:
        app.config.from_mapping(mail_config(app.extensions["settings"].mail))
        state = super().init_app(app)
        self.connection = Connection(cast("Mail", state))  # the configuration alone, under the same names
        return state

    def connect(self) -> Connection:
        return self.connection


def mail_config(settings: MailSettings) -> dict[str, Any]:
    return {
        "MAIL_SERVER": settings.host,
        "MAIL_PORT": settings.port,
        "MAIL_USERNAME": settings.username or None,
        "MAIL_PASSWORD": settings.password or None,
        "MAIL_USE_TLS": settings.security == "starttls",
        "MAIL_USE_SSL": settings.security == "tls",
    }


class _RefusedAt(smtplib.SMTPResponseException):
    """A negative answer, with the command that got it."""

    def __init__(self, command: str, code: int, text: bytes | str) -> None:
        super().__init__(code, text)
        self.command = command


class _NotBegunError(smtplib.SMTPServerDisconnected):
    """The connection was gone before the first command: the server knows nothing of this message."""


def _transmit(host: smtplib.SMTP, message: Message) -> None:
    """MAIL, RCPT, DATA for one recipient (RFC 5321 3.3)."""
    speaks_utf8 = host.has_extn("smtputf8")
    if message.is_international and not speaks_utf8:
        # Our own address is a fault of the set-up: an operator mends it.
        command = "RCPT" if message.sender.isascii() else "MAIL"
        raise _RefusedAt(command, 553, "the mail server cannot send mail with addresses outside ASCII")
    international = message.international if speaks_utf8 else b""
    options = ["SMTPUTF8", "BODY=8BITMIME"] if message.is_international or international else []
    try:
        answer = host.mail(message.sender, options)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise _NotBegunError(str(error)) from error
    if answer[0] == CLOSING:
        raise _NotBegunError(str(answer))
    _expect("MAIL", answer, {250})
    _expect("RCPT", host.rcpt(message.recipient), {250, 251})
    try:
        _expect("DATA", host.data(international + message.content), {250})
    except smtplib.SMTPDataError as error:
        raise _RefusedAt("DATA", error.smtp_code, error.smtp_error) from error


def _expect(command: str, answer: tuple[int, bytes], good: set[int]) -> None:
    code, text = answer
    if code not in good:
        raise _RefusedAt(command, code, text)


def _refusal(error: smtplib.SMTPResponseException, recipient: str) -> NotAcceptedError:
    """Of RCPT and DATA some are this message's end (`replies.is_final`). A refusal of MAIL is a fault of the set-up,
    which an operator mends; 421 and whatever comes before a recipient was named concern every message."""
    text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    command = getattr(error, "command", "")
    about_message = command in ("RCPT", "DATA") and error.smtp_code != CLOSING
    return NotAcceptedError(
        redacted(f"{error.smtp_code} {text}", recipient),
        final=about_message and is_final(error.smtp_code, text),
        server=not about_message,
    )


def _is_alive(host: smtplib.SMTP) -> bool:
    try:
        return host.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


mail = Mail()
