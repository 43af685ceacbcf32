"""Absolute URLs of this instance, built from the configured public URL and never from request headers; and the signed
token in a manage link, which gives a guest access to one booking.

The token is base64url of the uid (16 bytes) and its signature (16 bytes), 43 characters. It is not stored, and it is
always the same for a booking, so that every mail carries the same link.
"""

import uuid

from webapp.core.extensions import signer, site
from webapp.domain.urls import base64url, from_base64url


def manage_url(uid: uuid.UUID) -> str:
    """The guest's page for one booking."""
    return site.url(f"/manage/{manage_token(uid)}")


def booking_url(uid: uuid.UUID) -> str:
    """The host's page for one booking."""
    return site.url(f"/bookings/{uid}")


def accept_url(uid: uuid.UUID) -> str:
    """The page on which the host accepts a request; it asks for confirmation."""
    return f"{booking_url(uid)}/accept"


def decline_url(uid: uuid.UUID) -> str:
    return f"{booking_url(uid)}/decline"


def slot_url(public_id: uuid.UUID) -> str:
    """The host's page for one slot, with all its guests."""
    return site.url(f"/calendar/slots/{public_id}")


def host_page_url(host_slug: str) -> str:
    return site.url(f"/{host_slug}")


def busy_times_url(host_slug: str) -> str:
    """The host's public busy times, if the host publishes them."""
    return site.url(f"/{host_slug}/freebusy.ics")


def feed_url(secret: str) -> str:
    """The URL from which a calendar program reads a host's bookings."""
    return site.url(f"/feeds/{secret}.ics")


def booking_page_url(host_slug: str, event_type_slug: str) -> str:
    """The public page for booking this event type."""
    return site.url(f"/{host_slug}/{event_type_slug}")


def single_use_url(token: str) -> str:
    """The booking page behind a single-use link."""
    return site.url(f"/once/{token}")


def privacy_url(token: str) -> str:
    """The page that shows a guest the data stored about their address."""
    return site.url(f"/privacy/{token}")


def confirm_booking_url(uid: uuid.UUID) -> str:
    """The page on which a guest confirms a booking; only the mail to the guest's address contains it."""
    return site.url(f"/confirm-booking/{_token(CONFIRM, uid)}")


def not_me_url(uid: uuid.UUID) -> str:
    """The page on which the owner of an address says that somebody else booked with it; only mails to that address
    contain it."""
    return site.url(f"/not-me/{_token(NOT_ME, uid)}")


MANAGE, CONFIRM, NOT_ME = "manage-link", "confirm-booking", "not-me"


def manage_token(uid: uuid.UUID) -> str:
    return _token(MANAGE, uid)


def booking_uid(token: str) -> uuid.UUID | None:
    """The uid of the booking that a token belongs to, or None if the token is not valid."""
    return _uid(MANAGE, token)


def uid_to_confirm(token: str) -> uuid.UUID | None:
    """The same for the token of `confirm_booking_url`."""
    return _uid(CONFIRM, token)


def not_me_uid(token: str) -> uuid.UUID | None:
    """The same for the token of `not_me_url`."""
    return _uid(NOT_ME, token)


def _token(purpose: str, uid: uuid.UUID) -> str:
    return base64url(uid.bytes + signer.tag(purpose, uid.bytes))


def _uid(purpose: str, token: str) -> uuid.UUID | None:
    raw = from_base64url(token)
    if raw is None or len(raw) != 32 or not signer.verifies(purpose, raw[:16], raw[16:]):
        return None
    return uuid.UUID(bytes=raw[:16])
