"""Where the application may send requests on behalf of users: the rule about URLs, ports and addresses.

`ipaddress.is_global` alone is not enough: it is true for multicast, NAT64 and 6to4, which can lead to any private
address. For IPv6 only global unicast without IANA's special-purpose blocks is public; for IPv4, everything outside
the special-purpose blocks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2000
USUAL_PORTS = {"http": 80, "https": 443}
PORTS = (80, 443, 8080, 8443)

# Special-purpose blocks, and 168.63.129.16: machines in Azure reach their host's agent there, which has secrets.
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(block)
    for block in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
    2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
    """.split()
)
_GLOBAL_UNICAST = ip_network("2000::/3")  # ::1, IPv4-mapped, 64:ff9b::/96, fc00::/7, fe80::/10, ff00::/8 are outside
_VISIBLE = re.compile(r"[!#-;=?-\[\]_a-z~%]+", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_BRACKETED = re.compile(r"\[[0-9a-f:.%]+\](:\d*)?", re.IGNORECASE)
_NUMERIC_END = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")  # some resolvers read these as addresses: 127.1, 0x7f000001
_OWN_NAME = re.compile(r"(^|\.)localhost$")


class UrlFault(ValueError):
    """Why nothing can be sent to a URL."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL. `host` is a name in lower case or an address without brackets; `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """For the Host header: with the port only if it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL_PORTS[self.scheme] else f"{host}:{self.port}"


def is_permitted(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether the address is public or in a range that the operator allows."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    return is_public(address) or is_in(address, allowed)


def is_in(address: Address, ranges: Sequence[Network]) -> bool:
    return any(address in network for network in ranges)


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not is_in(address, _NOT_PUBLIC)  # either may be the first to list a new block


def may_use_port(target: Target, address: Address, allowed: Sequence[Network]) -> bool:
    """https on the usual ports; inside an allowed range, any port, and http too."""
    return is_in(address, allowed) or (target.scheme == "https" and target.port in PORTS)


def target_of(url: str, allowed: Sequence[Network]) -> Target:
    """Parse a URL and check what can be checked without resolving its name. Raises UrlFault."""
    if len(url) > LONGEST_URL:
        raise UrlFault(f"Must be {LONGEST_URL} characters or fewer.")
    if not _VISIBLE.fullmatch(url):
        raise UrlFault("Must be a web address of plain characters, others written as %20 or xn--.")
    parts, port = _split(url)
    host = (parts.hostname or "").removesuffix(".")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port or USUAL_PORTS[parts.scheme], path)
    _check_place(target, allowed)
    return target


def literal_address(host: str) -> Address | None:
    """The IP address, if the host of a URL is one."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UrlFault("Must be a web address such as https://example.org/hook.") from None
    if parts.scheme not in USUAL_PORTS or not parts.hostname or port == 0:
        raise UrlFault("Must begin with https:// and name a host.")
    if "@" in parts.netloc:
        raise UrlFault("Must not contain a user name or password.")
    if "#" in url:
        raise UrlFault("Must not contain #.")
    if "[" in parts.netloc and not _BRACKETED.fullmatch(parts.netloc):
        raise UrlFault("Must name a host such as example.org.")  # not what urlsplit would use as the host
    return parts, port


def _check_place(target: Target, allowed: Sequence[Network]) -> None:
    address = IPv4Address("127.0.0.1") if _OWN_NAME.search(target.host) else literal_address(target.host)
    if address is None and (not _NAME.fullmatch(target.host) or _NUMERIC_END.search(target.host)):
        raise UrlFault("Must name a host such as example.org.")
    if address is not None and not is_permitted(address, allowed):
        raise UrlFault("Must be reachable from the internet: private addresses are not allowed here.")
    # A name is resolved only when something is sent; if any ranges are allowed, `may_use_port` decides then.
    if bool(allowed) if address is None else is_in(address, allowed):
        return
    if target.scheme != "https":
        raise UrlFault("Must begin with https://, because messages contain your guests' data.")
    if target.port not in PORTS:
        raise UrlFault(f"Must use one of the ports {', '.join(map(str, PORTS))}.")
