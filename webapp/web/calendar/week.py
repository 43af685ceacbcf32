"""The grid of a week or a day for `macros/week.html`: rows of five minutes, counted from the first hour shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import url_for
from flask_babel import gettext

from webapp.domain.availability.instants import DAY_SECONDS, instant, to_datetime
from webapp.domain.availability.intervals import Interval
from webapp.domain.dates import utc_text
from webapp.services.calendar.calendar import CalendarSlot
from webapp.web.calendar.entries import Entry, entry
from webapp.web.calendar.layout import DayColumn, Grid, Lane, grid, lanes
from webapp.web.calendar.period import Period
from webapp.web.shared.dates import format_hour, format_weekday
from webapp.web.shared.i18n import format_day, format_time

ROW_MINUTES = 5
USUAL_MINUTES = (8 * 60, 18 * 60)  # the hours shown if there are no slots outside them
CELL_MINUTES = 30
LEAST_MINUTES = 15  # the smallest entry that can still be clicked and read
MOST_LANES = 6  # as many as the style sheet defines


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its position in a column: from `from_row` to `to_row` (exclusive), in a lane."""

    entry: Entry
    from_row: int
    to_row: int
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """`cells`: (from row, to row, url, label) of times that can be published; `gaps`: (from row, to row, label) of
    hours that do not exist on this day; `hours`: (from row, to row) of the default schedule's open hours. `now_row` is
    None if the day is not today or the current time is not among the hours shown."""

    date: date
    url: str
    publish_url: str
    short: str
    number: int
    label: str
    is_today: bool
    is_past: bool
    entries: tuple[Placed, ...]
    cells: tuple[tuple[int, int, str, str], ...]
    gaps: tuple[tuple[int, int, str], ...]
    hours: tuple[tuple[int, int], ...]
    now_row: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """`axis`: (from row, to row, label) of each hour. `has_more_hours`: some hours of the day are not shown."""

    axis: tuple[tuple[int, int, str], ...]
    days: tuple[Day, ...]
    has_more_hours: bool


def week_grid(period: Period, slots: Sequence[CalendarSlot], hours: Sequence[Interval], *, whole_days: bool) -> Week:
    """`hours`: the open hours of the host's default schedule, in Unix seconds."""
    layout = grid(period.time_zone, period.first, period.days)
    placed = {column.day: _spans(column, slots) for column in layout.columns}
    taken = [span for spans in placed.values() for span, _ in spans]
    window = (0, layout.length) if whole_days else layout.shown(taken, USUAL_MINUTES)
    view = _Window(layout, period, window, hours)
    return Week(
        tuple(view.axis()),
        tuple(view.day(column, placed[column.day]) for column in layout.columns),
        window != (0, layout.length),
    )


def list_days(period: Period, slots: Sequence[CalendarSlot]) -> list[tuple[date, list[Entry]]]:
    """The dates of an agenda with their entries; dates without entries are left out."""
    layout = grid(period.time_zone, period.first, period.days)
    by_day = [(column.day, [one for _, one in _spans(column, slots)]) for column in layout.columns]
    return [(day, [entry(one, period.time_zone) for one in on_day]) for day, on_day in by_day if on_day]


def _spans(column: DayColumn, slots: Sequence[CalendarSlot]) -> list[tuple[Interval, CalendarSlot]]:
    """The slots on this date, with their positions in minutes of the axis."""
    spans = []
    for one in slots:
        start, end = instant(one.slot.start), instant(one.slot.end)
        if start < column.end and end > column.start:
            top = column.top_of(start)
            spans.append(((top, max(column.bottom_of(end), top + LEAST_MINUTES)), one))
    return spans


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of the axis that is shown: [shown[0], shown[1]) in minutes."""

    layout: Grid
    period: Period
    shown: Interval
    hours: Sequence[Interval]

    def axis(self) -> Iterator[tuple[int, int, str]]:
        for top, bottom, wall in self.layout.hours():
            if self.shown[0] <= top < self.shown[1]:
                yield self._row(top), self._row(bottom), format_hour(wall % (24 * 60))

    def day(self, column: DayColumn, spans: Sequence[tuple[Interval, CalendarSlot]]) -> Day:
        day, today = column.day, self.period.today
        return Day(
            date=day,
            url=url_for("calendar.week", view="day", on=day),
            publish_url=url_for("calendar.new_slot", on=day),
            short=format_weekday(day),
            number=day.day,
            label=format_day(day),
            is_today=day == today,
            is_past=day < today,
            entries=tuple(self._placed(spans)),
            cells=tuple(self._cells(column)),
            gaps=tuple(self._gaps(column)),
            hours=tuple(self._hours(column)),
            now_row=self._now_row(column) if day == today else None,
        )

    def _placed(self, spans: Sequence[tuple[Interval, CalendarSlot]]) -> Iterator[Placed]:
        for (span, one), lane in zip(spans, lanes([span for span, _ in spans]), strict=True):
            top, bottom = self._clipped(span)
            rows = self._row(top), self._row(bottom + ROW_MINUTES - 1)
            fitting = Lane(min(lane.number, MOST_LANES), min(lane.count, MOST_LANES))
            yield Placed(entry(one, self.period.time_zone), *rows, fitting)

    def _cells(self, column: DayColumn) -> Iterator[tuple[int, int, str, str]]:
        now = instant(datetime.now(UTC))
        for top, bottom, start in column.cells(CELL_MINUTES):
            if start > now and self.shown[0] <= top < self.shown[1]:
                moment = to_datetime(start)
                url = url_for("calendar.new_slot", start=utc_text(moment))
                yield self._row(top), self._row(bottom), url, format_time(moment, self.period.time_zone)

    def _gaps(self, column: DayColumn) -> Iterator[tuple[int, int, str]]:
        is_short = column.end - column.start < DAY_SECONDS
        for gap in column.gaps(self.layout.length):
            top, bottom = self._clipped(gap)
            if top < bottom:
                yield self._row(top), self._row(bottom), gettext("skipped: clocks go forward") if is_short else ""

    def _hours(self, column: DayColumn) -> Iterator[tuple[int, int]]:
        for start, end in self.hours:
            if start < column.end and end > column.start:
                top, bottom = self._clipped((column.top_of(max(start, column.start)), column.bottom_of(end)))
                if top < bottom:
                    yield self._row(top), self._row(bottom + ROW_MINUTES - 1)

    def _now_row(self, column: DayColumn) -> int | None:
        top = column.top_of(instant(datetime.now(UTC)))
        return self._row(top) if self.shown[0] <= top < self.shown[1] else None

    def _clipped(self, span: Interval) -> Interval:
        return max(span[0], self.shown[0]), min(span[1], self.shown[1])

    def _row(self, minute: int) -> int:
        return (minute - self.shown[0]) // ROW_MINUTES


def clock_changes(period: Period) -> list[tuple[date, bool]]:
    """The dates of the period on which clocks change: (date, whether clocks go forward)."""
    layout = grid(period.time_zone, period.first, period.days)
    return [
        (column.day, column.end - column.start < DAY_SECONDS)
        for column in layout.columns
        if column.end - column.start != DAY_SECONDS
    ]
