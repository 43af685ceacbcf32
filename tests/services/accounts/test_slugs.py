"""Slugs that were changed."""

import pytest

from tests.builders import Build
from tests.services.threads import at_once
from webapp.domain.errors import Invalid, SlugTaken
from webapp.services.accounts import accounts, slugs
from webapp.services.accounts.slugs import MOST_FORMER, present_host_slug, present_slugs

pytestmark = pytest.mark.usefixtures("context")


def rename(host: int, slug: str) -> None:
    accounts.update_profile(host_id=host, name="Ada", slug=slug, time_zone="UTC", about="")


def test_it_leads_to_the_host_and_is_theirs_to_take_back(build: Build) -> None:
    host, other = build.host(slug="ada"), build.host()
    rename(host, "lovelace")
    assert present_host_slug("ada") == "lovelace"
    assert present_slugs("ada", "30min") == ("lovelace", "30min")
    assert present_slugs("lovelace", "30min") is None
    assert slugs.is_taken("ada")
    assert not slugs.is_taken("ada", host_id=host)
    with pytest.raises(SlugTaken):
        rename(other, "ada")
    with pytest.raises(SlugTaken):
        build.host(slug="ada")
    rename(host, "ada")
    assert present_host_slug("lovelace") == "ada"


def test_of_a_deleted_host_it_leads_nowhere_and_is_kept(build: Build) -> None:
    host = build.host(slug="ada")
    for table in ("event_type", "schedule"):
        build.rows(f"DELETE FROM {table} WHERE host_id = :host RETURNING id", host=host)
    build.rows("DELETE FROM host WHERE id = :host RETURNING id", host=host)
    assert present_host_slug("ada") is None
    with pytest.raises(SlugTaken):
        build.host(slug="ada")


def test_one_that_never_had_a_page_is_free(build: Build) -> None:
    host = build.host(slug="ada", confirmed=False)
    rename(host, "lovelace")
    build.host(slug="ada")


def test_a_host_keeps_only_few(build: Build) -> None:
    host = build.host(slug="ada")
    for number in range(MOST_FORMER):
        rename(host, f"ada-{number}")
    with pytest.raises(Invalid):
        rename(host, "another")
    rename(host, "ada-0")


def test_who_waits_for_it_does_not_get_it(build: Build) -> None:
    """The unique index lets the second one through as soon as the first has committed."""
    for number in range(5):
        host, other = build.host(slug=f"left-{number}"), build.host()
        faults = at_once(
            build.app,
            lambda host=host, number=number: rename(host, f"present-{number}"),
            lambda other=other, number=number: rename(other, f"left-{number}"),
        )
        assert [type(fault) for fault in faults] == [SlugTaken]
