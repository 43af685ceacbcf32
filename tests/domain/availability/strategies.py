"""Random facts around clock changes, for property tests of the engine."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from tests.domain.availability.builders import DAY, at
from webapp.domain.availability.facts import Busy, BusyKind, EventTypeRules, Facts, PublishedSlot
from webapp.domain.availability.windows import DayWindow, Schedule, Window

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST_CHANGE, LAST_CHANGE = at("2027-01-01"), at("2032-01-01")


def offset(zone: str, moment: int) -> timedelta | None:
    return datetime.fromtimestamp(moment, ZoneInfo(zone)).utcoffset()


@cache
def changes(zone: str) -> list[int]:
    """The moments within five years at which a zone changes its offset."""
    found = []
    step = 5 * DAY
    for start in range(FIRST_CHANGE, LAST_CHANGE, step):
        if offset(zone, start) != offset(zone, start + step):
            before, after = start, start + step
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if offset(zone, middle) == offset(zone, start) else (before, middle)
            found.append(after)
    return found


@cache
def zones_that_change() -> list[str]:
    return [zone for zone in ZONES if changes(zone)]


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    """The usual value five times in six: many rules at once would leave nothing to offer."""
    return st.sampled_from([usual] * 5 * len(others) + list(others))


MINUTES = st.integers(0, 287).map(lambda fives: 5 * fives)
DAY_WINDOWS = st.builds(DayWindow, MINUTES, st.one_of(MINUTES, st.just(1440)))
WEEKDAYS = st.one_of(st.just(frozenset(range(7))), st.frozensets(st.integers(0, 6), min_size=1))
RULES = st.builds(
    EventTypeRules,
    duration_minutes=st.sampled_from([10, 15, 25, 30, 50, 60, 90]),
    increment_minutes=st.sampled_from([None, None, 7, 15, 20, 35, 60]),
    buffer_before_minutes=st.sampled_from([0, 0, 5, 15]),
    buffer_after_minutes=st.sampled_from([0, 0, 10, 30]),
    notice_minutes=mostly(0, 45, 1500),
    window_days=mostly(None, 1, 2),
    max_per_day=mostly(None, 1, 2),
    max_per_week=mostly(None, 2, 3),
    capacity=st.sampled_from([1, 4]),
    is_active=st.sampled_from([True] * 19 + [False]),
)


@st.composite
def schedules(draw: st.DrawFn, zone: str, near: date) -> Schedule:
    windows: list[Window] = []
    for day_window in draw(st.lists(DAY_WINDOWS, min_size=1, max_size=3)):
        weekdays = draw(WEEKDAYS)
        windows += [Window(day, day_window.start_minute, day_window.end_minute) for day in weekdays]
    if draw(st.integers(0, 4)) == 0:
        windows += [Window(day, 0, 1440) for day in draw(WEEKDAYS)]
    dates = st.integers(-9, 2).map(lambda days: near + timedelta(days=days))
    overrides = draw(st.dictionaries(dates, st.lists(DAY_WINDOWS, max_size=2).map(tuple), max_size=2))
    holidays = draw(st.dictionaries(dates, st.just("Founders' Day"), max_size=1))
    return Schedule(zone, draw(st.sampled_from([0, 6])), tuple(windows), overrides, holidays)


@st.composite
def busy_times(draw: st.DrawFn, first: int, slot_id: int) -> Busy:
    start = first + 60 * draw(st.integers(-120, 2 * 1440))
    end = start + 60 * draw(st.integers(1, 240))
    kind = draw(st.sampled_from(list(BusyKind)))
    if kind is not BusyKind.MEETING:
        return Busy(start, end, kind)
    before, after = (60 * draw(st.sampled_from([0, 5, 30])) for _ in range(2))
    seats = {"is_same_event_type": draw(st.booleans()), "capacity": 3, "seats_left": draw(st.integers(0, 2))}
    return Busy(start - before, end + after, kind, start, end, slot_id=slot_id, **seats)  # type: ignore[arg-type]


@st.composite
def published_slots(draw: st.DrawFn, first: int, slot_id: int) -> PublishedSlot:
    start = first + 300 * draw(st.integers(0, 2 * 288))
    end = start + 60 * draw(st.sampled_from([15, 30, 60]))
    before, after = (60 * draw(st.sampled_from([0, 15])) for _ in range(2))
    return PublishedSlot(slot_id, start, end, start - before, end + after, 3, draw(st.integers(0, 3)))


def taken(slot: PublishedSlot) -> Busy:
    left = slot.capacity - slot.seats_taken
    meeting = (slot.busy_start, slot.busy_end, BusyKind.MEETING, slot.start, slot.end)
    return Busy(*meeting, is_same_event_type=True, slot_id=slot.slot_id, capacity=slot.capacity, seats_left=left)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Facts, int, int]:
    """Facts, and the range [first, last) of at most two days to list; a change of the clocks is near, mostly."""
    zone = draw(st.one_of(st.sampled_from(zones_that_change()), st.sampled_from(ZONES)))
    moment = draw(st.sampled_from(changes(zone) or [FIRST_CHANGE + 100 * DAY]))
    first = moment - moment % DAY - DAY * draw(st.integers(0, 1))
    near = datetime.fromtimestamp(first, ZoneInfo(zone)).date()
    busy = tuple(draw(busy_times(first, slot_id)) for slot_id in range(1, 1 + draw(st.integers(0, 5))))
    published = tuple(draw(published_slots(first, 100 + slot_id)) for slot_id in range(draw(st.integers(0, 2))))
    facts = Facts(
        draw(RULES),
        first + draw(mostly(-DAY, 0, 3601, DAY // 2, DAY - 1, -730 * DAY, -731 * DAY)),
        draw(schedules(zone, near)) if draw(st.integers(0, 11)) else None,
        published,
        (*busy, *(taken(slot) for slot in published if slot.seats_taken)),
        tuple(draw(st.lists(st.integers(-1440, 3 * 1440).map(lambda minute: first + 60 * minute), max_size=3))),
        zone,
    )
    if draw(mostly(False, True)):
        dates = {"window_from": near, "window_to": near + timedelta(days=1)}
        facts = replace(facts, rules=replace(facts.rules, **dates))
    return facts, first, first + DAY * draw(st.integers(1, 2))
