"""A reference implementation of the availability rules, minute by minute, with which the engine is compared.

It shares only the types of the facts and the result with the engine. All times are whole minutes.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from webapp.domain.availability.facts import Busy, Facts
from webapp.domain.availability.offers import Offer
from webapp.domain.availability.windows import DayWindow, Schedule, Window

DAY, WEEK = 86_400, 7 * 86_400
Bounds = tuple[int, int]


def naive(zone: str, moment: int) -> datetime:
    return datetime.fromtimestamp(moment, ZoneInfo(zone)).replace(tzinfo=None)


def slow_offers(facts: Facts, first: int, last: int) -> list[Offer]:
    found = []
    grid = slow_grid(facts, first, last) if facts.schedule else set()
    for start in range(first, last, 60):
        offer = next(slow_offers_at(facts, start, is_on_grid=start in grid), None)
        if offer and is_bookable_time(facts, start):
            found.append(offer)
    return found


def slow_offers_at(facts: Facts, start: int, *, is_on_grid: bool) -> Iterator[Offer]:
    rules = facts.rules
    for busy in facts.busy:
        is_session = busy.is_same_event_type and busy.slot_id and busy.meeting_start == start
        if is_session and busy.seats_left and is_free(facts, busy.start, busy.end, busy.slot_id):
            yield Offer(start, busy.meeting_end or 0, busy.seats_left, busy.slot_id)
    for slot in facts.published:
        has_seats = slot.start == start and slot.seats_taken < slot.capacity
        if has_seats and is_free(facts, slot.busy_start, slot.busy_end, slot.slot_id):
            yield Offer(start, slot.end, slot.capacity - slot.seats_taken, slot.slot_id)
    end = start + rules.duration_minutes * 60
    padded = start - rules.buffer_before_minutes * 60, end + rules.buffer_after_minutes * 60
    has_row = any(slot.start == start for slot in facts.published)
    if is_on_grid and not has_row and is_free(facts, *padded, None):
        yield Offer(start, end, rules.capacity, None)


def is_free(facts: Facts, start: int, end: int, own_slot: int | None) -> bool:
    return not any(touches(busy, start, end) and (own_slot is None or busy.slot_id != own_slot) for busy in facts.busy)


def touches(busy: Busy, start: int, end: int) -> bool:
    return max(busy.start, start) < min(busy.end, end)


def is_bookable_time(facts: Facts, start: int) -> bool:
    rules, zone = facts.rules, facts.zone_name
    day, today = naive(zone, start).date(), naive(zone, facts.now).date()
    counted = [naive(zone, other).date() for other in facts.counted_starts]
    week = first_of_week(day, facts.first_weekday)
    in_week = [other for other in counted if first_of_week(other, facts.first_weekday) == week]
    return (
        rules.is_active
        and start >= facts.now + rules.notice_minutes * 60
        and (rules.window_days is None or (day - today).days <= rules.window_days)
        and (rules.window_from is None or rules.window_from <= day)
        and (rules.window_to is None or day <= rules.window_to)
        and (day.year, day.month, day.day) <= (today.year + 2, today.month, today.day)  # at most 24 months ahead
        and (rules.max_per_day is None or counted.count(day) < rules.max_per_day)
        and (rules.max_per_week is None or len(in_week) < rules.max_per_week)
    )


def first_of_week(day: date, first_weekday: int) -> date:
    while day.weekday() != first_weekday:
        day -= timedelta(days=1)
    return day


def slow_grid(facts: Facts, first: int, last: int) -> set[int]:
    """Starts that the schedule offers: walk the open minutes, remember where the window began."""
    assert facts.schedule
    lead = first - first % DAY - 11 * DAY
    duration, step = facts.rules.duration_minutes * 60, facts.rules.step_seconds
    opened = open_minutes(facts.schedule, lead, last + duration)
    grid, began, anchor = set(), 0, 0
    yesterday: date | None = None
    for minute in range(lead, last, 60):
        today = local_minutes(facts.schedule.time_zone, lead)[(minute - lead) // 60].date()
        if minute in opened:
            if minute - 60 not in opened:
                began = anchor = minute
            elif today != yesterday and minute - began >= WEEK:
                anchor = minute
            is_step = minute >= first and (minute - anchor) % step == 0
            if is_step and all(inside in opened for inside in range(minute, minute + duration, 60)):
                grid.add(minute)
        yesterday = today
    return grid


def open_minutes(schedule: Schedule, first: int, last: int) -> set[int]:
    opened: set[int] = set()
    day = naive(schedule.time_zone, first).date() + timedelta(days=1)
    while day <= naive(schedule.time_zone, last).date():
        for window in windows_of(schedule, day):
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
            opens = midnight + timedelta(minutes=window.start_minute)
            closes = midnight + timedelta(minutes=window.end_minute)
            if closes <= opens:
                closes += timedelta(days=1)
            start, _ = occurrences(schedule.time_zone, first, opens)
            _, end = occurrences(schedule.time_zone, first, closes)
            opened.update(range(start, end, 60))
        day += timedelta(days=1)
    return opened


def windows_of(schedule: Schedule, day: date) -> list[DayWindow | Window]:
    if day in schedule.overrides:
        return list(schedule.overrides[day])
    if day in schedule.holidays:
        return []
    return [window for window in schedule.weekly_hours if window.weekday == day.weekday()]


@lru_cache(maxsize=4)
def local_minutes(zone: str, first: int) -> list[datetime]:
    """What the wall clock shows at each minute of 14 days from `first`."""
    return [naive(zone, first + 60 * minute) for minute in range(14 * 1440)]


@lru_cache(maxsize=4)
def seen(zone: str, first: int) -> dict[datetime, Bounds]:
    """The first and the last minute at which a clock shows a wall time."""
    moments: dict[datetime, Bounds] = {}
    for index, wall in enumerate(local_minutes(zone, first)):
        moment = first + 60 * index
        moments[wall] = moments.get(wall, (moment, moment))[0], moment
    return moments


def occurrences(zone: str, first: int, wall: datetime) -> Bounds:
    """First and last minute that shows the wall time; if it is skipped, the first minute that shows a later one.

    What ends after the 14 days ends with them.
    """
    if wall in seen(zone, first):
        return seen(zone, first)[wall]
    walls = local_minutes(zone, first)
    after = next((index for index, shown in enumerate(walls) if shown > wall), len(walls))
    return first + 60 * after, first + 60 * after
