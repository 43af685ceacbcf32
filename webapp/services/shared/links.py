"""Absolute URLs of this instance, which begin with the configured public URL and never with what a request claims; and
the signed token of a manage link, by which a guest proves their right to one booking.

The token is base64url of the uid (16 bytes) and its signature (16 bytes), 43 characters. It needs no row, and is always
the same for a booking, so that every mail carries the same link.
"""

import uuid

from webapp.core.extensions import signer, site
from webapp.domain.urls import base64url, from_base64url


def manage_url(uid: uuid.UUID) -> str:
    """The guest's page of one booking."""
    return site.url(f"/manage/{manage_token(uid)}")


def booking_url(uid: uuid.UUID) -> str:
    """The host's page of one booking."""
    return site.url(f"/bookings/{uid}")


def accept_url(uid: uuid.UUID) -> str:
    """Where the host says yes to a request; the page asks once more."""
    return f"{booking_url(uid)}/accept"


def decline_url(uid: uuid.UUID) -> str:
    return f"{booking_url(uid)}/decline"


def slot_url(public_id: uuid.UUID) -> str:
    """The host's page of one slot, with all its guests."""
    return site.url(f"/calendar/slots/{public_id}")


def host_page_url(host_slug: str) -> str:
    return site.url(f"/{host_slug}")


def busy_times_url(host_slug: str) -> str:
    """Where anybody reads when the host is busy, if the host has said so."""
    return site.url(f"/{host_slug}/freebusy.ics")


def feed_url(secret: str) -> str:
    """Where a calendar program reads a host's bookings."""
    return site.url(f"/feeds/{secret}.ics")


def booking_page_url(host_slug: str, event_type_slug: str) -> str:
    """Where anybody books this event type."""
    return site.url(f"/{host_slug}/{event_type_slug}")


def single_use_url(token: str) -> str:
    """Where a guest with a single-use link arrives."""
    return site.url(f"/once/{token}")


def privacy_url(token: str) -> str:
    """Where a guest sees what is held about their address."""
    return site.url(f"/privacy/{token}")


PURPOSE = "manage-link"


def manage_token(uid: uuid.UUID) -> str:
    return base64url(uid.bytes + signer.tag(PURPOSE, uid.bytes))


def booking_uid(token: str) -> uuid.UUID | None:
    """Whose booking a token proves, or None when it proves nothing."""
    raw = from_base64url(token)
    if raw is None or len(raw) != 32 or not signer.verifies(PURPOSE, raw[:16], raw[16:]):
        return None
    return uuid.UUID(bytes=raw[:16])
