"""The key under which a request is counted: one for each subscriber, no matter how their address is written."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.rate_limits import UNKNOWN, subscriber

PORTS = st.integers(0, 65535)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9:1024 ", "203.0.113.9"),
        ("203.0.113.9:", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:cb00:7109", "203.0.113.9"),
        ("[::FFFF:203.0.113.9]:443", "203.0.113.9"),
        ("::ffff:0:203.0.113.9", "203.0.113.9"),
        ("64:ff9b::203.0.113.9", "203.0.113.9"),
        ("64:ff9b:1:2:3:4:203.0.113.9", "64:ff9b:1:2:3:4:cb00:7109"),
        ("2002:cb00:7109:5::1", "203.0.113.9"),
        ("2001:0:c000:201:0:fbff:34ff:8ef6", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002"),
        ("[2001:db8:1:2::1]", "2001:0db8:0001:0002"),
        ("[2001:db8:1:2::1]:443", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("[fe80::1%25eth0]:443", "fe80:0000:0000:0000"),
        ("::1", "0000:0000:0000:0000"),
        *((nobody, UNKNOWN) for nobody in (None, "", "unknown", "_hidden", "203.0.113", "010.0.0.1", "1.2.3.4:x")),
        *((nobody, UNKNOWN) for nobody in ("[", "[]", "[]:1", "[::1", "::1]:80", "[203.0.113.9", "/run/web.sock")),
        ("203.0.113.9, 203.0.113.10", UNKNOWN),
    ],
)
def test_spellings(written: str | None, key: str) -> None:
    assert subscriber(written) == key


@given(st.ip_addresses(v=4), PORTS)
def test_an_ipv4_address_is_one_subscriber_in_all_its_spellings(address: IPv4Address, port: int) -> None:
    spellings = (f"{address}", f"{address}:{port}", f"::ffff:{address}", f"[::ffff:{address}]:{port}")
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) + int(address)).exploded
    assert {subscriber(written) for written in (*spellings, translated)} == {str(address)}


@given(st.ip_addresses(v=6, network="2400::/12"), st.integers(0, 2**64 - 1), PORTS)
def test_a_64_is_one_subscriber_and_the_next_another(address: IPv6Address, host: int, port: int) -> None:
    network = IPv6Network((address, 64), strict=False)
    neighbour = network[host]
    spellings = (f"{address}", f"[{address}]:{port}", address.exploded.upper(), f"{neighbour}%eth0", f"[{neighbour}]")
    assert len({subscriber(written) for written in spellings}) == 1
    assert subscriber(str(address + 2**64)) != subscriber(str(address))


@given(st.text() | st.ip_addresses().map(str))
def test_whatever_is_written_is_counted(written: str) -> None:
    assert subscriber(written)
    assert len(subscriber(written)) <= len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
