"""P7: the availability engine alone, without database or web server.

Each figure is the median of five runs of twenty calls. "Cold": the caches of time zone data are cleared before each
call, as in a process that has just started; otherwise they are warm, as for a host whose page is in use.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from statistics import median
from time import perf_counter

from webapp.domain.availability import instants
from webapp.domain.availability.facts import Busy, BusyKind, EventTypeRules, Facts
from webapp.domain.availability.offers import offer_at, offers
from webapp.domain.availability.reasons import reasons
from webapp.domain.availability.windows import Schedule, Window

RUNS, CALLS = 5, 20
DAY = 86_400
FIRST = instants.instant(datetime(2027, 3, 1, tzinfo=UTC))  # 60 days that include a clock change
Figure = tuple[str, float, str, str]


def measure() -> list[Figure]:
    """(name, value, unit, bar) of each figure."""
    open_always, narrow = around_the_clock(), two_thousand_windows()
    middle = FIRST + 30 * DAY
    calls: list[tuple[str, Callable[[], object], str]] = [
        ("60 days, 15-minute grid, 500 busy", lambda: offers(open_always, FIRST, FIRST + 60 * DAY), "<= 3"),
        ("2,000 windows in a week", lambda: offers(narrow, FIRST, FIRST + 7 * DAY), "<= 30"),
        ("one start re-checked, 500 busy", lambda: offer_at(open_always, middle), ""),
        ("one start explained, 500 busy", lambda: reasons(open_always, middle), ""),
    ]
    warm = [(f"engine: {name}", milliseconds(call), "ms", bar) for name, call, bar in calls]
    cold = [(f"engine, cold: {name}", milliseconds(call, before=forget_zones), "ms", bar) for name, call, bar in calls]
    return warm + cold


def around_the_clock() -> Facts:
    """Open all day and night, with 500 busy ranges of 15 to 60 minutes in 60 days."""
    random = Random(7)
    hours = tuple(Window(day, 0, 1440) for day in range(7))
    starts = [FIRST + 900 * random.randrange(60 * 96) for _ in range(500)]
    busy = tuple(Busy(start, start + 900 * random.randint(1, 4), BusyKind.CALENDAR) for start in starts)
    return Facts(EventTypeRules(15), FIRST, Schedule("America/New_York", 0, hours), busy=busy)


def two_thousand_windows() -> Facts:
    """2,000 windows of four minutes in a week, a minute apart: none merge, and each has one start."""
    hours = tuple(Window(index % 7, 5 * (index // 7), 5 * (index // 7) + 4) for index in range(2000))
    return Facts(EventTypeRules(4), FIRST, Schedule("America/New_York", 0, hours))


def forget_zones() -> None:
    for cached in (instants.opening, instants.closing, instants.steady_midnight):
        cached.cache_clear()


def milliseconds(call: Callable[[], object], *, before: Callable[[], object] = bool) -> float:
    """The time of one call, without that of `before`."""
    runs = [sum(seconds(call, before) for _ in range(CALLS)) / CALLS for _ in range(RUNS)]
    return round(1000 * median(runs), 3)


def seconds(call: Callable[[], object], before: Callable[[], object]) -> float:
    before()
    began = perf_counter()
    call()
    return perf_counter() - began


if __name__ == "__main__":
    for name, value, unit, bar in measure():
        print(f"{name:52} {value:8.3f} {unit} {bar}")
