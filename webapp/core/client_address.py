"""Whom a request is counted for: one key for each subscriber, however a socket or a proxy writes the address."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"  # one key for all whose address cannot be read: they share a limit, none is without
_WRITTEN = re.compile(r"\[(?P<bracketed>[^]]*)\](:\d*)?|(?P<v4>[^:]*)(:\d*)?|(?P<v6>.*)")
# An IPv4 address in the last 32 bits: mapped (a socket for both), translated (RFC 7915), behind a NAT64 (RFC 6052).
_WITH_IPV4_AT_THE_END = tuple(map(ip_network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # RFC 8215: where in it the IPv4 address stands, its operator decides


def subscriber(written: str | None) -> str:
    """From `203.0.113.9`, `203.0.113.9:1024`, `2001:db8::1%eth0` or `[2001:db8::1]:1024`; UNKNOWN from anything else.

    An IPv4 address counts by itself, an IPv6 address by its /64, which is what one subscriber has.
    """
    try:
        address = ip_address(_bare(written or ""))
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        address = _ipv4_inside(address) or address
    if isinstance(address, IPv4Address) or address in _LOCAL_NAT64:
        return str(address)
    return address.exploded[:19]


def _bare(written: str) -> str:
    """Without brackets, port and zone."""
    found = _WRITTEN.fullmatch(written.strip())
    groups = found.groupdict() if found else {}
    address: str = next((group for group in groups.values() if group is not None), "")
    return address.partition("%")[0]


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    """That of the subscriber, where a translator or a tunnel put it: everybody behind one would share a /64."""
    if any(address in network for network in _WITH_IPV4_AT_THE_END):
        return IPv4Address(address.packed[-4:])
    return address.sixtofour or (address.teredo and address.teredo[1])
