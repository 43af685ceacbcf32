"""Confirmed and blocked addresses: one for all spellings, stored as hashes, gone with the guest's data."""

import pytest

from tests.builders import Build, tomorrow
from webapp.core.db import session, transaction
from webapp.services.addresses.blocked import block_address, is_blocked, unblock_address
from webapp.services.addresses.confirmed import confirm_address, confirmed_among, is_confirmed
from webapp.services.privacy.erase import erase_address

pytestmark = pytest.mark.usefixtures("context")
EMAIL = "gita@example.net"
SPELLINGS = ("gita@example.net", "Gita@Example.NET", " gita@example.net ", "gita@ｅxample.net")


@pytest.mark.parametrize("typed", SPELLINGS)
def test_an_address_is_confirmed_in_every_spelling(typed: str) -> None:
    assert not is_confirmed(session(), typed)
    for _ in range(2):
        with transaction() as current:
            confirm_address(current, EMAIL)
    assert is_confirmed(session(), typed)
    assert confirmed_among(session(), [typed, "other@example.net"]) == {typed}


def test_the_address_of_a_confirmed_account_is_confirmed(build: Build) -> None:
    build.host(email="ada@example.org")
    build.host(email="bob@example.org", confirmed=False)
    spellings = {"Ada@example.org", "ada@example.org", "ada@ｅxample.org"}
    assert confirmed_among(session(), [*spellings, "bob@example.org"]) == spellings


@pytest.mark.parametrize("typed", SPELLINGS)
def test_an_address_is_blocked_for_one_host(build: Build, typed: str) -> None:
    one, other = build.host(), build.host()
    with transaction() as current:
        block_address(current, one, EMAIL)
    assert (is_blocked(session(), one, typed), is_blocked(session(), other, typed)) == (True, False)
    with transaction() as current:
        unblock_address(current, one, typed)
    assert not is_blocked(session(), one, EMAIL)


def test_erasing_a_guest_forgets_both(build: Build) -> None:
    host = build.host()
    build.booking(build.slot(host, tomorrow(10)), email=EMAIL)
    with transaction() as current:
        confirm_address(current, EMAIL)
        block_address(current, host, EMAIL)
    erase_address(EMAIL)
    assert build.rows("SELECT 1 FROM confirmed_address UNION ALL SELECT 1 FROM blocked_address") == []


def test_only_hashes_are_stored(build: Build) -> None:
    with transaction() as current:
        confirm_address(current, EMAIL)
    assert len(build.row("SELECT address_hash FROM confirmed_address")[0]) == 16
