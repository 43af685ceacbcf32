"""Parsers for the text of environment variables. Each raises ValueError("must be ...")."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from webapp.core.host_names import address_of, canonical, in_ascii, without_port
from webapp.core.mailbox import Mailbox

Network = IPv4Network | IPv6Network

USUAL_PORTS = {"http": 80, "https": 443}
DATABASE_URL = "postgresql://USER:PASSWORD@HOST/DATABASE"
PROJECT_DIR = Path(__file__).resolve().parents[3]


def text(value: str) -> str:
    if any(ord(character) < 32 for character in value):
        raise ValueError("must be one line without control characters")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"must be {' or '.join(choices)}, not {value!r}")
        return value.lower()

    return parse


def switch(value: str) -> bool:
    return one_of("on", "off")(value) == "on"


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}, not {value!r}")
        return int(value)

    return parse


def web_origin(value: str) -> str:
    """`https://book.example.org`: scheme, host and optionally a port; links in mails begin with it."""
    url = _split(value.strip())
    if url.scheme not in USUAL_PORTS or not url.hostname:
        raise ValueError("must begin with http:// or https:// and name a host")
    if url.path.strip("/") or url.query or url.fragment or "@" in url.netloc:
        raise ValueError("must be scheme, host and port only, without user, password or path")
    if url.port == 0:
        raise ValueError("must have a port from 1 to 65535, or none")
    host = canonical(without_port(url.netloc))
    return f"{url.scheme}://{host}" + (f":{url.port}" if url.port not in (None, USUAL_PORTS[url.scheme]) else "")


def database_url(value: str) -> str:
    """In libpq's syntax, which allows several hosts: postgresql://user@one:5432,two/database. Empty stays empty."""
    if not value:
        return ""
    scheme, _, rest = text(value).partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError(f"must be {DATABASE_URL}")
    conninfo = _conninfo(f"postgresql://{rest}")
    if not conninfo.get("dbname"):
        raise ValueError(f"must be {DATABASE_URL}")
    ports = str(conninfo.get("port", "")).split(",")
    if any(port and not (port.isdigit() and 0 < int(port) < 65536) for port in ports):
        raise ValueError("must have ports from 1 to 65535, one for each host")
    if rest.count("?host=") + rest.count("&host=") > 1:
        raise ValueError(f"must name several hosts as {DATABASE_URL.replace('HOST', 'HOST1:5432,HOST2:5432')}")
    return f"postgresql://{rest}"


def _conninfo(url: str) -> Mapping[str, Any]:
    try:
        return conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ValueError(f"must be {DATABASE_URL} ({re.sub(r': .*', '', str(error)).strip()})") from None


def redis_url(value: str) -> str:
    url = _split(value)
    if url.scheme not in ("redis", "rediss", "unix") or not (url.hostname or url.path):
        raise ValueError("must be redis://HOST:PORT/0 (or rediss://, unix://)")
    if url.scheme != "unix" and not re.fullmatch(r"/?\d*", url.path):
        raise ValueError("must end with the number of a database, such as /0")
    if url.query:
        _require_redis_options(value)
    return value


def _require_redis_options(value: str) -> None:
    from redis.connection import parse_url  # as slow to import as all settings, and rarely needed

    try:
        parse_url(value)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ValueError(f"must have options that can be understood ({error})") from None


def security_contact(value: str) -> str:
    """An e-mail address or a page. Empty text stays empty."""
    if not value or value.startswith("https://"):
        return _split(value).geturl()
    found = mailbox(value)
    if found is None or found.name:
        raise ValueError("must be an e-mail address or an address that begins with https://")
    return found.address


def mailbox(value: str) -> Mailbox | None:
    """Parsed here only, so that no other parser finds a different address in it; the domain is in ASCII. Empty text
    gives None."""
    if not value:
        return None
    try:
        parsed = Mailbox.parse(text(value))
        local, _, domain = parsed.address.rpartition("@")
        return Mailbox(f"{local}@{in_ascii(domain)}", parsed.name)
    except ValueError:
        raise ValueError("must be one e-mail address, or a name and one address in angle brackets") from None


def host_names(value: str) -> tuple[str, ...]:
    """Comma-separated; ports are ignored. A name that begins with a dot means all its subdomains."""
    return tuple(_host_name(text(name.strip())) for name in value.split(",") if name.strip())


def mail_domains(value: str) -> tuple[str, ...]:
    """Comma-separated."""
    names = tuple(canonical(text(name.strip()).removeprefix(".")) for name in value.split(",") if name.strip())
    if any(address_of(name) for name in names):
        raise ValueError(f"must be domains such as local or home.arpa, not {value!r}")
    return names


def listening_host(value: str) -> str:
    """An IP address of this machine, without brackets; the server does not resolve names."""
    address = address_of("127.0.0.1" if value.lower() == "localhost" else value.strip())
    if address is None:
        raise ValueError(f"must be an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::, not {value!r}")
    return str(address)


def _host_name(name: str) -> str:
    if address_of(name):
        return canonical(f"[{name}]" if ":" in name and not name.startswith("[") else name)
    dot = "." if name.startswith(".") else ""
    return dot + canonical(without_port(name.removeprefix(".")))


def networks(value: str) -> tuple[Network, ...]:
    """Comma-separated ranges in CIDR notation; a single address is a range of one."""
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"must be ranges such as 10.20.0.0/16, with commas between ({error})") from None


def directory(value: str) -> Path:
    return PROJECT_DIR / Path(value).expanduser()


def _split(value: str) -> SplitResult:
    try:
        url = urlsplit(text(value))
        url.port  # noqa: B018  raises if the port is not a number
    except ValueError as error:
        raise ValueError(f"must be a URL ({error})") from None
    return url
