"""When a meeting is, in words: in the reader's zone, with the zone named."""

from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from flask_babel import gettext

from webapp.web.guest import words
from webapp.words import formats, zone_names


@dataclass(frozen=True, slots=True)
class When:
    """`leaf`: month, day and weekday, short. `time`: from and to, with the second day where it is another."""

    leaf: tuple[str, int, str]
    date: str
    time: str
    zone: str


def when(start: datetime, end: datetime, time_zone: str, locale: Locale) -> When:
    zone = formats.zone(time_zone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    finish = formats.format_time(end, time_zone, locale)
    if last != first:
        finish = f"{finish}, {words.day_and_month(last, locale)}"
    return When(
        leaf=words.leaf(first, locale),
        date=formats.format_day(first, locale),
        time=f"{formats.format_time(start, time_zone, locale)}{formats.RANGE}{finish}",
        zone=zone_names.zone_label(time_zone, start, locale),
    )


def host_when(start: datetime, guest_zone: str, host_zone: str, host: str, locale: Locale) -> str | None:
    """The start as the host's clock shows it, when that is not what the guest's shows."""
    for_host = start.astimezone(formats.zone(host_zone))
    if for_host.utcoffset() == start.astimezone(formats.zone(guest_zone)).utcoffset():
        return None
    return gettext(
        "For %(host)s: %(day)s, %(time)s in %(place)s",
        host=host,
        day=words.day_and_month(for_host.date(), locale),
        time=formats.format_time(start, host_zone, locale),
        place=zone_names.zone_place(host_zone, locale),
    )
