"""A complete schedule, and blocked times."""

from marshmallow import fields, validate

from webapp.api.schemas.base import Answer, Body
from webapp.api.schemas.fields import Clock, Day, EndClock, Id, Instant, Several, Text, Whole, Zone
from webapp.services.schedules.content import MOST_OVERRIDES, MOST_WINDOWS

WEEKDAY = (0, 6)


class WeeklyWindow(Body):
    """An end of 24:00 is midnight; an end at or before the start is on the next day."""

    weekday = Whole(*WEEKDAY, required=True, metadata={"description": "Of the start; Monday is 0."})
    start = Clock(required=True, attribute="start_minute")
    end = EndClock(required=True, attribute="end_minute")


class DateWindow(Body):
    start = Clock(required=True, attribute="start_minute")
    end = EndClock(required=True, attribute="end_minute")


class Override(Body):
    """Replaces the weekly hours of one date; without windows it is a day off."""

    on = Day(required=True)
    windows = Several(fields.Nested(DateWindow), 0, MOST_WINDOWS, required=True)


class Holidays(Body):
    country = Text(
        required=True,
        validate=validate.Length(equal=2, error="Must be a country code such as DE."),
        metadata={"description": "ISO 3166-1 alpha-2", "example": "DE"},
    )
    subdivision = Text(load_default=None, allow_none=True, metadata={"example": "BE"})


class ScheduleBody(Body):
    """The complete schedule: whatever it does not contain is deleted."""

    time_zone = Zone(required=True)
    week_start = Whole(*WEEKDAY, required=True, metadata={"description": "Monday is 0."})
    weekly_hours = Several(fields.Nested(WeeklyWindow), 0, MOST_WINDOWS, required=True)
    overrides = Several(fields.Nested(Override), 0, MOST_OVERRIDES, required=True)
    holidays = fields.Nested(Holidays, required=True, allow_none=True)


class Schedule(ScheduleBody):
    """The schedule as stored. Sending it back unchanged changes nothing."""


class NewBlockedTime(Body):
    start = Instant(required=True)
    end = Instant(required=True)
    note = Text(load_default="", metadata={"description": "For yourself; guests never see it."})


class BlockedTime(Answer):
    id = Id(attribute="public_id")
    start = Instant()
    end = Instant()
    note = Text()


class BlockedTimePage(Answer):
    data = fields.List(fields.Nested(BlockedTime))
    next_cursor = Text(allow_none=True)
