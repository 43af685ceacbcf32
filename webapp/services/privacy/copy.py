"""All data about a guest, at all hosts, as one JSON document: the guest's copy."""

from typing import Any

from webapp.domain.text import flattened
from webapp.services.bookings.view import BookingView
from webapp.services.portability.export import written
from webapp.services.privacy.guests import bookings_of_address, mails_to_guest

FORMAT = "openslot.guest"
VERSION = 1


def guest_document(email: str) -> str:
    bookings = bookings_of_address(email)
    mails = mails_to_guest([booking.id for booking in bookings])
    held = [_booking(booking) | {"mails": [_mail(row) for row in mails.get(booking.id, ())]} for booking in bookings]
    return written({"format": FORMAT, "version": VERSION, "email": email, "bookings": held})


def _booking(view: BookingView) -> dict[str, Any]:
    return {
        "id": str(view.uid),
        "host": {"slug": view.host_slug, "name": flattened(view.host_name)},
        "event_type": {"slug": view.event_type_slug, "title": view.event_type_title},
        "status": str(view.status),
        "version": view.version,
        "start": view.start,
        "end": view.end,
        "name": view.guest_name,
        "email": view.guest_email,
        "time_zone": view.guest_time_zone,
        "locale": view.guest_locale,
        "subject": view.subject,
        "notes": view.notes,
        "answers": view.answers,
        "location": view.location,
        "created_at": view.created_at,
        "expires_at": view.expires_at,
        "cancelled_at": view.cancelled_at,
        "cancelled_by": view.cancelled_by,
        "cancel_reason": view.cancel_reason,
    }


def _mail(row: Any) -> dict[str, Any]:
    return {"kind": row.kind, "status": row.status, "sent_at": row.sent_at}
