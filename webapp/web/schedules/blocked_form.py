"""The form for blocked time: a first and a last date, each with an optional time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.domain import text
from webapp.domain.availability import instants
from webapp.domain.availability.instants import closing, opening, to_datetime
from webapp.domain.dates import FIRST_YEAR, LAST_YEAR
from webapp.services.schedules.blocked_times import LONGEST_NOTE, BlockedTimeView, NewBlockedTime
from webapp.web.shared.fields import Text

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TypedEnd:
    """The start or end of a blocked time, as typed. Without a time, the whole day is blocked."""

    day: date | None
    clock: time | None


class BlockedTimeForm(FlaskForm):  # type: ignore[misc]
    """From one date to another, in the host's time zone; whole days if there are no times.

    A start or end that the host leaves unchanged keeps its exact instant: an API client may have set it to the second,
    or to the later of two occurrences of a time.
    """

    from_date = DateField(_l("First day"), validators=[InputRequired(_l("Choose a date."))])
    from_time = TimeField(_l("From"), validators=[Optional()])
    to_date = DateField(_l("Last day"), validators=[Optional()])
    to_time = TimeField(_l("Until"), validators=[Optional()])
    note = StringField(
        _l("Note"),
        description=_l("Only you see it."),
        validators=[Text(text.line, LONGEST_NOTE, required=False)],
    )

    def __init__(self, time_zone: str, stored: BlockedTimeView | None = None, **given: Any) -> None:
        """`stored`: the blocked time to edit; None for a new one."""
        self.time_zone, self.stored = time_zone, stored
        super().__init__(**given)

    @classmethod
    def empty(cls, time_zone: str) -> "BlockedTimeForm":
        return cls(time_zone, formdata=None)

    @classmethod
    def of(cls, stored: BlockedTimeView, time_zone: str) -> "BlockedTimeForm":
        start, end = typed_start(stored.start, time_zone), typed_end(stored.end, time_zone)
        ends = {"from_date": start.day, "from_time": start.clock, "to_date": end.day, "to_time": end.clock}
        return cls(time_zone, stored, formdata=None, data=ends | {"note": stored.note})

    def validate_from_date(self, field: Any) -> None:
        if field.data and not self._keeps_start and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(gettext("Choose a date that is nearer."))

    def validate_to_date(self, field: Any) -> None:
        if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(gettext("Choose a date that is nearer."))
        if field.data and self.from_date.data and field.data < self.from_date.data:
            raise ValidationError(gettext("This is before the first day."))

    def validate_to_time(self, field: Any) -> None:
        same_day = self.from_date.data and self.to_date.data in (None, self.from_date.data)
        is_kept = self._keeps_start and self._keeps_end
        if not is_kept and field.data and self.from_time.data and same_day and field.data <= self.from_time.data:
            raise ValidationError(gettext("This is not after the start."))

    def blocked_time(self) -> NewBlockedTime:
        """The blocked time, if the form is valid. If a time occurs twice, both occurrences are blocked; a last day
        without a time is blocked completely."""
        return NewBlockedTime(start=self._start(), end=self._end(), note=self.note.data or "")

    def _start(self) -> datetime:
        if self.stored and self._keeps_start:
            return self.stored.start
        return to_datetime(opening(self.time_zone, self.from_date.data, _minute(self.from_time.data)))

    def _end(self) -> datetime:
        if self.stored and self._keeps_end:
            return self.stored.end
        last = self.to_date.data or self.from_date.data
        if self.to_time.data is None:
            return to_datetime(opening(self.time_zone, last, 1440))
        return to_datetime(closing(self.time_zone, last, _minute(self.to_time.data)))

    @property
    def _keeps_start(self) -> bool:
        typed = TypedEnd(self.from_date.data, self.from_time.data)
        return self.stored is not None and typed == typed_start(self.stored.start, self.time_zone)

    @property
    def _keeps_end(self) -> bool:
        typed = TypedEnd(self.to_date.data or self.from_date.data, self.to_time.data)
        return self.stored is not None and typed == typed_end(self.stored.end, self.time_zone)


def typed_start(moment: datetime, time_zone: str) -> TypedEnd:
    """The start, rounded down to the minute."""
    local = moment.astimezone(instants.zone(time_zone))
    return TypedEnd(local.date(), None if is_day_start(moment, time_zone) else _clock(local))


def typed_end(moment: datetime, time_zone: str) -> TypedEnd:
    """The end, rounded up to the minute, so that the period shown covers the period blocked."""
    full = moment + (-timedelta(seconds=moment.second, microseconds=moment.microsecond) % MINUTE)
    local = full.astimezone(instants.zone(time_zone))
    if is_day_start(full, time_zone):
        return TypedEnd(local.date() - timedelta(days=1), None)
    return TypedEnd(local.date(), _clock(local))


def is_day_start(moment: datetime, time_zone: str) -> bool:
    day = moment.astimezone(instants.zone(time_zone)).date()
    return moment == to_datetime(opening(time_zone, day, 0))


def _clock(local: datetime) -> time:
    return local.time().replace(second=0, microsecond=0, fold=0)


def _minute(moment: time | None) -> int:
    return 0 if moment is None else moment.hour * 60 + moment.minute
