"""Settings: a table of variables, read from the environment once, at start. All faults are reported together.

The only module that reads os.environ. Each setting is one field below or in `tables`: its variable, a parser, an
example and, if it is optional, a default.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Self, get_type_hints

from webapp.core.config import values as as_
from webapp.core.config.tables import MAIL_PORTS, Env, MailSettings, QuotaSettings, WebServerSettings
from webapp.core.host_names import LOOPBACK_HOSTS, address_of, host_of
from webapp.core.mailbox import Mailbox

PROJECT_DIR = as_.PROJECT_DIR
SERVICES_FILE = "services.json"  # in DATA, written by a running `make run`; contains variables of this table
ENVIRONMENTS = ("development", "production")
LOG_LEVELS = ("debug", "info", "warning", "error")
DATABASE_EXAMPLE = "postgresql://openslot:password@localhost/openslot"
SHORTEST_SECRET = 32  # characters
PLACEHOLDERS = ("change", "secret", "example")
HONOURED_BY_LIBPQ = (  # PGSSLMODE and its like, PGGSSENCMODE and its like
    *("PGPASSWORD", "PGPASSFILE", "PGSSL", "PGGSS", "PGKRBSRVNAME"),
    *("PGCHANNELBINDING", "PGREQUIREAUTH", "PGREQUIREPEER"),
)


class SettingsError(Exception):
    """Some settings are missing or wrong; the message has one line for each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        heading = "1 setting is" if len(faults) == 1 else f"{len(faults)} settings are"
        super().__init__("\n".join([f"Openslot cannot start, {heading} wrong:", *(f"  {fault}" for fault in faults)]))


@dataclass(frozen=True, repr=False)
class Settings:
    public_url: Annotated[str, Env("PUBLIC_URL", as_.web_origin, "https://book.example.org")]
    secret_key: Annotated[str, Env("SECRET_KEY", as_.text, "what `openssl rand -base64 48` prints")]
    database_url: Annotated[str, Env("DATABASE_URL", as_.database_url, DATABASE_EXAMPLE)]
    database_owner_url: Annotated[str, Env("DATABASE_OWNER_URL", as_.database_url, DATABASE_EXAMPLE, default="")]
    redis_url: Annotated[str, Env("REDIS_URL", as_.redis_url, "redis://localhost:6379/0")]
    mail: MailSettings
    web: WebServerSettings
    quotas: QuotaSettings
    registration: Annotated[str, Env("REGISTRATION", as_.one_of("open", "invitation"), "invitation", "open")]
    environment: Annotated[str, Env("ENVIRONMENT", as_.one_of(*ENVIRONMENTS), *ENVIRONMENTS)]
    extra_hosts: Annotated[tuple[str, ...], Env("TRUSTED_HOSTS", as_.host_names, "book.internal", "")]
    guest_confirmation: Annotated[
        str, Env("GUEST_CONFIRMATION", as_.one_of("new-hosts", "all", "none"), "all", default="new-hosts")
    ]
    trusted_proxies: Annotated[int, Env("TRUSTED_PROXIES", as_.whole_number(0, 10), "1", default="0")]
    rate_limits: Annotated[bool, Env("RATE_LIMITS", as_.switch, "on", default="on")]
    outgoing_allowed_ranges: Annotated[
        tuple[as_.Network, ...], Env("OUTGOING_ALLOWED_RANGES", as_.networks, "10.20.0.0/16, fd00::/8", default="")
    ]
    local_mail_domains: Annotated[
        tuple[str, ...], Env("LOCAL_MAIL_DOMAINS", as_.mail_domains, "local, home.arpa", default="")
    ]
    security_contact: Annotated[str, Env("SECURITY_CONTACT", as_.security_contact, "security@example.org", default="")]
    retention_days: Annotated[int, Env("RETENTION_DAYS", as_.whole_number(0, 36_500), "730", default="0")]
    log_level: Annotated[str, Env("LOG_LEVEL", as_.one_of(*LOG_LEVELS), "info", default="info")]
    database_pool_size: Annotated[int, Env("DATABASE_POOL_SIZE", as_.whole_number(1, 200), "10", default="10")]
    data_dir: Annotated[Path, Env("DATA", as_.directory, "var", default="var")]
    reload: Annotated[int, Env("RELOAD", as_.whole_number(0, 1), "1", default="0")]

    @classmethod
    def from_environment(cls) -> Self:
        return cls.load(os.environ)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Raises SettingsError, which lists all faults. Missing settings are taken from a running `make run`."""
        values = _attached(environ) | {name: value for name, value in environ.items() if value}
        faults: list[str] = []
        settings = _read(cls, values, faults)
        mail = _read(MailSettings, values, faults)
        web = _read(WebServerSettings, values, faults)
        quotas = _read(QuotaSettings, values, faults)
        faults += [*_contradictions(values, settings.get("public_url")), *_too_few_connections(settings, web)]
        if faults:
            raise SettingsError(faults)
        settings["database_owner_url"] = settings["database_owner_url"] or settings["database_url"]
        mail["port"] = mail["port"] or MAIL_PORTS[mail["security"]]
        mail["sender"] = mail["sender"] or Mailbox(f"no-reply@{_sender_domain(settings['public_url'])}", "Openslot")
        return cls(**settings, mail=MailSettings(**mail), web=WebServerSettings(**web), quotas=QuotaSettings(**quotas))

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """Hosts that a request may name, in their canonical spelling; includes all names of this machine if the public
        URL has one of them."""
        host = host_of(self.public_url)
        return (*(LOOPBACK_HOSTS if host in LOOPBACK_HOSTS else (host,)), *self.extra_hosts)

    def flask_config(self) -> dict[str, Any]:
        """The settings that Flask and its extensions need, under their names."""
        return {
            "SECRET_KEY": self.secret_key,
            "PREFERRED_URL_SCHEME": "https" if self.is_secure else "http",
            "SESSION_COOKIE_NAME": "__Host-session" if self.is_secure else "session",
            "SESSION_COOKIE_SECURE": self.is_secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://",  # connections are opened by webapp.core.postgres
        }


TABLES = (Settings, MailSettings, WebServerSettings, QuotaSettings)


def environment() -> dict[str, str]:
    """The process environment, on top of the project's `.env`; the supervisor passes it to all processes that it
    starts. An installation with only the server's packages does not read the file: there, it is for compose."""
    env_file = PROJECT_DIR / ".env"
    if not env_file.exists() or find_spec("dotenv") is None:
        return dict(os.environ)
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(env_file).items() if value} | os.environ


