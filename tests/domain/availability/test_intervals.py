from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.availability.intervals import Interval, covers, gaps, merged, overlap

INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


def moments(intervals: list[Interval]) -> set[int]:
    return {moment for start, end in intervals for moment in range(start, end)}


def test_touching_is_not_overlapping() -> None:
    assert not overlap((1, 2), (2, 3))
    assert not overlap((2, 3), (1, 2))
    assert overlap((1, 3), (2, 4))


@given(INTERVALS)
def test_merging_keeps_the_moments_and_leaves_gaps_between(intervals: list[Interval]) -> None:
    result = merged(intervals)
    assert moments(result) == moments(intervals)
    edges = [edge for interval in result for edge in interval]
    assert edges == sorted(set(edges))


@given(INTERVALS, st.integers(-2, 32), st.integers(-2, 32))
def test_gaps_are_what_is_not_taken(intervals: list[Interval], first: int, last: int) -> None:
    free = list(gaps(first, last, merged(intervals)))
    assert moments(free) == set(range(first, last)) - moments(intervals)
    assert free == merged(free)


@given(INTERVALS, st.integers(-2, 32))
def test_a_moment_is_covered_when_an_interval_holds_it(intervals: list[Interval], moment: int) -> None:
    assert covers(merged(intervals), moment) == (moment in moments(intervals))
