"""How much guests may book with one host. The counts under concurrency: tests/security/test_hoarding.py."""

import pytest

from tests.builders import Build, tomorrow
from webapp.core.config.tables import QuotaSettings
from webapp.core.extensions import booking_quotas
from webapp.domain.actor import GUEST, SYSTEM, host_actor
from webapp.domain.errors import SlotUnavailable, TooManyBookings, TooManyOpenBookings
from webapp.services.bookings import bookings
from webapp.services.event_types.single_use_links import create_link
from webapp.services.quotas.booking_quotas import Booked, require_quota

pytestmark = pytest.mark.usefixtures("context")
BOB = "bob@example.net"


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking_quotas, "limits", QuotaSettings(open_per_guest=2, hourly=0, usual=0))


@pytest.mark.parametrize("email", ["bob@example.net", "BOB@Example.NET", "bob+1@example.net", "Bob+a+b@example.net"])
@pytest.mark.usefixtures("limits")
def test_a_mailbox_is_one_guest(build: Build, email: str) -> None:
    first, second, third = build.slots(build.host(), [tomorrow(days=days) for days in (2, 3, 4)])
    build.booking(first, email="bob+news@example.net")
    build.booking(second, email=BOB)
    with pytest.raises(TooManyOpenBookings) as refusal:
        build.booking(third, email=email)
    assert refusal.value.limit == 2


@pytest.mark.parametrize("email", ["+1@example.net", "+2@example.net", "bobby@example.net", "bob@example.com"])
@pytest.mark.usefixtures("limits")
def test_another_mailbox_is_another_guest(build: Build, email: str) -> None:
    *taken, free = build.slots(build.host(), [tomorrow(days=days) for days in range(2, 7)])
    for slot, other in zip(taken, (BOB, BOB, "+3@example.net", "+4@example.net"), strict=True):
        build.booking(slot, email=other)
    assert build.booking(free, email=email).guest_email == email


@pytest.mark.usefixtures("limits")
def test_only_open_meetings_count(build: Build) -> None:
    over, declined, *free = build.slots(build.host(), [tomorrow(days=days) for days in range(2, 6)])
    build.booking(over, email=BOB)
    build.rows("UPDATE booking SET status = 'completed' RETURNING id")
    build.booking(declined, email=BOB)
    build.rows("UPDATE booking SET status = 'declined' WHERE status = 'confirmed' RETURNING id")
    assert [build.booking(slot, email=BOB).guest_email for slot in free] == [BOB, BOB]


@pytest.mark.usefixtures("limits")
def test_requests_that_wait_for_the_host_count(build: Build) -> None:
    host = build.host()
    build.event_type(host, requires_confirmation=True)
    first, second, third = build.slots(host, [tomorrow(days=days) for days in (2, 3, 4)], event_type="30min")
    build.booking(first, email=BOB)
    build.booking(second, email=BOB)
    with pytest.raises(TooManyOpenBookings):
        build.booking(third, email=BOB)


@pytest.mark.usefixtures("limits")
def test_guests_alone_are_limited(build: Build) -> None:
    host = build.host()
    found = build.slots(host, [tomorrow(days=days) for days in range(2, 6)])
    actors = (host_actor(host), SYSTEM, host_actor(host), SYSTEM)
    commands = [build.command(slot_id=slot.public_id, email=BOB) for slot in found]
    made = [bookings.book(command, actor=actor) for command, actor in zip(commands, actors, strict=True)]
    assert len(made) == 4


@pytest.mark.usefixtures("limits")
def test_who_was_given_a_single_use_link_may_book(build: Build) -> None:
    host = build.host()
    first, second, third = build.slots(host, [tomorrow(days=days) for days in (2, 3, 4)], event_type="30min")
    build.booking(first, email=BOB)
    build.booking(second, email=BOB)
    token = create_link("30min", host_id=host, actor=host_actor(host))
    assert build.booking(third, email=BOB, link_token=token).guest_email == BOB


@pytest.mark.usefixtures("limits")
def test_a_time_that_is_not_on_offer_tells_nothing(build: Build) -> None:
    host = build.host(slug="ada")
    for slot in build.slots(host, [tomorrow(days=days) for days in (2, 3)]):
        build.booking(slot, email=BOB)
    with pytest.raises(SlotUnavailable):
        bookings.book(build.command(host="ada", event_type="30min", start=tomorrow(days=-1), email=BOB), actor=GUEST)


def test_times_and_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking_quotas, "limits", QuotaSettings(open_per_guest=0, hourly=5, usual=3))
    require_quota(Booked(open_of_guest=9, times_in_hour=4), takes_time=True)
    require_quota(Booked(times_in_hour=5), takes_time=False)
    with pytest.raises(TooManyBookings):
        require_quota(Booked(times_in_hour=5), takes_time=True)
    assert [Booked(lately=lately).is_unusual for lately in (2, 3, 4)] == [False, True, True]
