"""Authentication of callers: hosts by their token, guests by the manage token of a booking; never by a cookie."""

import uuid
from enum import StrEnum

from flask import g, request
from limits import RateLimitItem, parse
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from webapp.core.extensions import signer
from webapp.core.rate_limits import (
    BOOKING_KEY,
    BOOKINGS_PER_ADDRESS,
    MESSAGE_KEY,
    MESSAGES_PER_HOST,
    Window,
    address,
    attempt,
    is_on,
)
from webapp.domain.actor import GUEST, Actor, host_actor, manage_link_actor
from webapp.domain.errors import Forbidden
from webapp.domain.urls import base64url
from webapp.services.accounts.tokens import PREFIX, Scope, TokenHolder, token_holder
from webapp.services.shared.links import booking_uid

PER_TOKEN = parse("600 per minute")
PER_ADDRESS = parse("600 per minute")
FAILURES_PER_ADDRESS = parse("60 per minute")


class Access(StrEnum):
    """What a call requires. Every operation has exactly one."""

    PUBLIC = "public"  # nothing; a token is ignored
    BOOKING = "booking"  # the booking's manage token, or its host's token
    CHANGE_BOOKING = "change booking"  # the same, but the host's token needs scope write
    READ = "read"  # a host's token
    WRITE = "write"  # a host's token with scope write

    @property
    def is_for_guests(self) -> bool:
        return self in (Access.BOOKING, Access.CHANGE_BOOKING)

    @property
    def requires_write(self) -> bool:
        return self in (Access.WRITE, Access.CHANGE_BOOKING)


class InsufficientScope(Forbidden):
    """A token of scope read was used to change something."""

    code = "insufficient_scope"


def admit(access: Access) -> None:
    """Check the caller's rights and count the call. Raises Unauthorized, InsufficientScope, TooManyRequests."""
    g.holder = g.guest_booking = None
    if access is not Access.PUBLIC:
        _recognise(access)
    if is_on():
        _count()
    if g.holder is not None and access.requires_write and g.holder.scope is not Scope.WRITE:
        raise InsufficientScope


def admit_booking() -> None:
    """Count a booking against the limit that is shared with the public page."""
    if is_on():
        _attempt(BOOKINGS_PER_ADDRESS, BOOKING_KEY, address())


def admit_message() -> None:
    """Count a message that a host sends to a webhook by hand, against the limit that is shared with the web page."""
    if is_on():
        _attempt(MESSAGES_PER_HOST, MESSAGE_KEY, str(host().host_id))


def host() -> TokenHolder:
    """The holder of the host token, in an operation that requires one."""
    holder: TokenHolder | None = g.holder
    if holder is None:
        raise _unauthorized()
    return holder


def guest_booking() -> uuid.UUID | None:
    """The uid of the booking that the caller's manage token is for; None for hosts."""
    uid: uuid.UUID | None = g.guest_booking
    return uid


def actor() -> Actor:
    if g.holder is not None:
        return host_actor(g.holder.host_id, request.remote_addr)
    return manage_link_actor(str(g.guest_booking)) if g.guest_booking else GUEST


def presented_token() -> str | None:
    """The token in the Authorization header, or the manage token in X-Manage-Token. Never one in the URL."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.headers.get("X-Manage-Token") or None


def caller_key() -> str:
    """Separates the idempotency keys of different callers. Who has no token is a network address: keys can be guessed,
    and the first answer holds a manage token (ADR 0029)."""
    if g.holder is not None:
        return f"api:host:{g.holder.host_id}"
    if g.guest_booking:
        return f"api:booking:{g.guest_booking}"
    return f"api:guest:{base64url(signer.tag('idempotency caller', address().encode()))}"


def _recognise(access: Access) -> None:
    token = presented_token()
    if token is not None and token.startswith(PREFIX):
        g.holder = token_holder(token)
    elif token is not None and access.is_for_guests:
        g.guest_booking = booking_uid(token)
    if g.holder is None and g.guest_booking is None:
        _attempt(FAILURES_PER_ADDRESS, "api-failure", address())
        raise _unauthorized(error="invalid_token" if token else None)


class _Challenge(WWWAuthenticate):
    def to_header(self) -> str:
        """The header with quotes, which Werkzeug leaves out although a realm requires them (RFC 9110, 11.5)."""
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in self.parameters.items())


def _unauthorized(error: str | None = None) -> Unauthorized:
    values: dict[str, str | None] = {"realm": "openslot"}
    return Unauthorized(www_authenticate=_Challenge("bearer", values | ({"error": error} if error else {})))


def _count() -> None:
    """Each token has its own limit, so that programs behind one IP address do not slow each other down."""
    if g.holder is not None:
        _attempt(PER_TOKEN, "api-token", str(g.holder.token_id))
    else:
        _attempt(PER_ADDRESS, "api", address())


def _attempt(item: RateLimitItem, *keys: str) -> None:
    try:
        g.rate_window = attempt(item, *keys)
    except TooManyRequests as refusal:
        seconds = refusal.retry_after if isinstance(refusal.retry_after, int) else item.get_expiry()
        g.rate_window = Window(item.amount, 0, seconds)
        raise
