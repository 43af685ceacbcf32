"""Windows as entered in a form: two times per row, several rows per day.

An end of 00:00 means midnight, as does 24:00, which a time field cannot show. An end at or before the start is on the
next day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.domain.availability.windows import MINUTES_OF_DAY, DayWindow
from webapp.services.schedules.content import overlaps

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?")
USUAL = DayWindow(9 * 60, 17 * 60)
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """Two times as typed. `fault`: the invalid field, "start" or "end", or "" for none."""

    start: str = ""
    end: str = ""
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.start.strip() and not self.end.strip()

    @property
    def mark(self) -> str:
        """A note on what the two times do not show, such as that the window ends on the next day."""
        window = self.window
        if window is None:
            return ""
        if window.end_minute == MINUTES_OF_DAY:
            return gettext("24 hours") if window.start_minute == 0 else gettext("midnight")
        if window.end_minute == window.start_minute:
            return gettext("24 hours, until the next day")
        return gettext("next day") if window.end_minute < window.start_minute else ""

    @property
    def window(self) -> DayWindow | None:
        """None if one of the texts is not a time."""
        start, end = minute_of(self.start), minute_of(self.end, is_end=True)
        if start is None or end is None:
            return None
        return DayWindow(start, end or MINUTES_OF_DAY)


@dataclass(frozen=True, slots=True)
class Rows:
    """The windows of one weekday or date. `error`: a message, or "" if they are valid."""

    rows: tuple[Row, ...] = ()
    error: str = ""

    @classmethod
    def of(cls, windows: Iterable[DayWindow]) -> "Rows":
        return cls(tuple(Row(clock(window.start_minute), clock(window.end_minute)) for window in windows))

    @classmethod
    def typed(cls, form: MultiDict[str, str], suffix: str = "") -> "Rows":
        """Read from the fields `start` and `end`, each repeated once per row, in the same order."""
        starts, ends = form.getlist(f"start{suffix}"), form.getlist(f"end{suffix}")
        return cls(tuple(Row(*row) for row in zip(starts, ends, strict=False))[:MOST_ROWS])

    @property
    def windows(self) -> tuple[DayWindow, ...]:
        """The windows of valid rows; all others are left out."""
        return tuple(window for row in self.rows if (window := row.window))

    def with_faults(self) -> "Rows":
        """A copy with its errors marked. Blank rows are ignored, unless all rows are blank."""
        if all(row.is_blank for row in self.rows):
            rows = tuple(replace(row, fault="start") for row in self.rows[:1]) or (Row(fault="start"),)
            return Rows(rows, gettext("Type from when to when."))
        rows = tuple(_with_fault(row) for row in self.rows if not row.is_blank)
        if any(row.fault for row in rows):
            return Rows(rows, gettext("Type both times, such as 09:00 and 17:00; an end of 00:00 is midnight."))
        return _without_overlap(Rows(rows))

    @property
    def note(self) -> str:
        """The message to show while the host is typing: an incomplete row is not an error yet."""
        return self.error or _without_overlap(Rows(tuple(row for row in self.rows if row.window))).error

    def added(self) -> "Rows":
        """A copy with one more row: after the last valid one, or blank if the day has no room left."""
        windows = self.windows
        return Rows((*self.rows, _next_row(windows[-1]) if windows else Rows.of([USUAL]).rows[0]))

    def removed(self, index: int) -> "Rows":
        return Rows(self.rows[:index] + self.rows[index + 1 :])


def minute_of(text: str, *, is_end: bool = False) -> int | None:
    """Minutes since midnight for `9:30` or `09:30`; 24:00 only for an end. None if the text is not a time."""
    text = text.strip()
    if is_end and text in ("24:00", "24:00:00"):
        return MINUTES_OF_DAY
    found = CLOCK.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def clock(minute: int) -> str:
    """`09:30`, the format of time fields: midnight at the end of a day is 00:00."""
    return f"{minute % MINUTES_OF_DAY // 60:02}:{minute % 60:02}"


def index_of(text: str) -> int:
    """A list index as sent by a button; an index past the end of any list if the text is not one."""
    return int(text) if text.isdecimal() and len(text) < 4 else MOST_ROWS


def _with_fault(row: Row) -> Row:
    if minute_of(row.start) is None:
        return replace(row, fault="start")
    return replace(row, fault="end" if minute_of(row.end, is_end=True) is None else "")


def _without_overlap(rows: Rows) -> Rows:
    """A copy with an error on the first row that overlaps an earlier one."""
    for number in range(1, len(rows.rows)):
        if overlaps(rows.windows[: number + 1]):
            marked = list(rows.rows)
            marked[number] = replace(marked[number], fault="start")
            return Rows(tuple(marked), gettext("These hours overlap. Change them, or remove one."))
    return rows


def _next_row(last: DayWindow) -> Row:
    """A one-hour window that starts an hour after the last one ends; blank if it does not fit in the day."""
    start = last.end_minute + 60
    if last.end_minute <= last.start_minute or start + 60 > MINUTES_OF_DAY:
        return Row()
    return Row(clock(start), clock(start + 60))
