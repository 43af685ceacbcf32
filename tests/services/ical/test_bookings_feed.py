"""The content of the feed of a host's bookings."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from tests.builders import Build, tomorrow
from tests.services.ical.feed_reading import block, feed, shown, the_one
from webapp.core.extensions import db
from webapp.domain.actor import host_actor
from webapp.domain.questions import Question
from webapp.services.bookings import bookings, decisions
from webapp.services.bookings.view import BookingView
from webapp.services.ical.feeds import Detail
from webapp.services.privacy.erase import erase_address
from webapp.services.schedules import blocked_times

pytestmark = pytest.mark.usefixtures("context")


def move_back(build: Build, booking: BookingView, days: float) -> None:
    """To so many days ago, as time itself would do it."""
    build.row(
        "UPDATE slot SET starts_at = starts_at - wide, ends_at = ends_at - wide, busy = tstzrange(lower(busy) - wide,"
        " upper(busy) - wide) FROM (SELECT ends_at - now() + make_interval(secs => 86400 * :days) AS wide FROM slot"
        " WHERE id = :slot) AS step WHERE id = :slot RETURNING id",
        slot=booking.slot_id,
        days=days,
    )


def test_who_what_when_and_where(build: Build) -> None:
    host = build.host()
    questions = [Question("team", "Which team, please?").as_json()]
    build.rows("UPDATE event_type SET questions = CAST(:asked AS jsonb), location_kind = 'place', location_detail ="
               " 'Room 5, left' RETURNING id", asked=json.dumps(questions))  # fmt: skip
    booking = build.booking(
        build.slot(host, tomorrow(10)),
        subject="Plans; many",
        notes="One\nTwo",
        email="gita@example.net",
        answers={"team": "Sales"},
    )
    found = the_one(host)
    assert found["SUMMARY"] == "Gita Guest: Plans\\; many"
    assert found["UID"] == f"{booking.uid}@localhost"
    assert (found["DTSTART"], found["DTEND"]) == (
        f"{tomorrow(10):%Y%m%dT%H%M%SZ}",
        f"{tomorrow(10, 30):%Y%m%dT%H%M%SZ}",
    )
    assert found["LOCATION"] == "Room 5\\, left"
    assert found["URL"] == f"http://localhost/bookings/{booking.uid}"
    for part in ("gita@example.net", "One\\nTwo", "Which team\\, please?: Sales", found["URL"]):
        assert part in found["DESCRIPTION"]
    assert (found["STATUS"], found["CLASS"], found["ORGANIZER"]) == ("CONFIRMED", "PRIVATE", "mailto:ada@example.org")
    assert "/manage/" not in feed(host).decode().replace("\r\n ", "")


def test_pending_is_tentative_and_accepted_is_not(build: Build) -> None:
    host = build.host()
    build.event_type(host, requires_confirmation=True)
    booking = build.booking(build.slot(host))
    pending = the_one(host)
    assert (pending["STATUS"], pending["SUMMARY"][-10:]) == ("TENTATIVE", " (pending)")
    decisions.accept(booking.uid, actor=host_actor(host))
    assert the_one(host)["STATUS"] == "CONFIRMED"


def test_what_is_cancelled_or_declined_is_gone(build: Build) -> None:
    host = build.host()
    first, second = build.slots(host, [tomorrow(9), tomorrow(11)])
    cancelled = build.booking(first)
    build.event_type(host, requires_confirmation=True)
    declined = build.booking(second)
    assert len(shown(host)) == 2
    bookings.cancel(cancelled.uid, actor=host_actor(host))
    decisions.decline(declined.uid, actor=host_actor(host))
    for detail in Detail:
        assert shown(host, detail) == []


def test_what_is_over_stays_for_90_days(build: Build) -> None:
    host = build.host()
    made = [build.booking(build.slot(host, tomorrow(hour))) for hour in (8, 10, 12)]
    for booking, days in zip(made, (1, 89, 91), strict=True):
        move_back(build, booking, days)
    decisions.complete_past()
    decisions.mark_no_show(made[0].uid, actor=host_actor(host))
    statuses = build.rows("SELECT status FROM booking ORDER BY id")
    assert [row.status for row in statuses] == ["no_show", "completed", "completed"]
    for detail in Detail:
        assert len(shown(host, detail)) == 2
    build.row("INSERT INTO blocked_time (host_id, starts_at, ends_at) VALUES (:host, now() - interval '95 days',"
              " now() - interval '91 days') RETURNING id", host=host)  # fmt: skip
    assert len(shown(host)) == 2


def test_a_move_keeps_the_uid_and_counts_up(build: Build) -> None:
    host = build.host()
    booking = build.booking(build.slots(host, [tomorrow(9), tomorrow(15)])[0])
    before = the_one(host)
    build.row("UPDATE booking SET created_at = created_at - interval '1 day' RETURNING id")
    build.row(
        "UPDATE audit_entry SET occurred_at = occurred_at - interval '1 day' WHERE object_kind = 'booking' RETURNING id"
    )
    bookings.reschedule(booking.uid, tomorrow(15), actor=host_actor(host))
    after = the_one(host)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert after["DTSTART"] == f"{tomorrow(15):%Y%m%dT%H%M%SZ}"
    changed = datetime.strptime(after["DTSTAMP"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert datetime.now(UTC) - changed < timedelta(minutes=1)


def test_a_group_is_one_event_with_its_guests(build: Build) -> None:
    host = build.host()
    build.event_type(host, "60min", capacity=4, requires_confirmation=True)
    slot = build.slot(host, tomorrow(14), 60)
    first = build.booking(slot, name="Gita Guest", notes="By train")
    found = the_one(host)
    assert (found["SUMMARY"], found["STATUS"]) == ("60 minutes (1/4)", "TENTATIVE")
    decisions.accept(first.uid, actor=host_actor(host))
    second = build.booking(slot, name="Petra Partly")
    found = the_one(host)
    assert (found["SUMMARY"], found["STATUS"]) == ("60 minutes (2/4)", "CONFIRMED")
    assert found["UID"] == f"{slot.public_id}@localhost"
    assert found["URL"] == f"http://localhost/calendar/slots/{slot.public_id}"
    for part in ("Gita Guest", first.guest_email, "By train", "Petra Partly", "(pending)"):
        assert part in found["DESCRIPTION"]
    bookings.cancel(second.uid, actor=host_actor(host))
    assert "Petra" not in the_one(host)["DESCRIPTION"]


def test_of_an_erased_guest_the_time_is_left(build: Build) -> None:
    host = build.host()
    booking = build.booking(build.slot(host), subject="Secrets", email="gone@example.net")
    move_back(build, booking, 1)
    assert erase_address("gone@example.net").guests == 1
    found = the_one(host)
    assert found["SUMMARY"] == "Erased guest: 30 minutes"
    assert found["DESCRIPTION"] == f"30 minutes\\n{found['URL']}"


def test_blocked_time_is_busy(build: Build) -> None:
    host = build.host()
    block(host, tomorrow(9), tomorrow(11), "Dentist, again")
    block(host, tomorrow(9, days=3), tomorrow(9, days=4))
    noted, plain = ({line.name: line.value for line in one} for one in shown(host))
    assert (noted["SUMMARY"], plain["SUMMARY"]) == ("Dentist\\, again", "Blocked time")
    assert (noted["TRANSP"], noted["CLASS"], noted["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("OPAQUE", "PRIVATE", "OOF")


@pytest.mark.parametrize("detail", Detail)
def test_blocked_time_that_was_changed_keeps_its_uid_and_is_newer(build: Build, detail: Detail) -> None:
    host = build.host()
    block(host, tomorrow(9), tomorrow(11), "Dentist")
    build.row("UPDATE audit_entry SET occurred_at = occurred_at - interval '1 day' WHERE object_kind = 'blocked_time'"
              " RETURNING id")  # fmt: skip
    before, made = the_one(host, detail), blocked_times.blocked_times(host)[0]
    later = blocked_times.NewBlockedTime(start=tomorrow(10), end=tomorrow(12), note="Dentist")
    blocked_times.change_blocked_time(made.public_id, later, host_id=host, actor=host_actor(host))
    after = the_one(host, detail)
    assert after["UID"] == before["UID"]
    assert after["DTSTAMP"] > before["DTSTAMP"]
    assert after["DTSTART"] == f"{tomorrow(10):%Y%m%dT%H%M%SZ}"


def test_busy_only_tells_when(build: Build) -> None:
    host = build.host(slug="ada")
    booking = build.booking(build.slot(host, tomorrow(10)), subject="Plans", notes="Notes", location="")
    block(host, tomorrow(12), tomorrow(13), "Dentist")
    build.event_type(host, "60min", capacity=4, requires_confirmation=True)
    group = build.slot(host, tomorrow(14), 60)
    build.booking(group)
    content = feed(host, Detail.BUSY).decode().replace("\r\n ", "")
    events = [{line.name: line.value for line in one} for one in shown(host, Detail.BUSY)]
    assert [one["DTSTART"][9:13] for one in events] == ["1000", "1200", "1400"]
    told = {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "ORGANIZER", "SUMMARY", "TRANSP", "CLASS"}
    alike = {"SUMMARY": "Busy", "STATUS": "CONFIRMED", "SEQUENCE": "0", "ORGANIZER": "http://localhost/ada"}
    for one in events:
        assert set(one) == told
        assert alike.items() <= one.items()
    ids = (booking.uid, booking.slot_public_id, group.public_id, booking.uid.hex)
    for secret in (*map(str, ids), "Gita", "Plans", "Notes", "Dentist", "30 min", "@example", "/bookings", "/manage"):
        assert secret not in content


def test_hosts_see_their_own(build: Build) -> None:
    host, other = build.host(), build.host()
    build.booking(build.slot(host, tomorrow(9)), name="Gita Guest")
    build.booking(build.slot(other, tomorrow(9)), name="Petra Other")
    block(other, tomorrow(12), tomorrow(13), "Hers")
    assert the_one(host)["SUMMARY"].startswith("Gita Guest")
    assert len(shown(other)) == 2
    assert shown(build.host()) == []


def test_bytes_change_with_the_data_only(build: Build) -> None:
    host = build.host()
    booking = build.booking(build.slots(host, [tomorrow(9), tomorrow(11)])[0])
    for detail in Detail:
        assert feed(host, detail) == feed(host, detail)
    seen = {feed(host)}
    changes: list[Callable[[], object]] = [
        lambda: bookings.reschedule(booking.uid, tomorrow(11), actor=host_actor(host)),
        lambda: block(host, tomorrow(20), tomorrow(21)),
        lambda: build.event_type(host, title="Half an hour"),
        lambda: bookings.cancel(booking.uid, actor=host_actor(host)),
    ]
    for number, change in enumerate(changes, 2):
        change()
        seen.add(feed(host))
        assert len(seen) == number


def test_two_queries_however_many_bookings(build: Build) -> None:
    host = build.host()
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    for slot in build.slots(host, [tomorrow(hour) for hour in range(8, 18)]):
        build.booking(slot)
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert len(shown(host)) == 10
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(counted) == 2
