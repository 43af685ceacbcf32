"""Schedules: read, create, replace, delete. What was typed is stored: local minutes, dates and a zone's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.db import session as current_session
from webapp.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, Invalid, NotFound
from webapp.domain.text import TextFault, line
from webapp.domain.windows import DayWindow, Window
from webapp.models import DateOverride, EventType, Host, OverrideWindow, Schedule, WeeklyHours
from webapp.services.audit import write_audit
from webapp.services.authorisation import require_host
from webapp.services.booking_commands import ZONES
from webapp.services.holiday_calendars import countries

LONGEST_NAME = 80
MOST_WINDOWS = 2000
MOST_OVERRIDES = 1000


class ScheduleInUse(Conflict):
    """Event types choose this schedule, or it is the default."""

    code = "schedule_in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleContent:
    """A whole schedule as an editor or the API sends it. Overrides: date -> windows, () is a day off."""

    name: str
    time_zone: str
    week_start: int = 0
    weekly_hours: tuple[Window, ...] = ()
    overrides: Mapping[date, tuple[DayWindow, ...]] = field(default_factory=dict)
    holiday_country: str | None = None
    holiday_subdivision: str | None = None
    holidays_off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ScheduleView:
    id: int
    is_default: bool
    content: ScheduleContent


def host_schedules(host_id: int) -> list[ScheduleView]:
    """All schedules of a host, the default first: three queries."""
    session = current_session()
    rows = session.scalars(
        select(Schedule).where(Schedule.host_id == host_id).order_by(Schedule.is_default.desc(), Schedule.name)
    ).all()
    ids = [row.id for row in rows]
    weekly, overrides = _weekly_hours(session, ids), _overrides(session, ids)
    return [ScheduleView(row.id, row.is_default, _content(row, weekly, overrides)) for row in rows]


def host_schedule(host_id: int, schedule_id: int | None = None) -> ScheduleView:
    """One schedule; without an id the default. Raises NotFound."""
    for view in host_schedules(host_id):
        if view.id == schedule_id or (schedule_id is None and view.is_default):
            return view
    raise NotFound


@transactional
def create_schedule(session: Session, content: ScheduleContent, *, host_id: int, actor: Actor) -> int:
    """Returns the id. Raises Invalid, NameTaken."""
    require_host(actor, host_id)
    content = checked(content)
    schedule_id = session.execute(
        insert(Schedule).values(host_id=host_id, **_columns(content)).returning(Schedule.id)
    ).scalar_one()
    _write_windows(session, schedule_id, content)
    write_audit(session, actor, "schedule.created", "schedule", schedule_id)
    return int(schedule_id)


@transactional
def replace_schedule(
    session: Session, content: ScheduleContent, *, host_id: int, schedule_id: int | None = None, actor: Actor
) -> bool:
    """Replace the whole of a schedule (without an id: the default). False when that changes nothing: then nothing is
    written. Raises Invalid, NotFound, NameTaken."""
    require_host(actor, host_id)
    content = checked(content)
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True))
    before = host_schedule(host_id, schedule_id)
    if before.content == content:
        return False
    session.execute(update(Schedule).where(Schedule.id == before.id).values(**_columns(content)))
    for table in (WeeklyHours, DateOverride):
        session.execute(delete(table).where(table.schedule_id == before.id))
    _write_windows(session, before.id, content)
    write_audit(session, actor, "schedule.replaced", "schedule", before.id)
    return True


@transactional
def make_default(session: Session, schedule_id: int, *, host_id: int, actor: Actor) -> None:
    """Event types that choose no schedule of their own follow this one from now on. Raises NotFound."""
    require_host(actor, host_id)
    mine = Schedule.host_id == host_id
    if session.execute(select(Schedule.id).where(mine, Schedule.id == schedule_id)).first() is None:
        raise NotFound
    session.execute(update(Schedule).where(mine, Schedule.is_default).values(is_default=False))
    session.execute(update(Schedule).where(mine, Schedule.id == schedule_id).values(is_default=True))
    write_audit(session, actor, "schedule.made_default", "schedule", schedule_id)


@transactional
def delete_schedule(session: Session, schedule_id: int, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound; ScheduleInUse for the default and for one that event types choose."""
    require_host(actor, host_id)
    found = session.execute(
        select(Schedule.is_default).where(Schedule.host_id == host_id, Schedule.id == schedule_id)
    ).first()
    if found is None:
        raise NotFound
    chosen = session.execute(select(EventType.id).where(EventType.schedule_id == schedule_id).limit(1)).first()
    if found.is_default or chosen:
        raise ScheduleInUse
    session.execute(delete(Schedule).where(Schedule.id == schedule_id))
    write_audit(session, actor, "schedule.deleted", "schedule", schedule_id)


