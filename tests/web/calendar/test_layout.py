"""Days side by side on one time axis, also with clock changes."""

from datetime import UTC, date, datetime

import pytest

from webapp.domain.availability.instants import instant
from webapp.web.calendar.layout import Lane, grid, lanes

BERLIN = "Europe/Berlin"


def at(*when: int) -> int:
    return instant(datetime(*when, tzinfo=UTC))  # type: ignore[arg-type, misc]


def test_an_ordinary_week_has_one_axis_of_24_hours() -> None:
    layout = grid(BERLIN, date(2027, 5, 3), 7)
    assert layout.length == 1440
    assert [column.day for column in layout.columns] == [date(2027, 5, day) for day in range(3, 10)]
    assert [list(column.gaps(1440)) for column in layout.columns] == [[]] * 7
    tuesday = layout.columns[1]
    assert (tuesday.top_of(at(2027, 5, 4, 8)), tuesday.bottom_of(at(2027, 5, 4, 8, 30))) == (600, 630)


def test_a_23_hour_day_has_a_gap_and_the_same_heights_after_it() -> None:
    layout = grid(BERLIN, date(2027, 3, 22), 7)
    sunday = layout.columns[6]
    assert sunday.end - sunday.start == 23 * 3600
    assert sunday.gaps(layout.length) == [(120, 180)]
    assert layout.columns[5].gaps(layout.length) == []
    assert sunday.top_of(at(2027, 3, 28, 7)) == 9 * 60  # 09:00, as on the other days
    # A slot up to the change ends where the gap begins; the one after begins where it ends.
    assert (sunday.bottom_of(at(2027, 3, 28, 1)), sunday.top_of(at(2027, 3, 28, 1))) == (120, 180)


def test_a_25_hour_day_shows_the_hour_twice_and_the_others_have_a_gap() -> None:
    layout = grid(BERLIN, date(2027, 10, 25), 7)
    monday, sunday = layout.columns[0], layout.columns[6]
    assert layout.length == 1500
    assert sunday.gaps(layout.length) == []
    assert monday.gaps(layout.length) == [(180, 240)]
    first, second = at(2027, 10, 31, 0, 30), at(2027, 10, 31, 1, 30)  # both 02:30
    assert (sunday.top_of(first), sunday.top_of(second)) == (150, 210)
    assert sunday.top_of(at(2027, 10, 31, 8)) == monday.top_of(at(2027, 10, 25, 7)) == 9 * 60 + 60
    assert [wall for _, _, wall in layout.hours()][:5] == [0, 60, 120, 120, 180]


def test_a_day_that_has_no_midnight() -> None:
    [day] = grid("Africa/Cairo", date(2027, 4, 30), 1).columns
    assert day.gaps(1440) == [(0, 60)]
    assert day.top_of(day.start) == 60


def test_half_an_hour_that_comes_twice() -> None:
    layout = grid("Australia/Lord_Howe", date(2027, 4, 4), 1)
    assert layout.length == 1470
    assert [(top, wall) for top, _, wall in layout.hours()][:4] == [(0, 0), (60, 60), (120, 90), (150, 120)]


def test_a_date_that_a_zone_skipped_has_no_column() -> None:
    assert [column.day.day for column in grid("Pacific/Apia", date(2011, 12, 29), 3).columns] == [29, 31]


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31), date(2027, 5, 4)])
def test_cells_cover_each_half_hour_that_exists_once(day: date) -> None:
    [column] = grid(BERLIN, day, 1).columns
    starts = [start for _, _, start in column.cells(30)]
    assert starts == list(range(column.start, column.end, 1800))
    assert all(column.top_of(start) == top for top, _, start in column.cells(30))


def test_hours_shown_reach_to_what_lies_outside_the_usual_ones() -> None:
    layout = grid(BERLIN, date(2027, 5, 3), 7)
    usual = (8 * 60, 18 * 60)
    assert layout.shown([], usual) == usual
    assert layout.shown([(430, 460), (1090, 1130)], usual) == (420, 1140)


def test_hours_shown_reach_to_a_clock_change() -> None:
    assert grid(BERLIN, date(2027, 3, 22), 7).shown([], (480, 1080)) == (120, 1080)
    assert grid(BERLIN, date(2027, 10, 25), 7).shown([], (480, 1080)) == (120, 1140)


def test_what_overlaps_stands_side_by_side_and_what_touches_does_not() -> None:
    spans = [(0, 30), (10, 40), (30, 60), (60, 70), (65, 80), (66, 70)]
    assert lanes(spans) == [Lane(1, 2), Lane(2, 2), Lane(1, 2), Lane(1, 3), Lane(2, 3), Lane(3, 3)]
