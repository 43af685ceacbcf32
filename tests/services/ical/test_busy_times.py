"""Public busy times: only the times, and only for hosts who publish them."""

import random
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from tests.builders import Build, tomorrow
from tests.services.ical.publish_rules import busy_faults
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.errors import Forbidden, NotFound
from webapp.services.bookings import bookings
from webapp.services.ical.busy_times import has_public_busy_times, public_busy_times, publish_busy_times
from webapp.services.ical.published import published_busy_times
from webapp.services.schedules import blocked_times

pytestmark = pytest.mark.usefixtures("context")
MINUTE = timedelta(minutes=1)
Times = list[tuple[datetime, datetime]]


@pytest.fixture
def ada(build: Build) -> int:
    """Her busy times are public."""
    host = build.host(slug="ada", name="Ada Lovelace", email="ada@example.org")
    publish_busy_times(host_id=host, is_public=True, actor=host_actor(host))
    return host


def busy(slug: str = "ada") -> Times:
    return [
        (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in public_busy_times(slug).busy
    ]


def block(host: int, start: datetime, end: datetime) -> None:
    new = blocked_times.NewBlockedTime(start=start, end=end, note="Surgery")
    blocked_times.block(new, host_id=host, actor=host_actor(host))


def file_of(slug: str = "ada") -> bytes:
    return published_busy_times(public_busy_times(slug))


def test_a_meeting_counts_with_its_buffers(build: Build, ada: int) -> None:
    build.event_type(ada, buffer_before_minutes=10, buffer_after_minutes=20)
    booking = build.booking(build.slot(ada, tomorrow(10)))
    assert busy() == [(tomorrow(10) - 10 * MINUTE, tomorrow(10, 30) + 20 * MINUTE)]
    bookings.cancel(booking.uid, actor=host_actor(ada))
    assert busy() == []


def test_free_slots_are_free_and_pending_ones_are_busy(build: Build, ada: int) -> None:
    free, asked_for = build.slots(ada, [tomorrow(9), tomorrow(12)])
    build.event_type(ada, requires_confirmation=True)
    build.booking(asked_for)
    assert busy() == [(asked_for.start, asked_for.end)]
    assert free.start not in [start for start, _ in busy()]


def test_times_that_touch_or_overlap_are_one(build: Build, ada: int) -> None:
    for slot in build.slots(ada, [tomorrow(10), tomorrow(10, 30), tomorrow(12)]):
        build.booking(slot)
    block(ada, tomorrow(9), tomorrow(10, 5))
    assert busy() == [(tomorrow(9), tomorrow(11)), (tomorrow(12), tomorrow(12, 30))]


def test_sixty_days_from_the_start_of_today(build: Build, ada: int) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    last = today + timedelta(days=60)
    block(ada, today - timedelta(days=3), today + timedelta(days=2))
    block(ada, last - timedelta(days=1), last + timedelta(days=9))
    block(ada, last + timedelta(days=20), last + timedelta(days=21))
    build.booking(build.slot(ada, last + timedelta(days=10)))
    assert busy() == [(today, today + timedelta(days=2)), (last - timedelta(days=1), last)]


def test_others_are_told_nothing_of(build: Build, ada: int) -> None:
    other = build.host(slug="bob")
    build.booking(build.slot(other, tomorrow(10)))
    block(other, tomorrow(12), tomorrow(13))
    assert busy() == []
    for slug in ("bob", "nobody"):
        with pytest.raises(NotFound):
            public_busy_times(slug)
    for change in ("active = false", "confirmed_at = NULL"):
        build.row(f"UPDATE host SET {change} WHERE id = :id RETURNING id", id=ada)
        with pytest.raises(NotFound):
            public_busy_times("ada")
        build.row("UPDATE host SET active = true, confirmed_at = now() WHERE id = :id RETURNING id", id=ada)
    assert busy() == []


def test_the_file_keeps_the_rules_and_tells_nothing_else(build: Build, ada: int) -> None:
    build.booking(build.slot(ada, tomorrow(10)), name="Gita Guest", subject="Secret plan", email="gita@example.net")
    block(ada, tomorrow(12), tomorrow(13))
    content = file_of()
    assert busy_faults(content) == []
    for secret in (b"Gita", b"Secret", b"Surgery", b"gita", b"ada@example.org", b"30 min", b"SUMMARY"):
        assert secret not in content
    assert busy_faults(file_of()) == []


def test_another_library_reads_the_same_times(build: Build, ada: int) -> None:
    """In any zone and across the change of clocks: what is written is UTC."""
    numbers = random.Random(7)
    for number in range(40):
        at = tomorrow(0) + timedelta(days=number, minutes=5 * numbers.randrange(280))
        block(ada, at, at + timedelta(minutes=5 * numbers.randrange(1, 200)))
    (free_busy,) = icalendar.Calendar.from_ical(file_of()).walk("VFREEBUSY")
    listed = free_busy["FREEBUSY"]
    read = [period.dt for found in listed for period in (found if isinstance(found, list) else [found])]
    assert [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in read] == busy()
    assert len(read) > 20


def test_it_is_the_same_until_something_changes(build: Build, ada: int) -> None:
    before = file_of()
    assert file_of() == before
    build.booking(build.slot(ada, tomorrow(10)))
    assert file_of() != before


def test_without_anything_it_is_still_a_file_by_the_rules(ada: int) -> None:
    assert busy_faults(file_of()) == []


@pytest.mark.parametrize("name", ['Ada "Q" ; , : \\n', "x\r\nFREEBUSY:1/2", "李 👩🏽‍💻", "\u202eada"])
def test_names_are_text(build: Build, ada: int, name: str) -> None:
    build.row("UPDATE host SET name = :name WHERE id = :id RETURNING id", name=name, id=ada)
    assert busy_faults(file_of()) == []


def test_switching_is_for_the_host_and_written_down_once(build: Build, ada: int) -> None:
    other = build.host()
    with pytest.raises(NotFound):
        publish_busy_times(host_id=ada, is_public=False, actor=host_actor(other))
    with pytest.raises(Forbidden):
        publish_busy_times(host_id=ada, is_public=False, actor=GUEST)
    assert has_public_busy_times(ada)
    assert not has_public_busy_times(other)
    for _ in range(2):
        publish_busy_times(host_id=ada, is_public=False, actor=host_actor(ada))
    with pytest.raises(NotFound):
        public_busy_times("ada")
    actions = build.rows("SELECT action FROM audit_entry WHERE object_kind = 'host' ORDER BY id")
    assert [row.action for row in actions] == ["host.busy_times_published", "host.busy_times_hidden"]
