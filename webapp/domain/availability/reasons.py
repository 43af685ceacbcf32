"""Why a start is not offered: stable codes, with the figures needed to word them (rule 15)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from webapp.domain.availability.candidates import BusyTimes, Candidate, fixed, scheduled
from webapp.domain.availability.facts import BusyKind, EventTypeRules, Facts
from webapp.domain.availability.instants import local_date
from webapp.domain.availability.intervals import overlap
from webapp.domain.availability.limits import (
    booking_window,
    bookings_per_day,
    bookings_per_week,
    earliest_start,
    rolling_days,
)
from webapp.domain.availability.windows import Schedule, open_windows, stretches
from webapp.domain.dates import week_of


class ReasonCode(StrEnum):
    """The rule that excludes a start, in the order in which reasons are given."""

    PAST = "past"
    NOTICE = "notice"
    WINDOW = "window"
    HOURS = "hours"
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    BUSY = "busy"
    BUFFER = "buffer"
    BLOCKED = "blocked"
    CALENDAR = "calendar"
    LIMIT_DAY = "limit_day"
    LIMIT_WEEK = "limit_week"
    FULL = "full"
    INACTIVE = "inactive"


_ORDER = {code: position for position, code in enumerate(ReasonCode)}
_CODE_OF = {
    BusyKind.MEETING: ReasonCode.BUSY,
    BusyKind.BLOCKED: ReasonCode.BLOCKED,
    BusyKind.CALENDAR: ReasonCode.CALENDAR,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its figures: instants in Unix seconds, dates in the schedule's zone, None where not applicable.

    past, notice: `start` is the first instant that would be allowed; notice: `limit` its minutes.
    window: [start, end) can be booked (None: from now on), `limit` the days of a rolling window.
    hours: [start, end) is the window around the start (None: closed then), `limit` the increment in minutes.
    override, holiday: `on` is the date to which it applies, `name` that of the holiday.
    busy, blocked, calendar: [start, end) is taken. buffer: the range of a meeting with its padding.
    full: [start, end) of the meeting, `limit` its seats.
    limit_day, limit_week: `count` bookings of `limit`, `on` the day or the first day of the week.
    """

    code: ReasonCode
    start: int | None = None
    end: int | None = None
    limit: int | None = None
    count: int | None = None
    on: date | None = None
    name: str | None = None


def reasons(facts: Facts, start: int, *, listed_grace_seconds: int = 0) -> list[Reason]:
    """Every rule that excludes this start, one reason (the earliest) per code; empty if it is offered."""
    off_schedule = _off_schedule(facts, start)
    candidates = list(fixed(facts, start, start + 1)) or [scheduled(facts.rules, start)]
    busy_times = BusyTimes(facts)
    found = [list(_against(one, busy_times)) for one in candidates]
    closing = [] if [] in found else found[0]
    if off_schedule is not None and candidates[0].slot_id is None:
        closing = [off_schedule, *closing]
    first_per_code: dict[ReasonCode, Reason] = {}
    for reason in [*_in_time(facts, start, listed_grace_seconds), *closing, *_at_the_limit(facts, start)]:
        first_per_code.setdefault(reason.code, reason)
    return sorted(first_per_code.values(), key=lambda reason: _ORDER[reason.code])


def _in_time(facts: Facts, start: int, listed_grace_seconds: int) -> Iterator[Reason]:
    """Rules 8 and 9 up to the limits, and whether the event type takes bookings at all."""
    rules = facts.rules
    if start < facts.now - listed_grace_seconds:
        yield Reason(ReasonCode.PAST, start=facts.now)
    elif start < earliest_start(facts, listed_grace_seconds):
        yield Reason(ReasonCode.NOTICE, start=earliest_start(facts, 0), limit=rules.notice_minutes)
    opens, closes = booking_window(facts)
    if not opens <= start < closes:
        yield Reason(
            ReasonCode.WINDOW,
            start=None if rules.window_from is None else opens,
            end=closes,
            limit=rolling_days(facts),
        )
    if not rules.is_active:
        yield Reason(ReasonCode.INACTIVE)


def _at_the_limit(facts: Facts, start: int) -> Iterator[Reason]:
    day = local_date(facts.zone_name, start)
    week = week_of(day, facts.first_weekday)
    for code, limit, first, counted in (
        (ReasonCode.LIMIT_DAY, facts.rules.max_per_day, day, bookings_per_day),
        (ReasonCode.LIMIT_WEEK, facts.rules.max_per_week, week, bookings_per_week),
    ):
        if limit is not None and (count := counted(facts)[first]) >= limit:
            yield Reason(code, limit=limit, count=count, on=first)


def _against(candidate: Candidate, busy_times: BusyTimes) -> Iterator[Reason]:
    """What takes the candidate's time; BUFFER means that only the padding conflicts, not the meetings themselves."""
    meeting = candidate.start, candidate.end
    if candidate.seats_left == 0:
        code = ReasonCode.FULL if candidate.capacity > 1 else ReasonCode.BUSY
        yield Reason(code, *meeting, limit=candidate.capacity)
    for busy in busy_times.against(candidate):
        if overlap(meeting, busy.meeting):
            yield Reason(_CODE_OF[busy.kind], *busy.meeting)
        else:
            yield Reason(ReasonCode.BUFFER, busy.start, busy.end)


def _off_schedule(facts: Facts, start: int) -> Reason | None:
    """Why the schedule alone does not offer this start; None if it does (rules 2 to 5)."""
    rules, schedule = facts.rules, facts.schedule
    if schedule is None:
        return Reason(ReasonCode.HOURS)
    if _is_on_grid(rules, schedule, start):
        return None
    around = open_windows(schedule, start, start + 1)
    if change := _change_of_hours(rules, schedule, start, is_open=bool(around)):
        return change
    opens, closes = around[0] if around else (None, None)
    return Reason(ReasonCode.HOURS, opens, closes, limit=rules.step_seconds // 60)


def _change_of_hours(rules: EventTypeRules, schedule: Schedule, start: int, *, is_open: bool) -> Reason | None:
    """The override or holiday that closes the start: on its own date, or on the day before, past midnight."""
    weekly_only = replace(schedule, overrides={}, holidays={})
    is_usual = _is_on_grid(rules, weekly_only, start)
    today = local_date(schedule.time_zone, start)
    for day in (today, today - timedelta(days=1)):
        if is_usual or (day == today and not is_open):
            if day in schedule.overrides:
                return Reason(ReasonCode.OVERRIDE, on=day)
            if day in schedule.holidays:
                return Reason(ReasonCode.HOLIDAY, on=day, name=schedule.holidays[day])
    return None


def _is_on_grid(rules: EventTypeRules, schedule: Schedule, start: int) -> bool:
    end = start + 60 * rules.duration_minutes
    return any(
        anchor <= start < until and end <= close and (start - anchor) % rules.step_seconds == 0
        for anchor, until, close in stretches(schedule, start, end)
    )
