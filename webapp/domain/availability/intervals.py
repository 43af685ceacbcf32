"""Half-open intervals [start, end) of whole numbers: touching is not overlapping (availability rule 6)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

Interval = tuple[int, int]


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two non-empty intervals have a moment in common."""
    return one[0] < other[1] and other[0] < one[1]


def covers(taken: Sequence[Interval], moment: int) -> bool:
    """Whether one of the intervals contains the moment; `taken` is a result of `merged`."""
    position = bisect_right(taken, moment, key=itemgetter(0))
    return position > 0 and taken[position - 1][1] > moment


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of the intervals, sorted and disjoint: touching intervals are joined, empty ones dropped."""
    result: list[Interval] = []
    reach: int | None = None
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if reach is None or start > reach:
            result.append((start, end))
            reach = end
        elif end > reach:
            result[-1] = (result[-1][0], end)
            reach = end
    return result


def gaps(first: int, last: int, taken: Sequence[Interval]) -> Iterator[Interval]:
    """The non-empty parts of [first, last) that `taken` leaves free; `taken` is a result of `merged`."""
    position = bisect_right(taken, (first, first))
    if position and taken[position - 1][1] > first:
        first = taken[position - 1][1]
    while position < len(taken) and taken[position][0] < last:
        start, end = taken[position]
        if first < start:
            yield first, start
        first = end
        position += 1
    if first < last:
        yield first, last
