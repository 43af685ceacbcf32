"""Hours in words."""

from collections.abc import Iterable

from flask_babel import gettext

from webapp.domain.availability.instants import to_datetime
from webapp.domain.availability.windows import MINUTES_OF_DAY, DayWindow
from webapp.web.schedules.blueprint import blueprint
from webapp.web.shared.dates import format_hour
from webapp.web.shared.i18n import current_locale
from webapp.words import formats


def hours_text(windows: Iterable[DayWindow]) -> str:
    """`9 AM - 12 PM, 1 PM - 5 PM`, in the reader's format."""
    return ", ".join(f"{format_hour(one.start_minute)}{formats.RANGE}{_end(one)}" for one in windows)


def _end(window: DayWindow) -> str:
    if window.end_minute % MINUTES_OF_DAY == 0:
        return gettext("midnight")
    if window.end_minute <= window.start_minute:
        return gettext("%(time)s next day", time=format_hour(window.end_minute))
    return format_hour(window.end_minute)


def weekday_names() -> dict[int, str]:
    """Monday = 0."""
    names: dict[int, str] = current_locale().days["stand-alone"]["wide"]
    return {number: names[number] for number in range(7)}


@blueprint.app_template_global()
def clock_span(start: int, end: int, time_zone: str) -> str:
    """`9 AM - 5 PM` of two instants in Unix seconds."""
    return f"{_clock(start, time_zone)}{formats.RANGE}{_clock(end, time_zone, midnight=gettext('midnight'))}"


def _clock(moment: int, time_zone: str, *, midnight: str = "") -> str:
    local = to_datetime(moment).astimezone(formats.zone(time_zone))
    minute = local.hour * 60 + local.minute
    return midnight if midnight and minute == 0 else format_hour(minute)
