"""Loads a host's document (`portability.export`) into an empty account: all of it or nothing.

Bookings keep uid, version, status and times, so that manage links from an instance with the same SECRET_KEY, and
invitations in calendars, still work. Past changes have already been announced: no letters are sent, but there are
reminders for future meetings. Slots get new ids.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Text, Uuid, any_, cast, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY, Range
from sqlalchemy.orm import Session

from webapp.core.db import database_now, transactional, within_transaction
from webapp.core.db import session as current_session
from webapp.domain.actor import Actor
from webapp.domain.bookings import ACTIVE, BookingStatus, EventKind
from webapp.domain.errors import Conflict, Invalid
from webapp.models import BlockedTime, Booking, EventType, Guest, Host, Schedule, SingleUseLink, Slot
from webapp.services.accounts.accounts import FIRST_EVENT_TYPES, FIRST_SCHEDULE
from webapp.services.accounts.slugs import is_taken
from webapp.services.bookings.seats import claim_restored, restore_slots
from webapp.services.event_types.content import EventTypeContent
from webapp.services.event_types.event_types import create_event_type, host_event_types
from webapp.services.portability.document import EventTypeEntry, HostDocument, Profile, ScheduleEntry, host_document
from webapp.services.portability.document_slots import SlotEntry
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import create_schedule, host_schedules, make_default
from webapp.services.shared import outbox
from webapp.services.shared.access import lock_host, require_host
from webapp.services.shared.audit import write_audit

FIRST_CONTENTS = frozenset(
    EventTypeContent(slug=slug, title=title, duration_minutes=minutes) for slug, title, minutes in FIRST_EVENT_TYPES
)


# Open bookings may still cause mails to guests whom only the file names: with more than this, the operator must import.
MOST_OPEN = 1000
MOST_UPLOADED = {"slots": 30_000, "blocked_times": 10_000}
ASK = "Ask who runs this site to import the file."


class AccountNotEmpty(Conflict):
    """A document can be imported only into an account that has not been used yet."""

    code = "account_not_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Counts of imported rows. `kept_slug`: the account's own slug, if the document's is taken here."""

    schedules: int
    event_types: int
    blocked_times: int
    slots: int
    bookings: int
    kept_slug: str | None


def import_host(content: bytes, *, host_id: int, reserved: Collection[str], actor: Actor) -> Imported:
    """Without the limits of what hosts upload. `reserved`: slugs that no host can have. Raises Invalid (keyed by the
    location in the document), AccountNotEmpty, NotFound, Overloaded; then nothing has changed."""
    return import_document(host_document(content), host_id=host_id, reserved=reserved, actor=actor)


def uploaded_document(content: bytes) -> HostDocument:
    """A document that a host may import without the operator. Raises Invalid."""
    document = host_document(content)
    if _open_bookings(document) > MOST_OPEN:
        raise Invalid({"slots": [f"More than {MOST_OPEN} open bookings. {ASK}"]})
    for name, most in MOST_UPLOADED.items():
        if len(getattr(document, name)) > most:
            raise Invalid({name: [f"More than {most}. {ASK}"]})
    return document


def can_import(host_id: int) -> bool:
    """Whether the account is as created: no slots, blocked times, links or hours, and unchanged event types."""
    return _is_empty(current_session(), host_id)


def _is_empty(session: Session, host_id: int) -> bool:
    for table in (Slot, BlockedTime, SingleUseLink):
        if session.scalar(select(exists().where(table.host_id == host_id))):
            return False
    contents = {view.content for view in host_event_types(host_id, with_archived=True)}
    schedules = [view.content for view in host_schedules(host_id)]
    untouched = all(each == ScheduleContent(name=FIRST_SCHEDULE, time_zone=each.time_zone) for each in schedules)
    return contents <= FIRST_CONTENTS and len(schedules) <= 1 and untouched


def _open_bookings(document: HostDocument) -> int:
    return sum(booking.status in ACTIVE for slot in document.slots for booking in slot.bookings)


@transactional
def import_document(
    session: Session, document: HostDocument, *, host_id: int, reserved: Collection[str], actor: Actor
) -> Imported:
    """As `import_host`."""
    require_host(actor, host_id)
    lock_host(session, host_id)
    if not _is_empty(session, host_id):
        raise AccountNotEmpty
    _refuse_known(session, document.slots)
    kept_slug = _write_profile(session, document.profile, host_id, reserved)
    for table in (EventType, Schedule):
        session.execute(delete(table).where(table.host_id == host_id))
    with within_transaction(session):
        schedules = _create_schedules(document.schedules, host_id, actor)
        event_types = _create_event_types(session, document.event_types, schedules, host_id, actor)
    blocked = [
        {"host_id": host_id, "starts_at": b.start, "ends_at": b.end, "note": b.note} for b in document.blocked_times
    ]
    if blocked:
        session.execute(insert(BlockedTime), blocked)
    bookings = _write_bookings(session, document.slots, event_types, host_id)
    counts = {"slots": len(document.slots), "bookings": bookings}
    write_audit(session, actor, "host.imported", "host", host_id, **counts)
    counts |= {"schedules": len(schedules), "event_types": len(event_types), "blocked_times": len(blocked)}
    return Imported(**counts, kept_slug=kept_slug)


