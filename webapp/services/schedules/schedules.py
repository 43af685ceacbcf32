"""Schedules: read, create, change, delete. Times are stored as entered: local minutes, dates and the name of a zone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional
from webapp.domain.actor import Actor
from webapp.domain.availability.windows import DayWindow, Window
from webapp.domain.errors import Conflict, Invalid, NotFound
from webapp.models import DateOverride, EventType, OverrideWindow, Schedule, WeeklyHours
from webapp.services.schedules.content import ScheduleContent, checked_schedule, is_the_same
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit

MOST_SCHEDULES = 50
IN_TABLES = ("weekly_hours", "overrides")  # stored in tables of their own; the other fields are columns


class ScheduleInUse(Conflict):
    """Event types use this schedule (`event_types`: their titles), or it is the default (then the list is empty)."""

    code = "schedule_in_use"

    def __init__(self, event_types: Sequence[str] = ()) -> None:
        super().__init__(", ".join(event_types))
        self.event_types = tuple(event_types)


@dataclass(frozen=True, slots=True)
class ScheduleView:
    id: int
    is_default: bool
    content: ScheduleContent


def host_schedules(host_id: int) -> list[ScheduleView]:
    """All schedules of a host, the default first; three queries."""
    session = current_session()
    query = select(*Schedule.__table__.columns).where(Schedule.host_id == host_id)
    rows = session.execute(query.order_by(Schedule.is_default.desc(), Schedule.name)).all()
    ids = [row.id for row in rows]
    weekly, overrides = _weekly_hours(session, ids), _overrides(session, ids)
    return [ScheduleView(row.id, row.is_default, _content(row, weekly, overrides)) for row in rows]


def host_schedule(host_id: int, schedule_id: int | None = None) -> ScheduleView:
    """One schedule; the default if no id is given. Raises NotFound."""
    for view in host_schedules(host_id):
        if view.id == schedule_id or (schedule_id is None and view.is_default):
            return view
    raise NotFound


def schedule_users(host_id: int, schedule_id: int) -> list[str]:
    """The titles of the event types that use this schedule, archived ones included."""
    query = select(EventType.title).where(EventType.host_id == host_id, EventType.schedule_id == schedule_id)
    return list(current_session().scalars(query.order_by(EventType.position, EventType.id)))


@transactional
def create_schedule(session: Session, content: ScheduleContent, *, host_id: int, actor: Actor) -> int:
    """Returns the id. Raises Invalid, NameTaken."""
    require_host(actor, host_id)
    content = checked_schedule(content)
    lock_host(session, host_id)
    if session.scalars(select(func.count()).where(Schedule.host_id == host_id)).one() >= MOST_SCHEDULES:
        raise Invalid({"": [f"At most {MOST_SCHEDULES} schedules."]})
    schedule_id = session.execute(
        insert(Schedule).values(host_id=host_id, **_columns(content)).returning(Schedule.id)
    ).scalar_one()
    _write_windows(session, schedule_id, content)
    write_audit(session, actor, "schedule.created", "schedule", schedule_id)
    return int(schedule_id)


def replace_schedule(content: ScheduleContent, *, host_id: int, schedule_id: int | None = None, actor: Actor) -> bool:
    """Replace all fields of a schedule; otherwise like `revise_schedule`."""
    return revise_schedule(lambda _: content, host_id=host_id, schedule_id=schedule_id, actor=actor)


@transactional
def revise_schedule(
    session: Session,
    revise: Callable[[ScheduleContent], ScheduleContent],
    *,
    host_id: int,
    schedule_id: int | None = None,
    actor: Actor,
) -> bool:
    """Change a schedule (the default if no id is given) based on its current content, with the host locked. Returns
    False, and writes nothing, if nothing changes. Raises Invalid, NotFound, NameTaken."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    before = host_schedule(host_id, schedule_id)
    content = checked_schedule(revise(before.content))
    if is_the_same(before.content, content):
        return False
    session.execute(update(Schedule).where(Schedule.id == before.id).values(**_columns(content)))
    for table in (WeeklyHours, DateOverride):
        session.execute(delete(table).where(table.schedule_id == before.id))
    _write_windows(session, before.id, content)
    write_audit(session, actor, "schedule.replaced", "schedule", before.id)
    return True


@transactional
def make_default(session: Session, schedule_id: int, *, host_id: int, actor: Actor) -> None:
    """From now on this schedule applies to event types without one of their own. Raises NotFound."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    if _found(session, schedule_id, host_id).is_default:
        return
    mine = Schedule.host_id == host_id
    session.execute(update(Schedule).where(mine, Schedule.is_default).values(is_default=False))
    session.execute(update(Schedule).where(mine, Schedule.id == schedule_id).values(is_default=True))
    write_audit(session, actor, "schedule.made_default", "schedule", schedule_id)


@transactional
def delete_schedule(session: Session, schedule_id: int, *, host_id: int, actor: Actor) -> None:
    """Raises NotFound; ScheduleInUse for the default and for one that event types use."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    if _found(session, schedule_id, host_id).is_default:
        raise ScheduleInUse
    # Locked: an event type that is being assigned to it waits, and then finds it gone.
    session.execute(select(Schedule.id).where(Schedule.id == schedule_id).with_for_update())
    if users := schedule_users(host_id, schedule_id):
        raise ScheduleInUse(users)
    session.execute(delete(Schedule).where(Schedule.id == schedule_id))
    write_audit(session, actor, "schedule.deleted", "schedule", schedule_id)


def _found(session: Session, schedule_id: int, host_id: int) -> Any:
    query = select(Schedule.is_default).where(Schedule.host_id == host_id, Schedule.id == schedule_id)
    found = session.execute(query).first()
    if found is None:
        raise NotFound
    return found


def _columns(content: ScheduleContent) -> dict[str, Any]:
    columns = {one.name: getattr(content, one.name) for one in fields(content) if one.name not in IN_TABLES}
    return columns | {"holidays_off": sorted(content.holidays_off)}


def _write_windows(session: Session, schedule_id: int, content: ScheduleContent) -> None:
    if content.weekly_hours:
        session.execute(insert(WeeklyHours), [{"schedule_id": schedule_id, **asdict(w)} for w in content.weekly_hours])
    if not content.overrides:
        return
    days = [{"schedule_id": schedule_id, "on_date": day} for day in content.overrides]
    ids = session.scalars(insert(DateOverride).returning(DateOverride.id, sort_by_parameter_order=True), days)
    windows = [
        {"date_override_id": override_id, **asdict(window)}
        for override_id, of_day in zip(ids.all(), content.overrides.values(), strict=True)
        for window in of_day
    ]
    if windows:
        session.execute(insert(OverrideWindow), windows)


def _content(row: Any, weekly: Mapping[int, Any], overrides: Mapping[int, Any]) -> ScheduleContent:
    values = {one.name: getattr(row, one.name) for one in fields(ScheduleContent) if one.name not in IN_TABLES}
    values["weekly_hours"] = tuple(weekly.get(row.id, ()))
    values["overrides"] = {day: tuple(windows) for day, windows in overrides.get(row.id, {}).items()}
    values["holidays_off"] = frozenset(row.holidays_off)
    return ScheduleContent(**values)


def _weekly_hours(session: Session, ids: Sequence[int]) -> dict[int, list[Window]]:
    query = select(*WeeklyHours.__table__.columns).where(WeeklyHours.schedule_id.in_(ids))
    found: dict[int, list[Window]] = {}
    for row in session.execute(query.order_by(WeeklyHours.weekday, WeeklyHours.start_minute)):
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
