"""Host names and addresses in the canonical form that browsers send: lower case, xn-- labels, IPv6 in brackets."""

import re
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
LONGEST_NAME, LONGEST_LABEL = 253, 63
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)  # browsers read a name that ends in one as an address: 127.1
_WITH_PORT = re.compile(r"(\[[^]]*\]|[^:]*)(?::\d*)?")


def canonical(host: str) -> str:
    """`host` has no port. Raises ValueError("must ...")."""
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
    import idna  # as slow to import as the rest of the settings

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("must name a host that can be written in the spelling with xn--; try that one") from None


@lru_cache(maxsize=1024)
def mail_address_in_ascii(address: str) -> str:
    """The address with its domain in ASCII: one spelling for mails and calendars, which compare addresses literally.
    Unchanged if the domain has no ASCII form; the mail server then decides."""
    local, at, domain = address.rpartition("@")
    with suppress(ValueError):
        return f"{local}{at}{in_ascii(domain)}"
    return address


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address of a canonical host; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def host_of(origin: str) -> str:
    """The host in an origin such as `https://book.example.org:8000`."""
    return without_port(origin.partition("://")[2])


def without_port(host: str) -> str:
    """The host in a Host header or in the host and port of a URL; empty if the text is malformed."""
    match = _WITH_PORT.fullmatch(host)
    return match[1] if match else ""


def is_among(trusted: Collection[str], host: str) -> bool:
    """Whether a Host header names one of the canonical hosts, or a subdomain of one that begins with a dot."""
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
