"""How a setting is described, and the settings of single services as tables of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from webapp.core.config import values as as_
from webapp.core.mailbox import Mailbox

MAIL_PORTS = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True)
class Env:
    """The source of a setting. `default` is text, as in the environment; None: the setting is required."""

    variable: str
    parse: Callable[[str], object]
    example: str
    default: str | None = None

    def fault(self, problem: str) -> str:
        return f"{self.variable} {problem}. Example: {self.variable}={self.example}"


# repr=False: nearly every value is a secret or names a person or a host, and objects end up in logs.
@dataclass(frozen=True, repr=False)
class MailSettings:
    host: Annotated[str, Env("MAIL_SERVER", as_.text, "smtp.example.org")]
    port: Annotated[int, Env("MAIL_PORT", as_.whole_number(0, 65535), "587", default="0")]
    username: Annotated[str, Env("MAIL_USERNAME", as_.text, "openslot", default="")]
    password: Annotated[str, Env("MAIL_PASSWORD", as_.text, "its password", default="")]
    security: Annotated[str, Env("MAIL_SECURITY", as_.one_of(*MAIL_PORTS), "tls", default="starttls")]
    sender: Annotated[Mailbox, Env("MAIL_SENDER", as_.mailbox, "Openslot <no-reply@example.org>", default="")]


@dataclass(frozen=True, repr=False)
class WebServerSettings:
    """Used by bin/web, which listens for connections."""

    host: Annotated[str, Env("WEB_HOST", as_.listening_host, "127.0.0.1", default="127.0.0.1")]
    port: Annotated[int, Env("PORT", as_.whole_number(1, 65535), "8000", default="8000")]
    workers: Annotated[int, Env("WEB_WORKERS", as_.whole_number(1, 100), "2", default="2")]
    threads: Annotated[int, Env("WEB_THREADS", as_.whole_number(1, 1000), "4", default="4")]

    @property
    def reached_at(self) -> str:
        """The address at which this machine connects to it: a wildcard address cannot be connected to."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


@dataclass(frozen=True, repr=False)
class QuotaSettings:
    """How much guests may book with one host, and how many guests a new host has mailed in a day. 0: no limit."""

    open_per_guest: Annotated[int, Env("OPEN_BOOKINGS_PER_GUEST", as_.whole_number(0, 1000), "3", default="3")]
    hourly: Annotated[int, Env("HOURLY_BOOKINGS_PER_HOST", as_.whole_number(0, 100_000), "60", default="60")]
    usual: Annotated[int, Env("BOOKINGS_BEFORE_PROOF", as_.whole_number(0, 100_000), "30", default="30")]
    new_host_guests: Annotated[
        int, Env("NEW_HOST_RECIPIENTS_PER_DAY", as_.whole_number(0, 100_000), "60", default="60")
    ] = 0


NO_QUOTAS = QuotaSettings(0, 0, 0)
