"""/calendar/why: the rules that prevent a start from being offered, in words and with their figures."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, TimeField
from wtforms.validators import DataRequired, ValidationError

from webapp.domain.availability.instants import occurrences, to_datetime
from webapp.domain.dates import FIRST_YEAR, LAST_YEAR, parsed_instant
from webapp.services.accounts.accounts import Account
from webapp.services.availability.offering import Offering
from webapp.services.availability.why import find_any_offering, why
from webapp.services.event_types import event_types
from webapp.web.calendar.blueprint import blueprint
from webapp.web.calendar.forms import slot_values
from webapp.web.shared.guards import current_host, host_required
from webapp.web.shared.htmx import page_or_fragment
from webapp.web.shared.i18n import current_locale
from webapp.words import reasons as reason_words


class WhyForm(FlaskForm):  # type: ignore[misc]
    """A date and time in the local time of `time_zone`. Read from the query, because it changes nothing."""

    class Meta:
        csrf = False

    event_type = SelectField(_l("Event type"))
    date = DateField(_l("Date"), validators=[DataRequired(_l("Choose a date."))])
    time = TimeField(_l("Start"), validators=[DataRequired(_l("Choose a time."))])

    def __init__(self, titles: dict[str, str], time_zone: str, **given: Any) -> None:
        super().__init__(**given)
        self.event_type.choices = titles
        self.event_type.flags.required = True  # one is always chosen
        self.time_zone = time_zone

    @property
    def starts(self) -> tuple[int, ...]:
        """The instants of this local time: none if the clock skips it, two if it occurs twice."""
        if not (self.date.data and self.time.data and FIRST_YEAR <= self.date.data.year <= LAST_YEAR):
            return ()
        return occurrences(self.time_zone, self.date.data, self.time.data.hour * 60 + self.time.data.minute)

    def validate_date(self, field: Any) -> None:
        if not (field.data and FIRST_YEAR <= field.data.year <= LAST_YEAR):
            raise ValidationError(gettext("Choose a date."))

    def validate_time(self, field: Any) -> None:
        if field.data and self.date.data and FIRST_YEAR <= self.date.data.year <= LAST_YEAR and not self.starts:
            raise ValidationError(gettext("Clocks go forward that night and skip this time. Choose another."))


@dataclass(frozen=True, slots=True)
class Explained:
    """A start with the reasons why it is not offered, in words; if there are none, it is offered."""

    offering: Offering
    start: datetime
    time_zone: str
    reasons: list[str]
    holidays_known_until: date | None


@blueprint.get("/why", endpoint="why")
@host_required
def ask() -> Response:
    host = current_host()
    titles = {one.content.slug: one.content.title for one in event_types.host_event_types(host.id)}
    start = _start_of_query()
    form = _form(titles, host, start)
    is_asked = "date" in request.args or start is not None
    is_valid = form.validate() if is_asked else False
    explanations = _explained(host, form) if is_valid else []
    values = {"form": form, "explanations": explanations, "host": host, "has_types": bool(titles)}
    return page_or_fragment("calendar/why.html", "why", status=422 if is_asked and not is_valid else 200, **values)


def _form(titles: dict[str, str], host: Account, start: datetime | None) -> WhyForm:
    """The form, filled in from `start` (an instant) or from its own fields in the query."""
    if start is None:
        return WhyForm(titles, host.time_zone, formdata=request.args if "date" in request.args else None)
    chosen = {"event_type": request.args.get("event_type") or next(iter(titles), "")}
    return WhyForm(titles, host.time_zone, formdata=None, data=slot_values(start, host.time_zone) | chosen)


def _explained(host: Account, form: WhyForm) -> list[Explained]:
    offering = find_any_offering(host.slug, form.event_type.data)
    in_query = _start_of_query()
    starts = [in_query] if in_query else [to_datetime(start) for start in form.starts]
    return [_answer(offering, start, host.time_zone) for start in starts]


def _answer(offering: Offering, start: datetime, time_zone: str) -> Explained:
    explanation = why(offering, start)
    words = [reason_words.in_words(one, time_zone=time_zone, locale=current_locale()) for one in explanation.reasons]
    return Explained(offering, start, time_zone, words, explanation.holidays_known_until)


def _start_of_query() -> datetime | None:
    return parsed_instant(request.args.get("start", ""))
