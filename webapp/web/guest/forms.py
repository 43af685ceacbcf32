"""The booking form: name, e-mail address, subject, and the questions of the event type."""

import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Field, HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import StopValidation

from webapp.domain import text
from webapp.domain.availability.instants import to_datetime
from webapp.domain.errors import Invalid
from webapp.domain.questions import LONGEST_LINE, LONGEST_TEXT, Question, QuestionKind, checked_answer
from webapp.services.availability.offering import Offering
from webapp.services.bookings import request
from webapp.services.bookings.request import LONGEST_LOCATION, Book
from webapp.services.shared.validation import email_address, title
from webapp.web.guest.query import parse_start, zone_in
from webapp.web.honeypot.form import HoneypotForm
from webapp.web.shared.fields import Text, words
from webapp.web.shared.i18n import current_locale

ANSWER = "answer-"  # prefix of a question's key in the name of its field


class BookingForm(HoneypotForm):
    name = StringField(_l("Your name"), [Text(title, request.LONGEST_NAME)], render_kw={"autocomplete": "name"})
    email = EmailField(
        _l("E-mail"),
        [Text(email_address)],
        description=_l("The confirmation and the invitation go there."),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    subject = StringField(_l("Subject"), [Text(title, request.LONGEST_SUBJECT)], render_kw={"autocomplete": "off"})
    notes = TextAreaField(_l("Notes"), [Text(text.paragraph, request.LONGEST_NOTES, required=False)])
    start = HiddenField()
    zone = HiddenField()
    key = HiddenField()
    proof = HiddenField()  # filled in by proof.js
    knows_proof = HiddenField()  # whether the form was shown with the request for a proof

    @property
    def answer_fields(self) -> list[Any]:
        return [field for name, field in self._fields.items() if name.startswith(ANSWER)]

    @property
    def start_seconds(self) -> int | None:
        return parse_start(self.start.data or "")

    @property
    def known_zone(self) -> str | None:
        return zone_in({"zone": self.zone.data or ""})

    def prepare(self, default_zone: str) -> None:
        """Call before rendering. A form that already has a key keeps it, even if its input changes."""
        self.zone.data = self.known_zone or default_zone
        self.proof.data = ""  # each is good for one try
        if not _is_key(self.key.data):
            self.renew_key()

    def renew_key(self) -> None:
        self.key.data = str(uuid.uuid4())

    def refuse(self, fault: Invalid) -> None:
        """Show the errors of a service beside the fields that they are about."""
        for name, messages in fault.errors.items():
            field = self._fields.get({"time_zone": "zone"}.get(name, name.replace("answers.", ANSWER, 1)))
            if field is None:
                self.form_errors.extend(messages)
            else:
                field.errors = [*field.errors, *messages]

    def command(self, offering: Offering, *, link_token: str | None = None) -> Book:
        """The booking command. `link_token`: the token of the single-use link, if the guest used one."""
        start = self.start_seconds
        return Book(
            host=offering.host_slug,
            event_type=offering.slug,
            start=None if start is None else to_datetime(start),
            name=self.name.data or "",
            email=self.email.data or "",
            subject=self.subject.data or "",
            notes=self.notes.data or "",
            answers={field.name.removeprefix(ANSWER): field.data for field in self.answer_fields},
            location=(self["location"].data or "") if "location" in self else "",
            time_zone=self.known_zone or "",
            locale=str(current_locale()).replace("_", "-"),
            idempotency_key=self.key.data if _is_key(self.key.data) else None,
            link_token=link_token,
            proof=self.proof.data,
            confirms_by_mail=bool(self.knows_proof.data and not self.proof.data),  # its browser runs no scripts
        )


def _is_key(value: str | None) -> bool:
    try:
        return str(uuid.UUID(value)) == value
    except (TypeError, ValueError, AttributeError):
        return False


class Answer:
    """Validator that checks and normalises an answer according to its question."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field_flags: dict[str, Any] = {"required": True} if question.required else {}

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.data = checked_answer(self.question, field.data)
        except text.TextFault as fault:
            raise StopValidation(words(fault)) from None


def booking_form(offering: Offering) -> type[BookingForm]:
    """The form class for this event type."""
    return _form_class(offering.questions, offering.location_kind == "ask")


@lru_cache(maxsize=256)
def _form_class(questions: Sequence[Question], asks_where: bool) -> type[BookingForm]:  # noqa: FBT001  cache key
    fields = {f"{ANSWER}{question.key}": _field(question) for question in questions}
    if asks_where:
        fields["location"] = StringField(
            _l("Where or how shall it be?"),
            [Text(text.line, LONGEST_LOCATION)],
            description=_l("A phone number, an address or a link."),
        )
    return type("BookingFormWithAnswers", (BookingForm,), fields)


def _field(question: Question) -> Field:
    given: dict[str, Any] = {"label": question.label, "validators": [Answer(question)]}
    match question.kind:
        case QuestionKind.CHECKBOX:
            return BooleanField(**given)
        case QuestionKind.SELECT:
            return SelectField(**given, choices={"": "–"} | {option: option for option in question.options})
        case QuestionKind.TEXTAREA:
            return TextAreaField(**given, render_kw={"maxlength": LONGEST_TEXT, "rows": 3})
        case QuestionKind.PHONE:
            return TelField(**given, render_kw={"autocomplete": "tel"})
        case QuestionKind.TEXT:
            return StringField(**given, render_kw={"maxlength": LONGEST_LINE})
