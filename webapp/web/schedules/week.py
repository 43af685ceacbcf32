"""The week as it is typed: seven days, each open or not, with its windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from webapp.domain.availability.windows import DayWindow, Window
from webapp.web.schedules.windows import USUAL, Rows, index_of

WORKING_DAYS = range(5)


@dataclass(frozen=True, slots=True)
class Day:
    """`weekday`: Monday = 0. A closed day may keep what was typed, for when it is opened again."""

    weekday: int
    is_open: bool
    rows: Rows

    def opened(self) -> "Day":
        """An open day has a window at least."""
        return replace(self, rows=Rows.of([USUAL])) if self.is_open and not self.rows.rows else self


@dataclass(frozen=True, slots=True)
class Week:
    """`days`: Monday first."""

    days: tuple[Day, ...]

    @classmethod
    def of(cls, weekly_hours: Iterable[Window]) -> "Week":
        windows: list[list[DayWindow]] = [[] for _ in range(7)]
        for window in weekly_hours:
            windows[window.weekday].append(DayWindow(window.start_minute, window.end_minute))
        return cls(tuple(Day(number, bool(found), Rows.of(found)) for number, found in enumerate(windows)))

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "Week":
        """From fields `open` (a weekday each), `start.0` and `end.0` to `.6`."""
        is_open = set(form.getlist("open"))
        return cls(tuple(Day(number, str(number) in is_open, Rows.typed(form, f".{number}")) for number in range(7)))

    @property
    def weekly_hours(self) -> tuple[Window, ...]:
        return tuple(
            Window(day.weekday, window.start_minute, window.end_minute)
            for day in self.days
            if day.is_open
            for window in sorted(day.rows.windows, key=lambda window: window.start_minute)
        )

    @property
    def is_valid(self) -> bool:
        return not any(day.rows.error for day in self.days)

    @property
    def is_empty(self) -> bool:
        return not any(day.is_open for day in self.days)

    def checked(self) -> "Week":
        return Week(tuple(replace(day, rows=day.rows.checked()) if day.is_open else day for day in self.days))

    def changed(self, command: str, form: MultiDict[str, str]) -> "Week":
        """As a button of the form changes it: `add.0`, `remove.0.1`, `copy.0` (to the days of `to.0`), `fill`."""
        action, *places = command.split(".")
        numbers = [index_of(place) for place in places]
        if action == "fill":
            return self._filled()
        if action == "copy" and len(numbers) == 1 and numbers[0] < 7:
            return self._copied(numbers[0], [index_of(day) for day in form.getlist(f"to.{numbers[0]}")])
        return Week(tuple(_changed(day, action, numbers).opened() for day in self.days))

    def _filled(self) -> "Week":
        usual = Rows.of([USUAL])
        return Week(tuple(Day(day.weekday, True, usual) if day.weekday in WORKING_DAYS else day for day in self.days))

    def _copied(self, origin: int, targets: Sequence[int]) -> "Week":
        source = self.days[origin]
        return Week(tuple(replace(source, weekday=d.weekday) if d.weekday in targets else d for d in self.days))


def _changed(day: Day, action: str, numbers: Sequence[int]) -> Day:
    if numbers[:1] != [day.weekday]:
        return day
    if action == "add":
        return Day(day.weekday, True, day.rows.added() if day.is_open else Rows.of([USUAL]))
    if action == "remove" and len(numbers) > 1:
        rows = day.rows.removed(numbers[1])
        return Day(day.weekday, day.is_open and bool(rows.rows), rows)
    return day
