"""A guest's request to book, checked and normalised before anything is locked."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from webapp.core.time_zones import is_zone
from webapp.domain.errors import Invalid
from webapp.domain.questions import checked_answers
from webapp.domain.text import TextFault, line, paragraph
from webapp.services.availability.offering import Offering
from webapp.services.shared.validation import email_address, title

LONGEST_NAME = 120
LONGEST_SUBJECT = 200
LONGEST_NOTES = 2000
LONGEST_REASON = 500
LONGEST_LOCATION = 500


PER_TRY = ("idempotency_key", "proof", "confirms_by_mail")  # fields that may differ when the same booking is sent again


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Book a start of an event type, or a slot by its public id. `start` is aware; `time_zone` is the guest's IANA
    zone."""

    host: str = ""
    event_type: str = ""
    start: datetime | None = None
    slot_id: uuid.UUID | None = None
    name: str
    email: str
    subject: str
    time_zone: str
    notes: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)  # by the keys of the event type's questions
    location: str = ""  # if the event type asks the guest for it
    locale: str = "en"
    idempotency_key: str | None = None
    link_token: str | None = None  # if the guest used a single-use link
    confirms_by_mail: bool = False  # instead of sending a proof
    proof: str | None = None  # the solution of a challenge, see services.proofs

    def request(self) -> dict[str, Any]:
        """The fields that make two requests the same: all but the key, and the proof of work, which is another one
        each time."""
        return {name: getattr(self, name) for name in self.__slots__ if name not in PER_TRY}


def checked_booking(command: Book) -> Book:
    """The command with its texts normalised. Raises Invalid, which lists every fault."""
    texts, faults = checked_texts({name: getattr(command, name) for name in _CHECKS})
    if command.start is None and command.slot_id is None:
        faults["start"] = ["Choose a time."]
    if command.start is not None and command.start.tzinfo is None:
        faults["start"] = ["Must carry a UTC offset."]
    if faults:
        raise Invalid(faults)
    return replace(command, **texts)


def checked_texts(given: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The valid text fields of a command, normalised, and the faults of the others by field."""
    texts: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for name, text in given.items():
        try:
            texts[name] = _CHECKS[name](text)
        except TextFault as fault:
            faults[name] = [str(fault)]
    return texts, faults


@dataclass(frozen=True, slots=True)
class GuestAnswers:
    """The fields of the booking that depend on the event type."""

    answers: dict[str, Any]
    location: str


def guest_answers(command: Book, offering: Offering) -> GuestAnswers:
    """Check the guest's answers against the event type's questions. Raises Invalid: `answers.<key>`, `location`."""
    answers, by_key = checked_answers(offering.questions, command.answers)
    faults = {f"answers.{key}": [message] for key, message in by_key.items()}
    location = offering.location_detail
    if offering.location_kind == "ask":
        try:
            location = line(command.location, LONGEST_LOCATION)
        except TextFault as fault:
            faults["location"] = [str(fault)]
    if faults:
        raise Invalid(faults)
    return GuestAnswers(answers, location)


def checked_reason(reason: str | None) -> str | None:
    """The reason for a cancellation, or None. Raises Invalid."""
    try:
        return paragraph(reason or "", LONGEST_REASON) or None
    except TextFault as fault:
        raise Invalid({"reason": [str(fault)]}) from fault


def known_zone(name: str) -> str:
    if not is_zone(name):
        raise TextFault("unknown_zone", "Must be the name of a time zone.")
    return name


_CHECKS: dict[str, Callable[[str], str]] = {
    "name": lambda text: title(text, LONGEST_NAME),
    "email": email_address,
    "subject": lambda text: title(text, LONGEST_SUBJECT),
    "notes": lambda text: paragraph(text, LONGEST_NOTES),
    "time_zone": known_zone,
}
TEXTS = tuple(_CHECKS)
