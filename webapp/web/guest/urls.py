"""Where the pages of an event type are: at its public address, or below the single-use link that the guest came by."""

from typing import Any

from flask import request, url_for

from webapp.services.availability.offering import Offering


def link_token() -> str | None:
    """Of the single-use link that this request came by."""
    return (request.view_args or {}).get("token")


def calendar_url(offering: Offering, **query: Any) -> str:
    if token := link_token():
        return url_for("booking.once", token=token, **query)
    return url_for("booking.times", slug=offering.host_slug, event_type=offering.slug, **query)


def form_url(offering: Offering) -> str:
    if token := link_token():
        return url_for("booking.once_details", token=token)
    return url_for("booking.details", slug=offering.host_slug, event_type=offering.slug)