def checked(content: ScheduleContent) -> ScheduleContent:
    """The content in canonical order. Raises Invalid with all faults: fields as api.md names them."""
    faults: dict[str, list[str]] = {}
    try:
        content = replace(content, name=line(content.name, LONGEST_NAME))
    except TextFault as fault:
        faults["name"] = [str(fault)]
    if content.time_zone not in ZONES:
        faults["time_zone"] = ["Must be the name of a time zone."]
    if not 0 <= content.week_start <= 6:
        faults["week_start"] = ["Must be 0 (Monday) to 6 (Sunday)."]
    if content.holiday_country and not _is_known_region(content):
        faults["holidays"] = ["No holidays are known for this country and subdivision."]
    faults |= _window_faults(content)
    if faults:
        raise Invalid(faults)
    return replace(
        content,
        weekly_hours=tuple(sorted(content.weekly_hours, key=lambda w: (w.weekday, w.start_minute))),
        overrides={
            day: tuple(sorted(content.overrides[day], key=lambda w: w.start_minute))
            for day in sorted(content.overrides)
        },
    )


def _is_known_region(content: ScheduleContent) -> bool:
    parts = countries().get(content.holiday_country or "")
    return parts is not None and (not content.holiday_subdivision or content.holiday_subdivision in parts)


def _window_faults(content: ScheduleContent) -> dict[str, list[str]]:
    """Overlapping windows of one day. Touching ones are fine, and so is a night that reaches into the next
    day's windows: those merge (rule 2)."""
    faults: dict[str, list[str]] = {}
    if len(content.weekly_hours) > MOST_WINDOWS or len(content.overrides) > MOST_OVERRIDES:
        faults["weekly_hours"] = [f"At most {MOST_WINDOWS} windows and {MOST_OVERRIDES} overrides."]
        return faults
    days: dict[str, list[DayWindow | Window]] = {}
    for window in content.weekly_hours:
        days.setdefault(f"weekly_hours.{window.weekday}", []).append(window)
    for day, windows in content.overrides.items():
        days[f"overrides.{day.isoformat()}"] = list(windows)
    for name, windows_of_day in days.items():
        if overlaps(windows_of_day):
            faults[name] = ["These windows overlap."]
    return faults


def overlaps(windows: Sequence[DayWindow | Window]) -> bool:
    """Whether two windows of one day overlap; an end at or before the start means the next day."""
    spans = sorted((w.start_minute, w.end_minute + (1440 if w.end_minute <= w.start_minute else 0)) for w in windows)
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _columns(content: ScheduleContent) -> dict[str, Any]:
    return {
        "name": content.name,
        "time_zone": content.time_zone,
        "week_start": content.week_start,
        "holiday_country": content.holiday_country or None,
        "holiday_subdivision": content.holiday_subdivision or None,
        "holidays_off": sorted(content.holidays_off),
    }


def _write_windows(session: Session, schedule_id: int, content: ScheduleContent) -> None:
    if content.weekly_hours:
        session.execute(
            insert(WeeklyHours),
            [
                {
                    "schedule_id": schedule_id,
                    "weekday": window.weekday,
                    "start_minute": window.start_minute,
                    "end_minute": window.end_minute,
                }
                for window in content.weekly_hours
            ],
        )
    for day, windows in content.overrides.items():
        override = insert(DateOverride).values(schedule_id=schedule_id, on_date=day).returning(DateOverride.id)
        override_id = session.execute(override).scalar_one()
        if windows:
            session.execute(
                insert(OverrideWindow),
                [
                    {"date_override_id": override_id, "start_minute": w.start_minute, "end_minute": w.end_minute}
                    for w in windows
                ],
            )


def _content(row: Schedule, weekly: Mapping[int, Any], overrides: Mapping[int, Any]) -> ScheduleContent:
    return ScheduleContent(
        name=row.name,
        time_zone=row.time_zone,
        week_start=row.week_start,
        weekly_hours=tuple(weekly.get(row.id, ())),
        overrides={day: tuple(windows) for day, windows in overrides.get(row.id, {}).items()},
        holiday_country=row.holiday_country,
        holiday_subdivision=row.holiday_subdivision,
        holidays_off=frozenset(row.holidays_off),
    )


def _weekly_hours(session: Session, ids: Sequence[int]) -> dict[int, list[Window]]:
    query = select(WeeklyHours).where(WeeklyHours.schedule_id.in_(ids))
    found: dict[int, list[Window]] = {}
    for row in session.scalars(query.order_by(WeeklyHours.weekday, WeeklyHours.start_minute)):
        found.setdefault(row.schedule_id, []).append(Window(row.weekday, row.start_minute, row.end_minute))
    return found


def _overrides(session: Session, ids: Sequence[int]) -> dict[int, dict[date, list[DayWindow]]]:
    query = (
        select(DateOverride.schedule_id, DateOverride.on_date, OverrideWindow.start_minute, OverrideWindow.end_minute)
        .outerjoin(OverrideWindow, OverrideWindow.date_override_id == DateOverride.id)
        .where(DateOverride.schedule_id.in_(ids))
        .order_by(DateOverride.on_date, OverrideWindow.start_minute)
    )
    found: dict[int, dict[date, list[DayWindow]]] = {}
    for schedule_id, day, start, end in session.execute(query):
        windows = found.setdefault(schedule_id, {}).setdefault(day, [])
        if start is not None:
            windows.append(DayWindow(start, end))
    return found
