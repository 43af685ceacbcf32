"""Bookings as guests and hosts see them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from webapp.api.schemas.base import Answer, Body, EventTypeRef, HostRef, Part, SpanQuery
from webapp.api.schemas.fields import Id, Instant, Text, Texts, Zone
from webapp.domain.bookings import BookingStatus
from webapp.services.bookings.request import TEXTS, checked_texts
from webapp.services.shared.links import manage_token

LOCALE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$"
PLACE = ("host", "event_type", "start")
MISSING = "Missing data for required field."  # marshmallow's text
WHO_CANCELS = ("guest", "host", "admin", "system")


class NewBooking(Body):
    """Either `host`, `event_type` and `start`, or `slot_id`."""

    host = Text(metadata={"description": "The host's slug."})
    event_type = Text(metadata={"description": "The slug of one of the host's event types."})
    start = Instant()
    slot_id = Id()
    name = Text(required=True)
    email = Text(required=True, metadata={"description": "The invitation goes there."})
    subject = Text(required=True)
    time_zone = Zone(required=True, metadata={"description": "The guest's, for their mails."})
    notes = Text()
    answers = Texts(metadata={"description": "By the keys of the event type's questions."})
    location = Text(metadata={"description": "Where the event type asks the guest for a place or number."})
    locale = Text(
        validate=validate.Regexp(LOCALE, error="Must be a language such as en-GB."), metadata={"example": "en-GB"}
    )
    proof = Text(metadata={"description": "The solution of a challenge, after a 409 with the code `proof_required`."})

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def require_place(self, _data: Any, given: Any, **_: Any) -> None:
        """Checked together with everything else, so that the caller gets all errors at once."""
        if not isinstance(given, Mapping):
            return
        if "slot_id" in given:
            faults = {name: ["Not together with slot_id."] for name in PLACE if name in given}
        else:
            faults = {name: [MISSING] for name in PLACE if name not in given}
        if faults:
            raise ValidationError(faults)

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:
        """Add the errors that the service would find in the other texts, so that the caller gets all errors at once."""
        if isinstance(data, Mapping) and isinstance(error.messages, dict):
            left = {name for name in TEXTS if isinstance(data.get(name), str)} - error.messages.keys()
            error.messages |= checked_texts({name: data[name] for name in sorted(left)})[1]


class GuestRef(Answer):
    """After the guest's data are erased, the name is `Erased guest` and the address is one that nobody has."""

    name = Text(attribute="guest_name", metadata={"description": "`Erased guest` once their data are erased."})
    email = Text(
        attribute="guest_email",
        metadata={"description": "Ends with `@erased.invalid` once the guest's data are erased; no mail goes there."},
    )
    time_zone = Text(attribute="guest_time_zone")


class Booking(Answer):
    id = Id(attribute="uid")
    status = Text(validate=validate.OneOf([str(status) for status in BookingStatus]))
    host = Part(HostRef)
    event_type = Part(EventTypeRef)
    slot_id = Id(attribute="slot_public_id")
    start = Instant()
    end = Instant()
    guest = Part(GuestRef)
    subject = Text()
    notes = Text()
    answers = Texts()
    version = fields.Integer(metadata={"description": "Rises with each change of time and with cancelling."})
    created_at = Instant()
    cancelled_at = Instant(allow_none=True)
    cancelled_by = Text(allow_none=True, validate=validate.OneOf(WHO_CANCELS))
    cancel_reason = Text(allow_none=True)


class ManageToken(Text):
    """The manage token, derived from the booking's uid."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> str:
        return manage_token(obj.uid)


class MadeBooking(Booking):
    manage_token = ManageToken(metadata={"description": "Proves the right to change this booking. Shown only here."})


def altcha(name: str, kind: type[fields.Field[Any]] = Text, **metadata: str) -> fields.Field[Any]:
    """A field with the name that ALTCHA gives it."""
    return kind(data_key=name, attribute=name, metadata=metadata)


class ChallengeParameters(Answer):
    algorithm = Text()
    cost = fields.Integer(metadata={"description": "Iterations."})
    nonce = Text()
    salt = Text()
    key_length = altcha("keyLength", fields.Integer, description="Of the derived key, in bytes.")
    key_prefix = altcha("keyPrefix", description="The derived key that solves it begins with this.")
    key_signature = altcha("keySignature")
    expires_at = altcha("expiresAt", fields.Integer, description="Unix seconds.")


class Challenge(Answer):
    parameters = fields.Nested(ChallengeParameters)
    signature = Text()


class Reason(Body):
    reason = Text(load_default=None, allow_none=True, metadata={"description": "Told to the other side."})


class Reschedule(Body):
    start = Instant(required=True)


class BookingQuery(SpanQuery):
    status = Text(
        load_default=None,
        validate=validate.OneOf([str(status) for status in BookingStatus]),
        metadata={"description": "Only those of this status."},
    )
    email = Text(
        load_default=None,
        validate=validate.Length(min=1, error="Must not be empty."),
        metadata={"description": "Of the guest, whatever its case."},
    )


class BookingPage(Answer):
    data = fields.List(fields.Nested(Booking))
    next_cursor = Text(allow_none=True)
