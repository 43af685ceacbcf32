"""Names and addresses of hosts, in the one spelling that browsers send: lower case, xn-- labels, IPv6 in brackets."""

import re
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
LONGEST_NAME, LONGEST_LABEL = 253, 63
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)  # a name that ends in one is an address to browsers: 127.1
_WITH_PORT = re.compile(r"(\[[^]]*\]|[^:]*)(?::\d*)?")


def canonical(host: str) -> str:
    """`host` comes without a port. Raises ValueError("must ...")."""
    if host.startswith("["):
        return _bracketed(host)
    name = in_ascii(host).lower().removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(name)
    labels = name.split(".")
    if "_" in name:
        raise ValueError("must name a host without `_`, which web browsers and servers refuse; write a hyphen instead")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("must name a host by letters, digits and hyphens, with dots between")
    if len(name) > LONGEST_NAME or max(map(len, labels)) > LONGEST_LABEL:
        raise ValueError(f"must name a host of {LONGEST_NAME} characters at most, {LONGEST_LABEL} between two dots")
    return name


def in_ascii(name: str) -> str:
    """With xn-- labels. Raises ValueError("must ...")."""
    if name.isascii() or "_" in name:
        return name
    import idna  # takes as long to load as the rest of the settings

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("must name a host that can be written in the spelling with xn--; try that one") from None


@lru_cache(maxsize=1024)
def mail_address_in_ascii(address: str) -> str:
    """Its domain, that is: one spelling for mails and calendars, which compare what stands there. Left as it is where
    it has none; the mail server says what it thinks of it."""
    local, at, domain = address.rpartition("@")
    with suppress(ValueError):
        return f"{local}{at}{in_ascii(domain)}"
    return address


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """That of a canonical host; None: it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def host_of(origin: str) -> str:
    """That of `https://book.example.org:8000`."""
    return without_port(origin.partition("://")[2])


def without_port(host: str) -> str:
    """What stands before the port of a Host header or of a URL; empty when it is neither."""
    match = _WITH_PORT.fullmatch(host)
    return match[1] if match else ""


def is_among(trusted: Collection[str], host: str) -> bool:
    """Whether a Host header names one of the canonical hosts, or something below one that begins with a dot."""
    name = _known(host)
    return name in trusted or any(name.endswith(one) for one in trusted if one.startswith("."))


@lru_cache(maxsize=64)
def _known(host: str) -> str:
    try:
        return canonical(without_port(host))
    except ValueError:
        return ""


def _bracketed(host: str) -> str:
    try:
        address = IPv6Address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise ValueError("must name an IPv6 address in brackets, such as [2001:db8::1]") from None
    if address.scope_id is not None:
        raise ValueError("must name an IPv6 address without a zone (%), which browsers do not open")
    return f"[{address}]"


def _ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except ValueError:
        raise ValueError("must name an IPv4 address by its four numbers, such as 192.0.2.7") from None
