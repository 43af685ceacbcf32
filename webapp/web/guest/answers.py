"""What an event type asks besides name, address and subject: fields of its own in the booking form."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import StopValidation

from webapp.domain import text
from webapp.domain.questions import LONGEST_LINE, LONGEST_TEXT, Question, QuestionKind, checked_answer
from webapp.services.availability.offers import Offering
from webapp.services.bookings.request import LONGEST_LOCATION
from webapp.web.guest.forms import ANSWER, BookingForm
from webapp.web.shared.fields import Text, words


class Answer:
    """Validator: the field's data as the question wants it."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field_flags: dict[str, Any] = {"required": True} if question.required else {}

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.data = checked_answer(self.question, field.data)
        except text.TextFault as fault:
            raise StopValidation(words(fault)) from None


def booking_form(what: Offering) -> type[BookingForm]:
    """The booking form of this event type."""
    return _form_class(what.questions, what.location_kind == "ask")


@lru_cache(maxsize=256)
def _form_class(questions: Sequence[Question], asks_where: bool) -> type[BookingForm]:  # noqa: FBT001  the cache's key
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
