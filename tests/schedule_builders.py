"""Schedules for tests of services and pages, with defaults: a test passes only what matters to it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import holidays
from hypothesis import strategies as st

from tests.builders import Build
from tests.domain.availability.builders import weekly
from webapp.domain.actor import GUEST, host_actor
from webapp.domain.availability.windows import DayWindow, Window
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.schedules import schedules
from webapp.services.schedules.content import ScheduleContent, overlaps

TABLES = ("schedule", "weekly_hours", "date_override", "override_window", "audit_entry")


def content(hours: str = "09:00-17:00", weekdays: str = "01234", **changes: Any) -> ScheduleContent:
    """Hours such as "09:00-12:00 22:00-24:00" on weekdays, Monday = 0."""
    values = {"name": "Working hours", "time_zone": "Europe/Berlin", "weekly_hours": weekly(hours, weekdays)} | changes
    return ScheduleContent(**values)


def set_schedule(
    build: Build, host_id: int, hours: str = "09:00-17:00", weekdays: str = "01234", **changes: Any
) -> int:
    """Replace the host's default schedule; gives its id."""
    with build.app.app_context():
        new = content(hours, weekdays, **changes)
        schedules.replace_schedule(new, host_id=host_id, actor=host_actor(host_id))
        return schedules.host_schedule(host_id).id


def add_schedule(build: Build, host_id: int, name: str = "Evenings", **changes: Any) -> int:
    with build.app.app_context():
        new = content(changes.pop("hours", "18:00-21:00"), name=name, **changes)
        return schedules.create_schedule(new, host_id=host_id, actor=host_actor(host_id))


def book_at(slug: str, event_type: str, start: datetime, build: Build) -> BookingView:
    """Book a start as a guest; within an application context."""
    return bookings.book(build.command(host=slug, event_type=event_type, start=start), actor=GUEST)


def stored(build: Build, host_id: int) -> ScheduleContent:
    """The host's default schedule as it is in the database."""
    with build.app.app_context():
        return schedules.host_schedule(host_id).content


def library_end() -> date:
    """Of what is known about Sri Lanka: the library of holidays lists its years one by one."""
    return date(holidays.country_holidays("LK").end_year, 12, 31)


def versions(build: Build) -> dict[str, list[Any]]:
    """Every row of a schedule with the transaction that wrote it: equal before and after means nothing was written."""
    query = "SELECT id, xmin::text, ctid::text FROM {} ORDER BY id"
    return {table: [tuple(row) for row in build.rows(query.format(table))] for table in TABLES}


MINUTES = st.integers(0, 1439)
DAY_WINDOWS = st.builds(DayWindow, MINUTES, st.integers(0, 1440))


def _apart(windows: list[DayWindow]) -> tuple[DayWindow, ...]:
    """Those that do not overlap one before."""
    kept: list[DayWindow] = []
    for window in windows:
        if not overlaps([*kept, window]):
            kept.append(window)
    return tuple(kept)


def _weeks(days: list[list[DayWindow]]) -> tuple[Window, ...]:
    def found() -> Iterator[Window]:
        for weekday, windows in enumerate(days):
            for window in _apart(windows):
                yield Window(weekday, window.start_minute, window.end_minute)

    return tuple(found())


WINDOW_LISTS = st.lists(DAY_WINDOWS, max_size=4)
CONTENTS = st.builds(
    ScheduleContent,
    name=st.text(st.characters(categories=["L", "N"], max_codepoint=0x2FF), min_size=1, max_size=20),
    time_zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "UTC"]),
    week_start=st.integers(0, 6),
    weekly_hours=st.lists(WINDOW_LISTS, min_size=7, max_size=7).map(_weeks),
    overrides=st.dictionaries(st.dates(), WINDOW_LISTS.map(_apart), max_size=4),
    holiday_country=st.just("DE"),
    holiday_subdivision=st.sampled_from([None, "BY"]),
    holidays_off=st.frozensets(st.sampled_from(["Epiphany", "Good Friday"])),
)
