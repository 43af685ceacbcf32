"""Preview of what guests would see of an event type with an edited schedule, computed by the engine without saving
it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from webapp.core.db import session
from webapp.domain.availability.by_date import by_local_date
from webapp.domain.availability.facts import BusyKind, Facts
from webapp.domain.availability.instants import DAY_SECONDS, day_start, local_date
from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.offers import Offer, offers
from webapp.domain.availability.windows import open_windows
from webapp.models import EventType, Host, Schedule
from webapp.services.availability.offering import Offering, offering_from, offering_select
from webapp.services.availability.offers import facts
from webapp.services.availability.schedule_facts import engine_schedule_of
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.holidays import known_until

DAYS = 14


class Emptiness(StrEnum):
    """Why a date has nothing to offer."""

    CLOSED = "closed"  # no hours on this weekday
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    BLOCKED = "blocked"
    TAKEN = "taken"  # there are hours, but all are past, too soon, too far ahead, booked, or at a limit


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDay:
    """A date in the schedule's zone. `windows`: [start, end) in which starts follow each other, Unix seconds; `count`:
    the number of starts. `hours`: length of the day, 23 or 25 when the clocks change. `holiday`: its name, observed or
    worked."""

    date: date
    windows: tuple[Interval, ...]
    count: int
    hours: float
    emptiness: Emptiness | None
    holiday: str | None
    is_override: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedType:
    slug: str
    title: str
    follows: bool  # uses this schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Two weeks of one event type, `chosen` by its slug (None: the host has no active one). `holidays_known_until`: set
    only if some of the days are later."""

    time_zone: str
    event_types: tuple[PreviewedType, ...]
    chosen: PreviewedType | None
    days: tuple[PreviewDay, ...]
    holidays_known_until: date | None

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)


def schedule_preview(
    content: ScheduleContent,
    *,
    host_id: int,
    schedule_id: int | None = None,
    event_type: str = "",
    first: date | None = None,
) -> Preview:
    """Preview `content` in place of the stored schedule; two queries. If `event_type` is unknown, the first one that
    uses the schedule is shown; if `first` is missing or past, the preview starts today."""
    query = offering_select().add_columns(Schedule.id.label("schedule_id")).where(Host.id == host_id)
    rows = session().execute(query.order_by(EventType.position, EventType.id)).all()
    types = [_previewed(row, schedule_id) for row in rows]
    row, chosen = _chosen(rows, types, event_type)
    days: tuple[PreviewDay, ...] = ()
    if row:
        offering = replace(offering_from(row), schedule=engine_schedule_of(content, row.now), source=None)
        days = tuple(_days(offering, first))
    return Preview(
        time_zone=content.time_zone,
        event_types=tuple(types),
        chosen=chosen,
        days=days,
        holidays_known_until=known_until(content.holiday_country, days[-1].date) if days else None,
    )


def _previewed(row: Any, schedule_id: int | None) -> PreviewedType:
    return PreviewedType(slug=row.slug, title=row.title, follows=row.schedule_id == schedule_id)


def _chosen(rows: Sequence[Any], types: Sequence[PreviewedType], slug: str) -> tuple[Any, PreviewedType | None]:
    both = list(zip(rows, types, strict=True))
    wanted = [one for one in both if one[1].slug == slug] + [one for one in both if one[1].follows] + both
    return wanted[0] if wanted else (None, None)


def _days(offering: Offering, first: date | None) -> Iterator[PreviewDay]:
    zone = offering.schedule.time_zone if offering.schedule else offering.host_time_zone
    today = local_date(zone, offering.now)
    first = max(today, first or today)
    span = day_start(zone, first), day_start(zone, first + timedelta(days=DAYS))
    known = facts(session(), offering, *span)
    found = by_local_date(offers(known, *span), zone)
    for number in range(DAYS):
        day = first + timedelta(days=number)
        yield _day(known, day, found.get(day, []))


def _day(known: Facts, day: date, found: Sequence[Offer]) -> PreviewDay:
    schedule, zone = known.schedule, known.zone_name
    span = day_start(zone, day), day_start(zone, day + timedelta(days=1))
    return PreviewDay(
        date=day,
        windows=tuple(_windows(found, known.rules.step_seconds)),
        count=len(found),
        hours=24 * (span[1] - span[0]) / DAY_SECONDS,
        emptiness=None if found else _emptiness(known, day, span),
        holiday=schedule.holidays.get(day) if schedule else None,
        is_override=bool(schedule and day in schedule.overrides),
    )


def _windows(found: Sequence[Offer], step: int) -> Iterator[Interval]:
    """Merge offers that follow each other at the step of the grid, or touch."""
    start = end = last = 0
    for offer in found:
        if start and offer.start > end and offer.start - last != step:
            yield start, end
            start = 0
        start, end, last = start or offer.start, max(end, offer.end), offer.start
    if start:
        yield start, end


def _emptiness(known: Facts, day: date, span: Interval) -> Emptiness:
    schedule = known.schedule
    has_hours = schedule is not None and bool(open_windows(schedule, *span))
    if schedule and not has_hours:
        if day in schedule.overrides:
            return Emptiness.OVERRIDE
        return Emptiness.HOLIDAY if day in schedule.holidays else Emptiness.CLOSED
    blocked = any(one.kind is BusyKind.BLOCKED and one.start < span[1] and one.end > span[0] for one in known.busy)
    return Emptiness.BLOCKED if blocked else Emptiness.TAKEN
