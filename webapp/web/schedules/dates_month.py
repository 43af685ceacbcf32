"""The month to choose dates from, and the list of date overrides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from flask_babel import gettext

from webapp.domain.availability.windows import DayWindow
from webapp.domain.dates import FIRST_YEAR, LAST_YEAR, parsed_date, week_of
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.holidays import known_until, observed_holidays
from webapp.web.schedules.dates_form import USUAL_HOURS, DatesForm, today_of, usual_windows
from webapp.web.schedules.frame import Frame, hours_text
from webapp.web.shared.dates import format_span, format_weekday
from webapp.web.shared.i18n import format_day, format_month


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """`kind`: off, hours (both by override), holiday, open or closed. `label` is for screen readers; `url` is None if
    the date has passed."""

    date: date
    url: str | None
    kind: str
    text: str
    label: str
    is_today: bool
    is_chosen: bool
    is_outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    label: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[MonthDay, ...], ...]
    previous_url: str | None
    next_url: str | None
    holidays_known_until: date | None  # None if no day shown is later


@dataclass(frozen=True, slots=True)
class Coming:
    """Consecutive dates with the same override; `url` edits it, `remove_url` restores the weekly hours."""

    first: date
    dates: str
    hours: str
    url: str
    remove_url: str


def month_of_text(text: str, content: ScheduleContent) -> str:
    """`2027-05` for a month or a date; the current month if the text is neither."""
    day = parsed_date(text) or parsed_date(f"{text}-01") or today_of(content)
    return f"{day:%Y-%m}"


def month_of_dates(frame: Frame, form: DatesForm, month: str) -> Month:
    first = date.fromisoformat(f"{month_of_text(month or form.on, frame.content)}-01")
    start = week_of(first, frame.content.week_start)
    following = (first + timedelta(days=31)).replace(day=1)
    days = [_day(frame, form, day, first.month) for day in _dates(start, following)]
    weeks = tuple(tuple(days[number : number + 7]) for number in range(0, len(days), 7))
    before = first - timedelta(days=1)
    is_past = before < today_of(frame.content)
    return Month(
        label=format_month(first),
        weekdays=tuple(format_weekday(day.date) for day in weeks[0]),
        weeks=weeks,
        previous_url=None if is_past or first.year <= FIRST_YEAR else frame.url("dates", month=f"{before:%Y-%m}"),
        next_url=None if following.year > LAST_YEAR else frame.url("dates", month=f"{following:%Y-%m}"),
        holidays_known_until=known_until(frame.content.holiday_country, days[-1].date),
    )


def coming_overrides(frame: Frame) -> list[Coming]:
    overrides, today = frame.content.overrides, today_of(frame.content)
    groups: list[list[date]] = []
    days = [day for day in sorted(overrides) if day >= today]
    for before, day in pairwise([date.min, *days]):
        if before + timedelta(days=1) == day and overrides[before] == overrides[day]:
            groups[-1].append(day)
        else:
            groups.append([day])
    return [_coming(frame, group[0], group[-1]) for group in groups]


def _coming(frame: Frame, first: date, last: date) -> Coming:
    windows = frame.content.overrides[first]
    query = {"on": first.isoformat(), "until": last.isoformat() if last > first else None}
    return Coming(
        first,
        format_span(first, last),
        hours_text(windows) or gettext("Day off"),
        frame.url("dates", **query),
        frame.url("dates", kind=USUAL_HOURS, **query),
    )


def _dates(start: date, following: date) -> Iterator[date]:
    """The dates of whole weeks, from `start` to the end of the week that completes the month."""
    day = start
    while day < following or (day - start).days % 7:
        yield day
        day += timedelta(days=1)


def _day(frame: Frame, form: DatesForm, day: date, month: int) -> MonthDay:
    kind, text = _state(frame.content, day)
    today = today_of(frame.content)
    return MonthDay(
        date=day,
        url=None if day < today else frame.url("dates", on=day, month=f"{day.year}-{month:02}"),
        kind=kind,
        text=text,
        label=f"{format_day(day)}: {text}",
        is_today=day == today,
        is_chosen=form.is_shown and day in form.days,
        is_outside=day.month != month,
    )


def _state(content: ScheduleContent, day: date) -> tuple[str, str]:
    windows: tuple[DayWindow, ...] | None = content.overrides.get(day)
    if windows is not None:
        return ("hours", hours_text(windows)) if windows else ("off", gettext("Day off"))
    region = content.holiday_country, content.holiday_subdivision, content.holidays_off
    if name := observed_holidays(*region, day.year, day.year).get(day):
        return "holiday", name
    usual = usual_windows(content, day)
    return ("open", hours_text(usual)) if usual else ("closed", gettext("Closed"))
