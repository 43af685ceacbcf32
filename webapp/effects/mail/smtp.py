"""SMTP with Flask-Mail's configuration, and what Flask-Mail lacks: timeouts, verified TLS, a connection that stays
open, SMTPUTF8, and refusals classified as final or worth a retry (ADR 0024)."""

import smtplib
import ssl
import time
from dataclasses import dataclass
from typing import Any, Self, cast

import flask_mail
from flask import Flask

from webapp.core.config.tables import MailSettings
from webapp.effects.mail.mime import Message
from webapp.effects.mail.replies import is_final, redacted

TIMEOUT = 10.0  # seconds for one reply of the server
CLOSING = 421  # "closing transmission channel", in reply to any command (RFC 5321 3.8)
IDLE = 5.0  # seconds after which an open connection is checked before use


@dataclass
class NotAcceptedError(Exception):
    """The message was not accepted. `final`: no retry can succeed. `server`: the server is at fault, not this message,
    so other messages would fail now, too. `reason` contains no address and no secret."""

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
        """A new connection: certificate and name verified, logged in if configured."""
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
        """Send one mail. Raises NotAcceptedError."""
        was_kept = self.host is not None
        try:
            try:
                _transmit(self._connected(), message)
            except _NotBegunError:
                if not was_kept:
                    raise
                self.close()  # the connection was lost since the last message, which is not a failure
                _transmit(self._connected(), message)
        except smtplib.SMTPResponseException as error:
            self._recover(error.smtp_code)
            raise _refusal(error, message.recipient) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NotAcceptedError(redacted(f"connection lost: {error}"), server=True) from error
        except BaseException:
            self.close()  # interrupted in the middle of the dialogue: the connection is unusable
            raise
        self._used_at = time.monotonic()

    def close(self) -> None:
        host, self.host = self.host, None
        if host is not None:
            host.close()

    def quit(self) -> None:
        """Send QUIT if the connection still works."""
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
        """After a refusal, reset the connection for the next message, unless the server said that it is closing."""
        if self.host is None or code == CLOSING:
            return self.close()
        try:
            self.host.rset()
        except (smtplib.SMTPException, OSError):
            self.close()
        self._used_at = time.monotonic()
        return None


class Mail(flask_mail.Mail):
    """Flask-Mail's configuration with our connection: `connection` is the only one in this process, reused for all
    messages."""

    def init_app(self, app: Flask) -> Any:
        app.config.from_mapping(mail_config(app.extensions["settings"].mail))
        state = super().init_app(app)
        self.connection = Connection(cast("Mail", state))  # only the configuration, with the same attributes
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
    """A negative reply, with the command that caused it."""

    def __init__(self, command: str, code: int, text: bytes | str) -> None:
        super().__init__(code, text)
        self.command = command


class _NotBegunError(smtplib.SMTPServerDisconnected):
    """The connection was lost before the first command: the server knows nothing about this message."""


def _transmit(host: smtplib.SMTP, message: Message) -> None:
    """MAIL, RCPT, DATA for one recipient (RFC 5321 3.3)."""
    speaks_utf8 = host.has_extn("smtputf8")
    if message.is_international and not speaks_utf8:
        # If the sender's address is at fault, it is a configuration error for the operator to fix.
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
    """A refusal of RCPT or DATA may be final for this message (`replies.is_final`). A refusal of MAIL is a
    configuration error, which an operator must fix; 421 and any refusal before RCPT concern every message."""
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
