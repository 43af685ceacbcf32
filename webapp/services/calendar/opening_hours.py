"""The hours of a host's usual schedule as instants: what their calendar shows behind the meetings."""

from datetime import datetime

from webapp.domain.availability.instants import instant
from webapp.domain.availability.intervals import Interval
from webapp.domain.availability.windows import open_windows
from webapp.services.availability.schedule_facts import engine_schedule_of
from webapp.services.schedules.schedules import host_schedule


def open_hours(host_id: int, first: datetime, last: datetime) -> list[Interval]:
    """The windows that meet [first, last), in Unix seconds: overrides and holidays counted, meetings not."""
    begin, end = instant(first), instant(last)
    schedule = engine_schedule_of(host_schedule(host_id).content, begin)
    return open_windows(schedule, begin, end)
