"""Examples for the specification. They use the host of the demo data, so they can be sent unchanged to a demo instance.

Tests check each example against the schema of its operation. The dates are moved to the coming weeks, so that the
examples always work.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

Json = dict[str, Any]

MONDAY = date(2027, 3, 15)  # the dates in the examples are around this one
AHEAD = timedelta(days=14)
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d", re.ASCII)

BOOKING_ID = "7f9c24e5-2b1d-4f6a-9c0e-3d5a1b8e6f42"
SLOT_ID = "b1946ac9-2492-4d23-a6f1-0c5e7a9d3b58"
HOST: Json = {
    "slug": "demo",
    "name": "Demo Host",
    "time_zone": "Europe/Berlin",
    "event_types": [
        {"slug": "30min", "title": "30 minutes", "duration_minutes": 30, "description": "", "capacity": 1},
    ],
}
OFFERED_SLOTS: Json = {
    "time_zone": "Europe/Paris",
    "data": [
        {"start": "2027-03-15T08:00:00Z", "end": "2027-03-15T08:30:00Z", "seats_left": 1},
        {"start": "2027-03-15T09:00:00Z", "end": "2027-03-15T09:30:00Z", "seats_left": 1, "slot_id": SLOT_ID},
    ],
}
WHY: Json = {
    "offered": False,
    "reasons": [{"code": "blocked", "detail": "Blocked from Mon, Mar 15, 9:00 AM to 5:00 PM."}],
}
ME: Json = {
    "slug": "demo",
    "name": "Demo Host",
    "email": "host@example.org",
    "time_zone": "Europe/Berlin",
    "scopes": ["read", "write"],
}
NEW_BOOKING: Json = {
    "host": "demo",
    "event_type": "30min",
    "start": "2027-03-15T09:00:00+01:00",
    "name": "Gita Guest",
    "email": "gita@example.net",
    "subject": "The analytical engine",
    "time_zone": "Europe/Paris",
}
CHALLENGE: Json = {
    "parameters": {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 5000,
        "nonce": "5c1d40b4e2f0a9b1c7d83e0f4a6b9c2d",
        "salt": "0f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "keyLength": 32,
        "keyPrefix": "9b74c9897bac770ffc029102a200c5de",
        "keySignature": "3f5a8b1c0d2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8",
        "expiresAt": 1804932000,
    },
    "signature": "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90",
}
BOOKING: Json = {
    "id": BOOKING_ID,
    "status": "confirmed",
    "host": {"slug": "demo", "name": "Demo Host"},
    "event_type": {"slug": "30min", "title": "30 minutes"},
    "slot_id": SLOT_ID,
    "start": "2027-03-15T08:00:00Z",
    "end": "2027-03-15T08:30:00Z",
    "guest": {"name": "Gita Guest", "email": "gita@example.net", "time_zone": "Europe/Paris"},
    "subject": "The analytical engine",
    "notes": "",
    "answers": {},
    "version": 0,
    "created_at": "2027-03-01T12:00:00Z",
    "cancelled_at": None,
    "cancelled_by": None,
    "cancel_reason": None,
}
MADE_BOOKING: Json = BOOKING | {"manage_token": "f5wk5SsdT2qcDj1aG45vQpKk0m1n2o3p4q5r6s7t8u8"}
MOVED_BOOKING: Json = BOOKING | {"start": "2027-03-16T08:00:00Z", "end": "2027-03-16T08:30:00Z", "version": 1}
DECLINED_BOOKING: Json = BOOKING | {"status": "declined", "cancel_reason": "I am away that week."}
NO_SHOW_BOOKING: Json = BOOKING | {"status": "no_show"}
BOOKING_PAGE: Json = {"data": [BOOKING], "next_cursor": None}
REASON: Json = {"reason": "I am away that week."}
RESCHEDULE: Json = {"start": "2027-03-16T09:00:00+01:00"}
INVITATION = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Openslot//Openslot//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    f"UID:{BOOKING_ID}@book.example.org\r\nSEQUENCE:0\r\nDTSTART:20270315T080000Z\r\nDTEND:20270315T083000Z\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
NEW_SLOT: Json = {"start": "2027-03-15T18:00:00Z", "duration_minutes": 30}
SLOT_CHANGE: Json = {"start": "2027-03-15T19:00:00Z"}
SLOT: Json = {
    "id": SLOT_ID,
    "start": "2027-03-15T18:00:00Z",
    "end": "2027-03-15T18:30:00Z",
    "duration_minutes": 30,
    "event_type": "30min",
    "status": "available",
    "capacity": 1,
    "seats_taken": 0,
    "origin": "published",
}
SLOT_PAGE: Json = {"data": [SLOT], "next_cursor": None}
NEW_EVENT_TYPE: Json = {"slug": "intro", "title": "Introduction", "duration_minutes": 30}
EVENT_TYPE_CHANGE: Json = {"buffer_after_minutes": 10, "max_per_day": 4}
EVENT_TYPE: Json = {
    "slug": "intro",
    "title": "Introduction",
    "description": "",
    "duration_minutes": 30,
    "increment_minutes": None,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 10,
    "notice_minutes": 0,
    "window_days": None,
    "window_from": None,
    "window_to": None,
    "max_per_day": 4,
    "max_per_week": None,
    "capacity": 1,
    "requires_confirmation": False,
    "location": {"kind": "link", "detail": "https://meet.example.org/ada"},
    "questions": [{"key": "topic", "label": "What about?", "kind": "text", "required": False, "options": []}],
    "is_public": True,
    "needs_link": False,
    "is_active": True,
    "color": "spruce",
}
EVENT_TYPE_PAGE: Json = {"data": [EVENT_TYPE], "next_cursor": None}
SCHEDULE: Json = {
    "time_zone": "Europe/London",
    "week_start": 0,
    "weekly_hours": [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(5)],
    "overrides": [{"on": "2027-05-04", "windows": [{"start": "10:00", "end": "12:00"}]}],
    "holidays": {"country": "GB", "subdivision": "ENG"},
}
NEW_BLOCKED_TIME: Json = {"start": "2027-08-02T00:00:00+01:00", "end": "2027-08-16T00:00:00+01:00", "note": "Holiday"}
BLOCKED_TIME: Json = {
    "id": "2c624232-cc22-4197-8bd9-2c6e0f5b8a31",
    "start": "2027-08-01T23:00:00Z",
    "end": "2027-08-15T23:00:00Z",
    "note": "Holiday",
}
BLOCKED_TIME_PAGE: Json = {"data": [BLOCKED_TIME], "next_cursor": None}
WEBHOOK: Json = {
    "id": "0d5b7f0e-6c1f-4b52-8f3c-2f7a3e9d1c64",
    "url": "https://hooks.example.org/openslot",
    "description": "Into the billing program",
    "events": ["booking.confirmed", "booking.cancelled"],
    "is_active": True,
    "disabled_at": None,
    "created_at": "2027-03-01T12:00:00Z",
}
NEW_WEBHOOK: Json = {name: WEBHOOK[name] for name in ("url", "description", "events")}
MADE_WEBHOOK: Json = WEBHOOK | {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3t5u7x9zBcE="}
WEBHOOK_CHANGE: Json = {"is_active": True}
WEBHOOK_PAGE: Json = {"data": [WEBHOOK], "next_cursor": None}
WEBHOOK_DELIVERY: Json = {
    "id": "msg_9b1d4f6a2c0e4d5a8b8e6f427f9c24e5",
    "event": "booking.confirmed",
    "status": "waiting",
    "created_at": "2027-03-01T12:00:00Z",
    "next_attempt_at": "2027-03-01T12:01:01Z",
    "delivered_at": None,
    "attempts": [{"at": "2027-03-01T12:00:01Z", "status": 500, "duration_ms": 84}],
}
WEBHOOK_TEST: Json = WEBHOOK_DELIVERY | {"event": "webhook.test", "attempts": []}
WEBHOOK_DELIVERY_PAGE: Json = {"data": [WEBHOOK_DELIVERY], "next_cursor": None}
CANCELLED_BOOKING: Json = BOOKING | {
    "status": "cancelled",
    "version": 1,
    "cancelled_at": "2027-03-02T09:30:00Z",
    "cancelled_by": "guest",
    "cancel_reason": "I am ill",
}
MESSAGE_DATA: dict[str, Json] = {
    "booking.created": BOOKING,
    "booking.confirmed": BOOKING,
    "booking.rescheduled": MOVED_BOOKING,
    "booking.cancelled": CANCELLED_BOOKING,
    "booking.declined": DECLINED_BOOKING,
    "booking.no_show": NO_SHOW_BOOKING,
    "slot.published": SLOT,
    "webhook.test": {"webhook": WEBHOOK["id"]},
}


def message(event: str) -> Json:
    """The message that is posted to a webhook."""
    return {"type": event, "timestamp": "2027-03-01T12:00:00Z", "data": MESSAGE_DATA[event]}


def coming_monday() -> date:
    """The Monday 8 to 14 days ahead, when a demo instance has free times."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday()) + AHEAD


def move_dates(value: Any, monday: date) -> Any:
    """The JSON value with every date in its strings moved by the number of weeks between MONDAY and `monday`."""
    if isinstance(value, dict):
        return {name: move_dates(inner, monday) for name, inner in value.items()}
    if isinstance(value, list):
        return [move_dates(inner, monday) for inner in value]
    if not isinstance(value, str):
        return value
    return _DATE.sub(lambda match: (date.fromisoformat(match[0]) + (monday - MONDAY)).isoformat(), value)
