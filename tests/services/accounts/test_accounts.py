"""Creating hosts: one way for registration, the command line, demo data and tests."""

import pytest

from tests.builders import Build
from webapp.core.db import session
from webapp.domain.errors import EmailTaken, NotFound, SlugTaken
from webapp.services.accounts import accounts, slugs
from webapp.services.accounts.public_page import public_host

pytestmark = pytest.mark.usefixtures("context")


def test_a_new_host_can_be_booked_for_15_30_and_60_minutes(build: Build) -> None:
    host_id = build.host(email="ada@example.org", slug="ada")
    found = build.rows(
        "SELECT slug, duration_minutes FROM event_type WHERE host_id = :host_id ORDER BY position", host_id=host_id
    )
    assert [tuple(row) for row in found] == [("15min", 15), ("30min", 30), ("60min", 60)]
    assert build.rows("SELECT name FROM role JOIN host_role ON role_id = role.id") == [("host",)]


def test_an_admin_is_a_host_too(build: Build) -> None:
    build.host(roles=("host", "admin"))
    assert {row.name for row in build.rows("SELECT name FROM role JOIN host_role ON role_id = role.id")} == {
        "host",
        "admin",
    }


def test_slugs_are_unique(build: Build) -> None:
    build.host(slug="ada")
    with pytest.raises(SlugTaken):
        build.host(slug="ada")
    assert build.row("SELECT count(*) FROM event_type")[0] == 3


def test_addresses_are_unique_whatever_their_case(build: Build) -> None:
    build.host(email="Ada@example.org")
    with pytest.raises(EmailTaken):
        build.host(email="ada@EXAMPLE.org")


def test_a_profile_changes_for_its_host_only(build: Build) -> None:
    ada, grace = build.host(slug="ada"), build.host(slug="grace", name="Grace")
    accounts.update_profile(host_id=ada, name="Ada L.", slug="ada-l", time_zone="Asia/Tokyo", about="Hello")
    rows = build.rows("SELECT name, slug, time_zone, about FROM host ORDER BY id")
    assert tuple(rows[0]) == ("Ada L.", "ada-l", "Asia/Tokyo", "Hello")
    assert rows[1].name == "Grace"
    with pytest.raises(SlugTaken):
        accounts.update_profile(host_id=grace, name="Grace", slug="ada-l", time_zone="UTC", about="")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Ada Lovelace", "ada-lovelace"), ("José Ñandú", "jose-nandu"), ("Jürgen Groß", "jurgen-gross"),
     ("  --x--  ", ""), ("李小龙", ""), ("A" * 100, "a" * 64), ("Søren Ørsted", "soren-orsted")],
)  # fmt: skip
def test_slugs_are_made_of_names(name: str, slug: str) -> None:
    assert slugs.suggested(name) == slug


def test_a_free_slug_is_found(build: Build) -> None:
    for slug in ("ada", "ada-2", "ada-3"):
        build.host(slug=slug)
    assert slugs.is_taken("ada")
    assert slugs.free_slug("ada", reserved=("ada-4",)) == "ada-5"
    assert slugs.free_slug("a" * 64, reserved=()) == "a" * 58 + "-2"
    session().rollback()


@pytest.mark.parametrize("slug", ["a", "-ada", "ada-", "Ada", "ada lovelace", "ädä", "a" * 65, "ada\n", "ada/..", ""])
def test_what_is_no_slug(slug: str) -> None:
    assert not slugs.is_well_formed(slug)


def test_an_unconfirmed_host_has_no_public_page_and_cannot_be_booked(build: Build) -> None:
    slot = build.slot(build.host(slug="ada", confirmed=False))
    with pytest.raises(NotFound):
        public_host("ada")
    with pytest.raises(NotFound):
        build.booking(slot)
