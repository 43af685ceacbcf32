"""The event type editor. Its fields have the names of `EventTypeContent`, so that errors can be shown beside them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain import text
from webapp.services.accounts import slugs
from webapp.services.event_types.content import (
    BOUNDS,
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    EventTypeContent,
    LocationKind,
)
from webapp.services.shared import validation
from webapp.web.event_types.fields import ChoiceField, NumberField, SpanField
from webapp.web.event_types.questions import Row, questions_of, rows_of, typed_rows
from webapp.web.event_types.words import COLORS, LOCATIONS, before_start, minutes
from webapp.web.shared.fields import Text

OTHER = "other"
USUAL_DURATIONS = (15, 30, 60)
INCREMENTS = (5, 10, 15, 20, 30, 45, 60, 90, 120)
REMINDERS = (10, 30, 60, 120, 1440, 2880, 10_080)


class EventTypeForm(FlaskForm):  # type: ignore[misc]
    title = StringField(_l("Title"), [Text(validation.title, LONGEST_TITLE)], render_kw={"autocomplete": "off"})
    slug = StringField(
        _l("Address"),
        description=_l("The end of its link. Left empty, it is made from the title."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": slugs.LONGEST},
    )
    description = TextAreaField(
        _l("Description"),
        [Text(text.paragraph, LONGEST_DESCRIPTION, required=False)],
        description=_l("Guests read it beside the calendar."),
        render_kw={"rows": 3},
    )
    duration = RadioField(_l("Duration"))
    duration_minutes = NumberField(_l("Minutes"), bounds=BOUNDS["duration_minutes"], render_kw={"step": 5})
    color = RadioField(_l("Colour in your calendar"))
    is_public = BooleanField(_l("Listed on my page"), description=_l("Otherwise only who has its link finds it."))
    needs_link = BooleanField(
        _l("Only with a single-use link"),
        description=_l("Guests need a link that you make for each booking. Nobody else sees it or can book it."),
    )
    is_active = BooleanField(_l("Switched on"), description=_l("Otherwise nobody can book it, by its link neither."))

    schedule_id = ChoiceField(_l("Schedule"), description=_l("Whose hours are offered."))
    increment_minutes = ChoiceField(_l("A start every"))
    notice_minutes = SpanField(_l("Notice"), description=_l("Nobody books later than so long before the start."))
    window_kind = RadioField(_l("How far ahead"))
    window_days = NumberField(_l("Days ahead"), bounds=BOUNDS["window_days"])
    window_from = DateField(_l("First date"), [Optional()])
    window_to = DateField(_l("Last date"), [Optional()])
    max_per_day = NumberField(_l("At most a day"), bounds=BOUNDS["max_per_day"], description=_l("Empty: no limit."))
    max_per_week = NumberField(_l("At most a week"), bounds=BOUNDS["max_per_week"], description=_l("Empty: no limit."))
    buffer_before_minutes = NumberField(_l("Minutes free before"), bounds=BOUNDS["buffer_before_minutes"])
    buffer_after_minutes = NumberField(_l("Minutes free after"), bounds=BOUNDS["buffer_after_minutes"])

    capacity = NumberField(
        _l("Seats"),
        bounds=BOUNDS["capacity"],
        description=_l("More than one makes it a group: each guest books a seat, and guests do not see each other."),
    )
    requires_confirmation = BooleanField(
        _l("I confirm each request"),
        description=_l("The time is held until you say yes or no, for a day at most."),
    )
    requires_proof = BooleanField(
        _l("Keep programs out"),
        description=_l(
            "Guests' browsers do a short calculation before they book. Without JavaScript they confirm by e-mail."
        ),
    )
    requires_mail_confirmation = BooleanField(
        _l("Guests confirm by e-mail"),
        description=_l("The time is held for 15 minutes, until the guest opens the link that is sent to them."),
    )
    location_kind = RadioField(_l("Where"))
    location_detail = StringField(
        _l("Number, address or link"),
        [Text(text.line, LONGEST_LOCATION, required=False)],
        description=_l("Guests get it with the confirmation; an address they see before, too."),
    )
    reminder_minutes = SelectMultipleField(
        _l("Reminders to both of you"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    has_follow_up = BooleanField(_l("A word of thanks to the guest after the meeting"))
    change_notice_minutes = SpanField(
        _l("Guests may cancel or move it until so long before the start"),
        description=_l("0: until it begins. Afterwards the page says to write to you."),
    )

    def __init__(self, content: EventTypeContent | None, schedules: Mapping[str, str], **given: Any) -> None:
        """`schedules`: id ("" for the default schedule) -> name. `content` is None for a new event type."""
        start = content or EventTypeContent(slug="", title="", duration_minutes=30)
        super().__init__(data=form_values(start), **given)
        self.rows: list[Row] = typed_rows(request.form) if self.is_submitted() else rows_of(start.questions)
        self._offer_choices(start, schedules)
        for field in (self.duration, self.color, self.window_kind, self.location_kind, self.capacity):
            field.flags.required = True  # always selected, or with a default

    def _offer_choices(self, start: EventTypeContent, schedules: Mapping[str, str]) -> None:
        """Set the choices. Stored values are always among them, even those that the editor would not offer."""
        steps = sorted({*INCREMENTS, *([start.increment_minutes] if start.increment_minutes else [])})
        self.duration.choices = {str(one): minutes(one) for one in USUAL_DURATIONS} | {OTHER: gettext("Another")}
        self.color.choices = {color: str(name) for color, name in COLORS.items()}
        self.schedule_id.choices = dict(schedules)
        self.increment_minutes.choices = {"": gettext("the length of the meeting")} | {
            str(step): minutes(step) for step in steps
        }
        self.window_kind.choices = {
            "none": gettext("As far as you have hours"),
            "days": gettext("Some days from today"),
            "dates": gettext("From date to date"),
        }
        self.location_kind.choices = {kind or "": str(name) for kind, name in LOCATIONS.items()}
        reminders = sorted({*REMINDERS, *start.reminder_minutes})
        self.reminder_minutes.choices = {one: before_start(one) for one in reminders}

    def content(self) -> EventTypeContent | None:
        """The content to store; None if a field has an error. The fields of alternatives not chosen are ignored."""
        questions, self.rows = questions_of(self.rows)
        self._fill_in()
        if not self.validate() or any(row.error for row in self.rows):
            return None
        kind, window = self.location_kind.data, self.window_kind.data
        has_detail = kind not in ("", LocationKind.ASK)
        chosen: dict[str, Any] = {
            "increment_minutes": int(self.increment_minutes.data) if self.increment_minutes.data else None,
            "schedule_id": int(self.schedule_id.data) if self.schedule_id.data else None,
            "window_days": self.window_days.data if window == "days" else None,
            "window_from": self.window_from.data if window == "dates" else None,
            "window_to": self.window_to.data if window == "dates" else None,
            "location_kind": LocationKind(kind) if kind else None,
            "location_detail": self.location_detail.data if has_detail else "",
            "reminder_minutes": tuple(self.reminder_minutes.data or ()),
            "questions": questions,
        }
        plain = {one.name: self[one.name].data for one in fields(EventTypeContent) if one.name not in chosen}
        return EventTypeContent(**chosen, **plain)

    def validate_window_days(self, field: Any) -> None:
        if self.window_kind.data == "days" and field.data is None:
            raise ValidationError(gettext("How many days?"))

    def validate_slug(self, field: Any) -> None:
        if not slugs.is_well_formed(field.data):
            raise ValidationError(gettext("Use 2 to 64 small letters, digits and hyphens, such as first-meeting."))

    def validate_duration_minutes(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError(gettext("Type a number of minutes: 5, 10, 15 and so on up to 480."))

    def _fill_in(self) -> None:
        """Set the values that follow from other fields, and the defaults of numbers left empty."""
        if self.duration.data in map(str, USUAL_DURATIONS):
            self.duration_minutes.data, self.duration_minutes.process_errors = int(self.duration.data), []
        self.slug.data = (self.slug.data or "").strip().lower() or slugs.suggested(self.title.data or "")
        for field, default in ((self.capacity, 1), (self.buffer_before_minutes, 0), (self.buffer_after_minutes, 0)):
            if field.data is None:
                field.data = default


def form_values(content: EventTypeContent) -> dict[str, Any]:
    """The initial values of the form."""
    window = "days" if content.window_days is not None else "dates" if content.window_from else "none"
    is_usual = content.duration_minutes in USUAL_DURATIONS
    return {one.name: getattr(content, one.name) for one in fields(content)} | {
        "duration": str(content.duration_minutes) if is_usual else OTHER,
        "window_kind": window,
        "increment_minutes": str(content.increment_minutes or ""),
        "schedule_id": str(content.schedule_id or ""),
        "location_kind": content.location_kind or "",
        "reminder_minutes": list(content.reminder_minutes),
    }
