"""Absolute addresses of this instance. They begin with the configured public URL, never with what a request claims."""

import uuid

from webapp.core.extensions import site
from webapp.services.shared.manage_links import manage_token


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
