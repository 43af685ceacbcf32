"""Forms for publishing slots, one at a time or for several weeks, and the reasons why a slot cannot be published."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.domain.availability.instants import instant, occurrences, to_datetime, zone
from webapp.domain.dates import FIRST_YEAR, LAST_YEAR
from webapp.domain.slots import WeeklyPlan
from webapp.services.event_types.content import EventTypeContent
from webapp.services.slots.plans import NewSlot
from webapp.web.shared.i18n import zone_label

MOST_WEEKS = 26


def durations(event_types: Sequence[EventTypeContent]) -> dict[str, EventTypeContent]:
    """Value of the choice -> event type. The value is the minutes, with the slug added if two types have the same
    duration."""
    found: dict[str, EventTypeContent] = {}
    for event_type in event_types:
        minutes = str(event_type.duration_minutes)
        found[f"{minutes}/{event_type.slug}" if minutes in found else minutes] = event_type
    return found


def duration_label(event_type: EventTypeContent) -> str:
    minutes = gettext("%(minutes)s minutes", minutes=event_type.duration_minutes)
    return minutes if event_type.title == minutes else f"{minutes} · {event_type.title}"


class _Durations(FlaskForm):  # type: ignore[misc]
    """`event_types`: those of the host, one of which is chosen by its duration."""

    duration = RadioField(_l("Duration"), validators=[InputRequired(_l("Choose a duration."))], validate_choice=False)

    def __init__(self, event_types: Sequence[EventTypeContent], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = durations(event_types)
        self.duration.choices = [SelectChoice(value, duration_label(one)) for value, one in self.types.items()]
        if not self.duration.data and not self.duration.raw_data:
            self.duration.data = "30" if "30" in self.types else next(iter(self.types), None)

    @property
    def event_type(self) -> EventTypeContent:
        return self.types[self.duration.data]

    def validate_duration(self, field: Any) -> None:
        if field.data not in self.types:
            raise ValidationError(CLASHES["duration"])


class SlotForm(_Durations):
    """One slot, in the local time of `time_zone`. `occurrence` matters only if the time occurs twice that night."""

    date = DateField(_l("Date"), validators=[InputRequired(_l("Choose a date."))])
    time = TimeField(_l("Start"), validators=[InputRequired(_l("Choose a time."))])
    occurrence = RadioField(_l("Which of the two?"), choices=[], default="", validate_choice=False)

    def __init__(self, event_types: Sequence[EventTypeContent], *args: Any, time_zone: str, **kwargs: Any) -> None:
        super().__init__(event_types, *args, **kwargs)
        self.time_zone = time_zone
        self.starts: tuple[int, ...] = ()
        if self.date.data and self.time.data and FIRST_YEAR <= self.date.data.year <= LAST_YEAR:
            minute = self.time.data.hour * 60 + self.time.data.minute
            self.starts = occurrences(time_zone, self.date.data, minute)
        self.occurrence.choices = [
            SelectChoice(str(number), zone_label(time_zone, to_datetime(start)))
            for number, start in enumerate(self.starts)
        ]

    @property
    def is_ambiguous(self) -> bool:
        return len(self.starts) > 1

    def validate_date(self, field: Any) -> None:
        _check_year(field)

    def validate_time(self, _field: Any) -> None:
        if self.date.data and FIRST_YEAR <= self.date.data.year <= LAST_YEAR and not self.starts:
            raise ValidationError(gettext("Clocks go forward that night and skip this time. Choose another."))

    def validate_occurrence(self, field: Any) -> None:
        if self.is_ambiguous and field.data not in ("0", "1"):
            raise ValidationError(gettext("Clocks go back that night: this time comes twice. Choose which one."))

    def new_slot(self) -> NewSlot:
        """The slot to publish, if the form is valid."""
        start = self.starts[int(self.occurrence.data) if self.is_ambiguous else 0]
        event_type = self.event_type
        return NewSlot(
            start=to_datetime(start),
            duration_minutes=event_type.duration_minutes,
            event_type=event_type.slug,
        )


def slot_values(start: datetime, time_zone: str) -> dict[str, Any]:
    """Initial values of SlotForm for an instant."""
    local = start.astimezone(zone(time_zone))
    moment = time(local.hour, local.minute)
    starts = occurrences(time_zone, local.date(), local.hour * 60 + local.minute)
    second = len(starts) > 1 and starts[1] == instant(start)
    return {"date": local.date(), "time": moment, "occurrence": "1" if second else "0" if len(starts) > 1 else ""}


class ManyForm(_Durations):
    """Consecutive slots on chosen weekdays, over several weeks. Read from the query, because it changes nothing."""

    class Meta:
        csrf = False

    weekdays = SelectMultipleField(
        _l("On"),
        coerce=int,
        validators=[DataRequired(_l("Choose at least one weekday."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    from_time = TimeField(_l("From"), validators=[InputRequired(_l("Choose a time."))])
    to_time = TimeField(_l("To"), validators=[InputRequired(_l("Choose a time."))])
    first_on = DateField(_l("First day"), validators=[InputRequired(_l("Choose a date."))])
    weeks = IntegerField(
        _l("Weeks"),
        default=2,
        validators=[
            InputRequired(_l("Type a number of weeks.")),
        ],
        render_kw={"min": 1, "max": MOST_WEEKS, "inputmode": "numeric"},
    )

    def validate_weeks(self, field: Any) -> None:
        """NumberRange would raise an error for a number that is too long for a float."""
        if field.data is not None and not 1 <= field.data <= MOST_WEEKS:
            raise ValidationError(gettext("Type a number from 1 to 26."))

    def validate_first_on(self, field: Any) -> None:
        _check_year(field)

    def plan(self, time_zone: str) -> WeeklyPlan:
        """The plan, if the form is valid."""
        return WeeklyPlan(
            time_zone=time_zone,
            weekdays=frozenset(self.weekdays.data),
            start_minute=_minute(self.from_time.data),
            end_minute=_minute(self.to_time.data),
            first_on=self.first_on.data,
            weeks=self.weeks.data,
            duration_minutes=self.event_type.duration_minutes,
        )


def many_values(first_on: date) -> dict[str, Any]:
    """Initial values of ManyForm."""
    return {"weekdays": [0, 1, 2, 3, 4], "from_time": time(9), "to_time": time(12), "first_on": first_on, "weeks": 2}


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _check_year(field: Any) -> None:
    """Check the year before any time zone conversion, which fails for the first and last years that a date can have."""
    if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(CLASHES["past" if field.data.year < FIRST_YEAR else "too_far"])


CLASHES = {
    "past": _l("This time has passed."),
    "too_far": _l("This is more than two years ahead."),
    "duration": _l("You have no event type of this duration."),
    "capacity": _l("There can be between 1 and 1000 seats."),
    "overlap": _l("There is a slot or a meeting at this time already."),
}
SHORT_CLASHES = {
    "past": _l("passed"),
    "too_far": _l("too far ahead"),
    "overlap": _l("clashes"),
}
