"""A schedule as the availability engine needs it, read in the same query as the event type.

Weekly hours and overrides come as one JSON column each, as text: a page needs no further query for them, however many
there are, and a row can serve as a cache key.
"""

import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select

from webapp.domain.availability.instants import local_date
from webapp.domain.availability.windows import LOOKBACK_DAYS, DayWindow, Window
from webapp.domain.availability.windows import Schedule as EngineSchedule
from webapp.models import DateOverride, EventType, Host, OverrideWindow, Schedule, WeeklyHours
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.holidays import HOLIDAY_YEARS, known_until, observed_holidays


def schedule_of_event_type() -> ColumnElement[bool]:
    """Join condition: the schedule that an event type uses, or its host's default."""
    default = select(Schedule.id).where(Schedule.host_id == Host.id, Schedule.is_default).correlate(Host)
    return Schedule.id == func.coalesce(EventType.schedule_id, default.scalar_subquery())


def schedule_columns() -> tuple[Any, ...]:
    """The columns that `engine_schedule` reads, for a query that joins Schedule."""
    return (
        Schedule.time_zone.label("schedule_zone"),
        Schedule.week_start,
        Schedule.holiday_country,
        Schedule.holiday_subdivision,
        cast(func.to_json(Schedule.holidays_off), Text).label("holidays_off"),
        cast(_weekly_hours(), Text).label("weekly_hours"),
        cast(_overrides(), Text).label("overrides"),
    )


def engine_schedule(row: Any, now: int) -> EngineSchedule | None:
    """The schedule from a row with `schedule_columns`; `now`, Unix seconds, determines which years' holidays are
    included."""
    if row.schedule_zone is None:
        return None
    year = local_date(row.schedule_zone, now).year
    return EngineSchedule(
        time_zone=row.schedule_zone,
        week_start=row.week_start,
        weekly_hours=_windows(row.weekly_hours or "[]"),
        overrides={
            date.fromisoformat(day): tuple(DayWindow(start, end) for start, end in windows or ())
            for day, windows in json.loads(row.overrides or "[]")
        },
        holidays=observed_holidays(
            row.holiday_country,
            row.holiday_subdivision,
            frozenset(json.loads(row.holidays_off)),
            year - 1,
            year + HOLIDAY_YEARS,
        ),
        holidays_known_until=known_until(row.holiday_country, date(year + HOLIDAY_YEARS, 12, 31)),
    )


def engine_schedule_of(content: ScheduleContent, now: int) -> EngineSchedule:
    """Like `engine_schedule`, from content that need not be stored."""
    year = local_date(content.time_zone, now).year
    region = content.holiday_country, content.holiday_subdivision
    return EngineSchedule(
        time_zone=content.time_zone,
        week_start=content.week_start,
        weekly_hours=content.weekly_hours,
        overrides=content.overrides,
        holidays=observed_holidays(*region, content.holidays_off, year - 1, year + HOLIDAY_YEARS),
        holidays_known_until=known_until(content.holiday_country, date(year + HOLIDAY_YEARS, 12, 31)),
    )


@lru_cache(maxsize=1024)
def _windows(rows: str) -> tuple[Window, ...]:
    """Cached, so that schedules with the same windows share one tuple: the engine caches results per tuple."""
    return tuple(Window(*row) for row in json.loads(rows))


def _weekly_hours() -> ColumnElement[Any]:
    window = func.json_build_array(WeeklyHours.weekday, WeeklyHours.start_minute, WeeklyHours.end_minute)
    of_schedule = WeeklyHours.schedule_id == Schedule.id
    return select(func.json_agg(window)).where(of_schedule).correlate(Schedule).scalar_subquery()


def _overrides() -> ColumnElement[Any]:
    """[[date, [[start, end], ...] or null], ...] for the dates that are still relevant."""
    windows = (
        select(func.json_agg(func.json_build_array(OverrideWindow.start_minute, OverrideWindow.end_minute)))
        .where(OverrideWindow.date_override_id == DateOverride.id)
        .correlate(DateOverride)
        .scalar_subquery()
    )
    since = func.current_date() - timedelta(days=LOOKBACK_DAYS + 1)
    return (
        select(func.json_agg(func.json_build_array(DateOverride.on_date, windows)))
        .where(DateOverride.schedule_id == Schedule.id, DateOverride.on_date >= since)
        .correlate(Schedule)
        .scalar_subquery()
    )