def is_command() -> bool:
    """Whether the application was loaded by `flask` for a command, and not by a server."""
    return "FLASK_RUN_FROM_CLI" in environment()


def forget_server_variables() -> None:
    """Remove the web server's own variables: its options are given on the command line, and others would override
    its defaults unintentionally."""
    for name in [name for name in os.environ if name.startswith("GRANIAN_")]:
        del os.environ[name]


def forget_postgres_variables() -> None:
    """Remove PG* variables. libpq uses them for everything that a URL leaves out, and some in any case; a PGPORT or
    PGDATESTYLE in the operator's shell is not meant for this application. Variables for authenticating the client or
    the server are kept if there is a DATABASE_URL in the environment."""
    honoured = HONOURED_BY_LIBPQ if environment().get("DATABASE_URL") else ()
    for name in [name for name in os.environ if name.startswith("PG") and not name.startswith(honoured)]:
        del os.environ[name]


def variables() -> list[str]:
    """The names of all variables."""
    return [source.variable for table in TABLES for _, source in _table(table)]


def _table(settings: type) -> Iterator[tuple[str, Env]]:
    """(field name, source) of each field that a variable sets."""
    for name, hint in get_type_hints(settings, include_extras=True).items():
        yield from ((name, source) for source in getattr(hint, "__metadata__", ()))


def _read(settings: type, values: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """Parsed values by field name; invalid ones are left out and described in `faults`."""
    parsed = {}
    for name, source in _table(settings):
        raw = values.get(source.variable, source.default)
        if raw is None:
            faults.append(source.fault("is missing; set it, or start `make run` and use the services of that"))
            continue
        try:
            parsed[name] = source.parse(raw)
        except ValueError as error:
            faults.append(source.fault(str(error)))
    return parsed


def _contradictions(values: Mapping[str, str], public_url: str | None) -> Iterator[str]:
    """Faults in combinations of variables."""
    if values.get("ENVIRONMENT", "production").lower() == "production":
        secret = values.get("SECRET_KEY")
        if secret and (len(secret) < SHORTEST_SECRET or secret.lower().startswith(PLACEHOLDERS)):
            yield f"SECRET_KEY must be {SHORTEST_SECRET} random characters or more: openssl rand -base64 48"
        if values.get("FLASK_DEBUG", "0").lower() not in ("0", "false", "no"):
            yield "FLASK_DEBUG must be off in production. Example: FLASK_DEBUG=0"
    if ("MAIL_USERNAME" in values) != ("MAIL_PASSWORD" in values):
        yield "MAIL_USERNAME and MAIL_PASSWORD belong together: set both or none. Example: MAIL_USERNAME="
    if public_url and not values.get("MAIL_SENDER") and not _sender_domain(public_url):
        yield (
            "MAIL_SENDER is needed, since PUBLIC_URL has an address and no name."
            " Example: MAIL_SENDER=Openslot <no-reply@example.org>"
        )


def _too_few_connections(settings: Mapping[str, Any], web: Mapping[str, Any]) -> Iterator[str]:
    """With fewer connections than threads, requests that read would wait for those that write."""
    threads, connections = web.get("threads"), settings.get("database_pool_size")
    if threads and connections and connections < (least := 2 * threads + 2):
        yield (
            f"DATABASE_POOL_SIZE must be at least {least} if WEB_THREADS is {threads}: one connection for each thread"
            f" that reads, each that writes, and two more. Example: DATABASE_POOL_SIZE={least}"
        )


def _sender_domain(public_url: str) -> str:
    """The domain of the default sender of mail; empty if it cannot be determined."""
    host = host_of(public_url)
    address = address_of(host)
    if address is None:
        return host
    return "localhost" if address.is_loopback else ""


def _attached(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings of a running `make run` with the same DATA, if the environment alone is not sufficient."""
    sources = [source for table in TABLES for _, source in _table(table)]
    if all(environ.get(source.variable) for source in sources if source.default is None):
        return {}
    try:
        services_file = as_.directory(environ.get("DATA") or "var") / SERVICES_FILE
        offered: dict[str, str] = json.loads(services_file.read_text())
    except OSError:
        return {}
    # Mail settings are taken over all together or not at all, because a port belongs to its server.
    return {k: v for k, v in offered.items() if not (k.startswith("MAIL_") and environ.get("MAIL_SERVER"))}