def _refuse_known(session: Session, slots: Sequence[SlotEntry]) -> None:
    """A uid identifies one booking on all instances: the same meeting must not be imported twice."""
    places = {booking.uid: booking.place for slot in slots for booking in slot.bookings}
    asked = any_(cast(list(places), ARRAY(Uuid)))  # one parameter: IN would need one per uid, and the limit is 65,535
    known = session.scalars(select(Booking.uid).where(Booking.uid == asked).limit(20)).all()
    if known:
        raise Invalid({f"{places[uid]}.uid": ["This instance has this booking already."] for uid in known})


def _write_profile(session: Session, profile: Profile, host_id: int, reserved: Collection[str]) -> str | None:
    values = asdict(profile)
    keeps = is_taken(profile.slug, host_id=host_id) or profile.slug in reserved
    if keeps:
        del values["slug"]
    session.execute(update(Host).where(Host.id == host_id).values(values))
    return session.scalars(select(Host.slug).where(Host.id == host_id)).one() if keeps else None


def _create_schedules(entries: Sequence[ScheduleEntry], host_id: int, actor: Actor) -> dict[str, int]:
    """Returns ids by name."""
    ids = {each.content.name: create_schedule(each.content, host_id=host_id, actor=actor) for each in entries}
    default = next(each.content.name for each in entries if each.is_default)
    make_default(ids[default], host_id=host_id, actor=actor)
    return ids


def _create_event_types(
    session: Session, entries: Sequence[EventTypeEntry], schedules: Mapping[str, int], host_id: int, actor: Actor
) -> dict[int, int]:
    """Returns ids by number. Archived ones are created first: another one may have the slug of each."""
    ids = {}
    for entry in sorted(entries, key=lambda each: each.archived_at is None):
        content = replace(entry.content, schedule_id=schedules[entry.schedule] if entry.schedule else None)
        view = create_event_type(content, host_id=host_id, actor=actor)
        kept = {"position": entry.number, "archived_at": entry.archived_at, "created_at": entry.created_at}
        session.execute(update(EventType).where(EventType.id == view.id).values(kept))
        ids[entry.number] = view.id
    return ids


def _write_bookings(session: Session, slots: Sequence[SlotEntry], event_types: Mapping[int, int], host_id: int) -> int:
    """Write slots, guests, bookings, claims and events for future meetings; returns how many bookings."""
    slot_ids = restore_slots(session, [_slot_row(slot, event_types[slot.event_type], host_id) for slot in slots])
    placed = [(booking, slot, id_) for slot, id_ in zip(slots, slot_ids, strict=True) for booking in slot.bookings]
    guests = _create_guests(session, [booking.email for booking, _, _ in placed], host_id)
    rows = [
        {
            "uid": booking.uid, "host_id": host_id, "guest_id": guests[booking.email], "slot_id": slot_id,
            "slot_capacity": slot.capacity, "seat": booking.seat, "status": str(booking.status), **booking.values,
        }
        for booking, slot, slot_id in placed
    ]  # fmt: skip
    if rows:
        ids = session.scalars(insert(Booking).returning(Booking.id, sort_by_parameter_order=True), rows).all()
        claim_restored(session, host_id)
        _record_coming(session, zip(placed, ids, strict=True), host_id)
    return len(rows)


def _slot_row(slot: SlotEntry, event_type_id: int, host_id: int) -> dict[str, Any]:
    return {
        "host_id": host_id,
        "event_type_id": event_type_id,
        "starts_at": slot.start,
        "ends_at": slot.end,
        "busy": Range(slot.busy_from, slot.busy_until, bounds="[)"),
        "capacity": slot.capacity,
        "origin": slot.origin,
        "withdrawn_at": slot.withdrawn_at,
    }


def _create_guests(session: Session, emails: Sequence[str], host_id: int) -> dict[str, int]:
    """Returns ids by address; of several spellings of one address, the first is stored. The database decides which are
    the same: Python's lower case differs."""
    given = func.unnest(cast(list(dict.fromkeys(emails)), ARRAY(Text))).column_valued("given")
    lowered = {row.given: row.lowered for row in session.execute(select(given, func.lower(given).label("lowered")))}
    firsts: dict[str, str] = {}
    for email in emails:
        firsts.setdefault(lowered[email], email)
    if not firsts:
        return {}
    rows = [{"host_id": host_id, "email": email} for email in firsts.values()]
    made = session.scalars(insert(Guest).returning(Guest.id, sort_by_parameter_order=True), rows)
    ids = dict(zip(firsts, made, strict=True))
    return {email: ids[lower] for email, lower in lowered.items()}


def _record_coming(session: Session, placed: Any, host_id: int) -> None:
    """One event per confirmed future meeting, which causes its reminders and nothing else."""
    now = database_now(session)
    for (booking, slot, _), booking_id in placed:
        if booking.status is BookingStatus.CONFIRMED and slot.start > now:
            version, times = booking.values["version"], {"start": slot.start, "end": slot.end}
            outbox.record(
                session, EventKind.BOOKING_IMPORTED, host_id=host_id, booking=(booking_id, version), data=times
            )
