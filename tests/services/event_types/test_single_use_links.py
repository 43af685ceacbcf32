"""Links that are valid for one booking."""

import pytest

from tests.builders import Build, tomorrow
from webapp.domain import errors
from webapp.domain.actor import GUEST, host_actor
from webapp.services.bookings import bookings
from webapp.services.event_types import single_use_links
from webapp.services.event_types.single_use_links import LinkTarget

pytestmark = pytest.mark.usefixtures("context")


def link(host: int, event_type: str = "30min") -> str:
    return single_use_links.create_link(event_type, host_id=host, actor=host_actor(host))


def test_a_link_leads_to_its_event_type_and_books_once(build: Build) -> None:
    host = build.host(slug="ada")
    first, second = build.slots(host, [tomorrow(10), tomorrow(11)])
    token = link(host)
    assert single_use_links.link_target(token) == LinkTarget("ada", "30min", is_used=False)
    build.booking(first, link_token=token)
    assert single_use_links.link_target(token).is_used
    with pytest.raises(errors.LinkUsed):
        build.booking(second, link_token=token)
    assert build.row("SELECT count(*) FROM booking")[0] == 1
    assert build.row("SELECT status FROM slot WHERE id = :id", id=second.id)[0] == "available"


def test_only_the_hash_is_kept(build: Build) -> None:
    token = link(build.host())
    stored = build.row("SELECT token_hash FROM single_use_link")[0]
    assert len(stored) == 32
    assert token.encode() not in bytes(stored)


def test_the_link_of_another_event_type_and_a_made_up_one_book_nothing(build: Build) -> None:
    host = build.host()
    slot = build.slot(host)
    for token in (link(host, "60min"), "made-up"):
        with pytest.raises(errors.LinkUsed):
            build.booking(slot, link_token=token)
    assert build.rows("SELECT id FROM booking") == []


def test_the_same_form_sent_twice_is_one_booking(build: Build) -> None:
    host = build.host()
    token = link(host)
    wish = build.command(slot_id=build.slot(host).public_id, link_token=token, idempotency_key="k")
    assert bookings.book(wish, actor=GUEST) == bookings.book(wish, actor=GUEST)


def test_a_cancelled_booking_does_not_bring_its_link_back(build: Build) -> None:
    host = build.host()
    token = link(host)
    booking = build.booking(build.slot(host), link_token=token)
    bookings.cancel(booking.uid, actor=host_actor(host))
    assert single_use_links.link_target(token).is_used


def test_nobody_makes_links_for_another_host(build: Build) -> None:
    host, other = build.host(), build.host()
    with pytest.raises(errors.NotFound):
        single_use_links.create_link("30min", host_id=host, actor=host_actor(other))
    with pytest.raises(errors.NotFound):
        link(host, "none")
    with pytest.raises(errors.NotFound):
        single_use_links.link_target("unknown")
