"""All data of a host as one JSON document, which `restore` loads into an empty account (docs/data.md).

Left out: password, login sessions, API tokens, webhooks and feeds, since each contains or is a secret of this instance;
single-use links, of which only hashes are stored; and what the instance did (mails, audit). Event types are numbered by
their position in the document: internal ids never leave the application.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.core.db import snapshot
from webapp.domain.errors import NotFound
from webapp.models import Base, BlockedTime, Booking, EventType, Guest, Host, Slot
from webapp.models.base import OF_GUEST, OF_HOST, columns_of
from webapp.services.event_types.content import EventTypeContent
from webapp.services.event_types.event_types import host_event_types
from webapp.services.schedules.schedules import ScheduleView, host_schedules

FORMAT = "openslot.host"
VERSION = 1
AT_A_TIME = 500  # rows in memory
Json = dict[str, Any]
_GUEST = ("guest_name", "time_zone", "locale")  # columns of Booking that go under `guest`
_BOOKING = [
    column.name
    for column in columns_of(Base.metadata.tables["booking"], OF_GUEST, OF_HOST)
    if column.name not in _GUEST
]


def host_document(host_id: int) -> Iterator[str]:
    """The document in chunks, from one database snapshot; ends the session's transaction first. Raises NotFound."""
    with snapshot() as session:
        schedules = host_schedules(host_id)
        names = {view.id: view.content.name for view in schedules}
        event_types = _event_types(session, host_id, names)
        numbers = {id_: number for number, id_ in enumerate(event_types, 1)}
        head = {"format": FORMAT, "version": VERSION, "profile": _profile(session, host_id)}
        yield written(head).removesuffix("}")
        yield from _section("schedules", map(schedule_json, schedules))
        yield from _section("event_types", event_types.values())
        yield from _section("blocked_times", _blocked_times(session, host_id))
        yield from _section("slots", _slots(session, host_id, numbers))
        yield "}\n"


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_text)


def utc(moment: datetime) -> str:
    """`2027-05-04T07:00:00Z`; with microseconds if there are any, so that nothing is lost."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def clock(minute: int) -> str:
    """Minutes of the day as `09:00`, up to `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def booking_json(row: Mapping[str, Any]) -> Json:
    """A booking with its guest, from a row with the columns of Booking and `guest_email`."""
    guest = {"name": row["guest_name"], "email": row["guest_email"]}
    guest |= {"time_zone": row["time_zone"], "locale": row["locale"]}
    return {name: row[name] for name in _BOOKING} | {"guest": guest}


def _section(name: str, items: Iterable[Json]) -> Iterator[str]:
    """One item per line, so that two documents can be compared."""
    yield f',\n"{name}": ['
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n{written(item)}"
    yield "\n]"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"not for a document: {type(value).__name__}")


def _profile(session: Session, host_id: int) -> Json:
    columns = (Host.slug, Host.name, Host.time_zone, Host.locale, Host.about, Host.has_public_busy_times)
    row = session.execute(select(*columns).where(Host.id == host_id)).first()
    if row is None:
        raise NotFound
    return dict(row._mapping)


def schedule_json(view: ScheduleView) -> Json:
    content = view.content
    return {
        "name": content.name,
        "is_default": view.is_default,
        "time_zone": content.time_zone,
        "week_start": content.week_start,
        "weekly_hours": [
            {"weekday": window.weekday, "start": clock(window.start_minute), "end": clock(window.end_minute)}
            for window in content.weekly_hours
        ],
        "overrides": [
            {"on": day, "windows": [{"start": clock(w.start_minute), "end": clock(w.end_minute)} for w in windows]}
            for day, windows in content.overrides.items()
        ],
        "holiday_country": content.holiday_country,
        "holiday_subdivision": content.holiday_subdivision,
        "holidays_off": sorted(content.holidays_off),
    }


def _event_types(session: Session, host_id: int, schedules: Mapping[int, str]) -> dict[int, Json]:
    """By internal id, in the host's order, archived ones included."""
    dates = select(EventType.id, EventType.archived_at, EventType.created_at).where(EventType.host_id == host_id)
    rows = {row.id: row for row in session.execute(dates)}
    found = {}
    for number, view in enumerate(host_event_types(host_id, with_archived=True), 1):
        dated = {"archived_at": rows[view.id].archived_at, "created_at": rows[view.id].created_at}
        found[view.id] = {"number": number, **event_type_json(view.content, schedules), **dated}
    return found


def event_type_json(content: EventTypeContent, schedules: Mapping[int, str]) -> Json:
    """Its fields, with the name of its schedule (null: the default) in place of the id."""
    values = asdict(content)
    chosen = values.pop("schedule_id")
    return values | {"schedule": None if chosen is None else schedules[chosen]}


def _blocked_times(session: Session, host_id: int) -> Iterator[Json]:
    query = select(BlockedTime.starts_at, BlockedTime.ends_at, BlockedTime.note).where(BlockedTime.host_id == host_id)
    for row in session.execute(query.order_by(BlockedTime.starts_at, BlockedTime.id)):
        yield {"start": row.starts_at, "end": row.ends_at, "note": row.note}


def _slots(session: Session, host_id: int, numbers: Mapping[int, int]) -> Iterator[Json]:
    """Each slot with its bookings. Rows are fetched from the server as they are written."""
    slot = (
        Slot.id.label("of_slot"), Slot.event_type_id, Slot.starts_at, Slot.ends_at, Slot.capacity, Slot.origin,
        func.lower(Slot.busy).label("busy_from"), func.upper(Slot.busy).label("busy_until"), Slot.withdrawn_at,
    )  # fmt: skip
    query = (
        select(*slot, *Booking.__table__.columns, Guest.email.label("guest_email"))
        .join(EventType, EventType.id == Slot.event_type_id)
        .outerjoin(Booking, (Booking.slot_id == Slot.id) & ~Booking.awaits_guest)  # those are nobody's bookings yet
        .outerjoin(Guest, Guest.id == Booking.guest_id)
        .where(Slot.host_id == host_id)
        .order_by(Slot.starts_at, EventType.position, EventType.id, Slot.withdrawn_at.asc().nulls_last(), Slot.id)
        .order_by(Booking.id)
        .execution_options(stream_results=True, yield_per=AT_A_TIME)
    )
    found = (dict(row) for row in session.execute(query).mappings())
    for _, rows in groupby(found, key=itemgetter("of_slot")):
        of_slot = list(rows)
        first = of_slot[0]
        yield {
            "event_type": numbers[first["event_type_id"]],
            "start": first["starts_at"],
            "end": first["ends_at"],
            **{name: first[name] for name in ("busy_from", "busy_until", "capacity", "origin", "withdrawn_at")},
            "bookings": [booking_json(row) for row in of_slot if row["uid"]],
        }
