"""The hierarchy of domain errors. Each has a stable `code`; each face maps the types to its own status and wording."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Base class of everything that a service refuses. `code` is stable and part of the API contract."""

    code = "error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class NotFound(DomainError):
    """Absent, or not the actor's; the two are never distinguished."""

    code = "not_found"


class Forbidden(DomainError):
    code = "forbidden"


class Invalid(DomainError):
    """Input that can never be accepted. `errors`: field name -> messages; "" is the whole form."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{field}: {m}" for field, messages in errors.items() for m in messages))
        self.errors = errors


class IdempotencyMismatch(DomainError):
    """The idempotency key was already used for a different request."""

    code = "idempotency_mismatch"


class Conflict(DomainError):
    """The request is valid but conflicts with the current state."""

    code = "conflict"


class SlotUnavailable(Conflict):
    """The start is not offered. `reasons`: stable codes of availability rule 15."""

    code = "slot_unavailable"

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


class SlotTaken(SlotUnavailable):
    """Somebody else has this time."""

    code = "slot_taken"


class AlreadyBooked(Conflict):
    """This guest has a seat in this slot already."""

    code = "already_booked"


class SlotOverlap(Conflict):
    """A published slot would overlap one of the same event type, or a booked one."""

    code = "slot_overlap"


class SlotBooked(Conflict):
    """A slot with bookings cannot be moved or deleted."""

    code = "slot_booked"


class AlreadyCancelled(Conflict):
    code = "already_cancelled"


class NotActive(Conflict):
    """The booking is over, or in a state that does not allow this."""

    code = "not_active"


class TooLate(Conflict):
    """Guests may no longer change this booking themselves: less than the event type's change notice is left."""

    code = "too_late"


class TooManyMoves(Conflict):
    """The guest has moved this booking as often as guests may in a day."""

    code = "too_many_moves"


class TooManyOpenBookings(Conflict):
    """This guest's address has `limit` open bookings with this host, as many as it may have."""

    code = "too_many_open_bookings"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} are open")
        self.limit = limit


class AddressRefused(Conflict):
    """The host cannot be booked with this address, since its owner has said that somebody else used it."""

    code = "address_refused"


class ProofRequired(Conflict):
    """This booking needs a proof of work: the host asks for it, or is being booked unusually often."""

    code = "proof_required"


class LinkUsed(Conflict):
    """A single-use link that has already been used for a booking."""

    code = "link_used"


class WebhookOff(Conflict):
    """Nothing is sent to a webhook that is switched off."""

    code = "webhook_off"


class SlugTaken(Conflict):
    code = "slug_taken"


class NameTaken(Conflict):
    """Another schedule of this host has this name."""

    code = "name_taken"


class EmailTaken(Conflict):
    code = "email_taken"


class TooManyBookings(DomainError):
    """Guests have booked as much with this host in the last hour as they may; retry after `retry_after` seconds."""

    code = "too_many_bookings"
    retry_after = 600


class Overloaded(DomainError):
    """No lock or connection became free in time. Nothing was changed; retry after `retry_after` seconds."""

    code = "overloaded"
    retry_after = 2
