"""Positions of times in the calendar grid: pure geometry, in minutes from the top.

All columns share one axis of local time, so that 10:00 is at the same height in every column, even when clocks change.
An hour that occurs twice on one of the days appears twice on the axis, and the other days have a gap there. An hour
that a day skips is a gap in that day's column.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from webapp.domain.availability.instants import day_start, zone
from webapp.domain.availability.intervals import Interval, merged

MINUTES_OF_DAY = 1440
_SAMPLE_SECONDS = 6 * 3600


class Band(NamedTuple):
    """Part of the axis: `minutes` of local time from minute `wall` of the day, drawn at `top`."""

    top: int
    wall: int
    minutes: int
    is_repeat: bool


class Piece(NamedTuple):
    """Part of a day's column: `minutes` of time from instant `start`, which is minute `wall` of the day."""

    top: int
    minutes: int
    start: int
    wall: int


@dataclass(frozen=True, slots=True)
class DayColumn:
    """One local date: [start, end) in Unix seconds, and its pieces in order of time."""

    day: date
    start: int
    end: int
    pieces: tuple[Piece, ...]

    def top_of(self, moment: int) -> int:
        """The position of something that starts at `moment`. Times outside the day are placed at its edges."""
        if moment >= self.end:
            return self.bottom_of(self.end)
        position = bisect_right(self.pieces, moment, key=lambda piece: piece.start)
        piece = self.pieces[max(position - 1, 0)]
        return piece.top + max(moment - piece.start, 0) // 60

    def bottom_of(self, moment: int) -> int:
        """The position of something that ends at `moment`: just below the minute before, even if the clock changes at
        that moment."""
        return self.top_of(min(moment, self.end) - 60) + 1

    def gaps(self, length: int) -> list[Interval]:
        """Parts of the axis that this day does not have."""
        gaps, top = [], 0
        for piece in sorted(self.pieces):
            if piece.top > top:
                gaps.append((top, piece.top))
            top = piece.top + piece.minutes
        return [*gaps, (top, length)] if top < length else gaps

    def cells(self, minutes: int) -> Iterator[tuple[int, int, int]]:
        """(top, bottom, instant) of each step of local time (00:00, 00:30, ... for 30) that exists in full."""
        for piece in self.pieces:
            first = -(-piece.wall // minutes) * minutes
            for wall in range(first, piece.wall + piece.minutes - minutes + 1, minutes):
                offset = wall - piece.wall
                yield piece.top + offset, piece.top + offset + minutes, piece.start + 60 * offset


@dataclass(frozen=True, slots=True)
class Grid:
    """Days side by side on one axis of `length` minutes: 1440, or more when an hour occurs twice."""

    bands: tuple[Band, ...]
    columns: tuple[DayColumn, ...]

    @property
    def length(self) -> int:
        return self.bands[-1].top + self.bands[-1].minutes

    def hours(self) -> Iterator[tuple[int, int, int]]:
        """(top, bottom, minute of local time) of each line of the axis; a band may begin between two full hours."""
        for band in self.bands:
            last = band.wall + band.minutes
            lines = [band.wall, *range(band.wall // 60 * 60 + 60, last, 60), last]
            for wall, until in pairwise(lines):
                yield band.top + wall - band.wall, band.top + until - band.wall, wall

    def shown(self, spans: Iterable[Interval], usual: Interval) -> Interval:
        """The whole hours of the axis that cover `usual` (minutes of local time), all spans and all clock changes."""
        first, last = self._top_of_wall(usual[0]), self._top_of_wall(usual[1] - 1) + 1
        twice = [(band.top - band.minutes, band.top + band.minutes) for band in self.bands if band.is_repeat]
        changes = [*twice, *(gap for column in self.columns for gap in column.gaps(self.length))]
        for start, end in [*spans, *changes]:
            first, last = min(first, start), max(last, end)
        lines = [*(top for top, _, _ in self.hours()), self.length]
        return max(line for line in lines if line <= first), min(line for line in lines if line >= last)

    def _top_of_wall(self, wall: int) -> int:
        return next(
            band.top + wall - band.wall
            for band in self.bands
            if not band.is_repeat and band.wall <= wall < band.wall + band.minutes
        )


@dataclass(frozen=True, slots=True)
class Lane:
    """Column `number` (from 1) of `count` columns of equal width, for entries that overlap."""

    number: int
    count: int


class _Part(NamedTuple):
    """Part of a day without a clock change: from instant `start`, minutes [wall, until) of local time."""

    start: int
    wall: int
    until: int
    is_repeat: bool


def grid(time_zone: str, first: date, days: int) -> Grid:
    """The grid of `days` dates from `first` on."""
    dates = [first + timedelta(days=number) for number in range(days)]
    parts = {day: list(_parts(time_zone, day)) for day in dates}
    bands = _bands(merged((part.wall, part.until) for day in dates for part in parts[day] if part.is_repeat))
    columns = [
        DayColumn(day, day_start(time_zone, day), day_start(time_zone, day + timedelta(days=1)), pieces)
        for day in dates
        if (pieces := tuple(_pieces(parts[day], bands)))
    ]
    return Grid(bands, tuple(columns))


def lanes(spans: Sequence[Interval]) -> list[Lane]:
    """One lane for each span; `spans` are sorted by start. Overlapping spans are placed side by side, and each group of
    them has as many lanes as it needs."""
    placed: list[Lane] = []
    group: list[int] = []
    ends: list[int] = []
    for start, end in spans:
        if ends and start >= max(ends):
            placed += [Lane(number, len(ends)) for number in group]
            group, ends = [], []
        free = next((lane for lane, until in enumerate(ends) if until <= start), len(ends))
        ends[free : free + 1] = [end]
        group.append(free + 1)
    return placed + [Lane(number, len(ends)) for number in group]


def _bands(repeats: Sequence[Interval]) -> tuple[Band, ...]:
    bands, top, reached = [], 0, 0
    for wall, until in repeats:
        bands.append(Band(top, reached, until - reached, is_repeat=False))
        bands.append(Band(top + until - reached, wall, until - wall, is_repeat=True))
        top, reached = top + 2 * until - reached - wall, until
    if reached < MINUTES_OF_DAY:
        bands.append(Band(top, reached, MINUTES_OF_DAY - reached, is_repeat=False))
    return tuple(bands)


def _pieces(parts: Iterable[_Part], bands: Iterable[Band]) -> Iterator[Piece]:
    for part in parts:
        for band in bands:
            wall, until = max(part.wall, band.wall), min(part.until, band.wall + band.minutes)
            if wall < until and part.is_repeat == band.is_repeat:
                start = part.start + 60 * (wall - part.wall)
                yield Piece(band.top + wall - band.wall, until - wall, start, wall)


def _parts(time_zone: str, day: date) -> Iterator[_Part]:
    reached: int | None = None
    for start, end in _steady(time_zone, day_start(time_zone, day), day_start(time_zone, day + timedelta(days=1))):
        wall = _wall_minute(time_zone, day, start)
        until = wall + (end - start) // 60
        again = min(reached, until) if reached is not None and wall < reached else wall
        if wall < again:
            yield _Part(start, wall, again, is_repeat=True)
        if again < until:
            yield _Part(start + 60 * (again - wall), again, until, is_repeat=False)
        reached = until


def _steady(time_zone: str, first: int, last: int) -> Iterator[Interval]:
    """[first, last) split where the UTC offset of the zone changes."""
    start = first
    while start < last:
        end = next(
            (
                _change(time_zone, sample - _SAMPLE_SECONDS, sample)
                for sample in range(start + _SAMPLE_SECONDS, last + _SAMPLE_SECONDS, _SAMPLE_SECONDS)
                if _offset(time_zone, sample) != _offset(time_zone, start)
            ),
            last,
        )
        yield start, min(end, last)
        start = end


def _change(time_zone: str, before: int, after: int) -> int:
    """The first instant in (before, after] that has the same UTC offset as `after`."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(time_zone, middle) == _offset(time_zone, after):
            after = middle
        else:
            before = middle
    return after


def _offset(time_zone: str, moment: int) -> timedelta:
    return datetime.fromtimestamp(moment, zone(time_zone)).utcoffset() or timedelta()


def _wall_minute(time_zone: str, day: date, moment: int) -> int:
    """Minutes from midnight of `day` to the local time; negative if clocks were set back across midnight."""
    local = datetime.fromtimestamp(moment, zone(time_zone))
    return (local.toordinal() - day.toordinal()) * MINUTES_OF_DAY + local.hour * 60 + local.minute
