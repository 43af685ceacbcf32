"""Calendars to subscribe to, as bytes (RFC 5545, METHOD:PUBLISH of RFC 5546 3.2.1, RFC 7986)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, FreeBusy, Timezone, TimezoneStandard, vDuration, vUri

from webapp.domain.availability.instants import to_datetime
from webapp.domain.text import flattened
from webapp.services.ical import files
from webapp.services.ical.busy_times import PublicBusyTimes
from webapp.services.shared.links import busy_times_url, host_page_url

REFRESHED_EVERY = timedelta(minutes=15)
END = b"END:VCALENDAR\r\n"
SHORT = 2500  # characters of a description; the few that are longer are not cached


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Fields of one VEVENT. `organizer`: address and name. `is_away`: blocked time, BUSY-UNAVAILABLE."""

    uid: str
    version: int
    stamp: datetime
    start: datetime
    end: datetime
    organizer: tuple[str, str]
    summary: str
    is_tentative: bool = False
    is_away: bool = False
    is_private: bool = False
    location: str = ""
    description: str = ""
    url: str = ""


def published_calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """Equal entries give the same bytes."""
    events = [_event(entry) if len(entry.description) <= SHORT else _made(entry) for entry in entries]
    frame = files.octets_of(_frame(name, is_empty=not events))
    return b"".join((frame.removesuffix(END), *events, END))


def published_busy_times(times: PublicBusyTimes) -> bytes:
    """One VFREEBUSY. Its DTSTAMP is the start of the day: the bytes stay the same until something changes."""
    free_busy = FreeBusy()
    free_busy.add("UID", files.uid_named(f"freebusy-{times.host_slug}"))
    for name, seconds in (("DTSTAMP", times.first), ("DTSTART", times.first), ("DTEND", times.last)):
        free_busy.add(name, to_datetime(seconds))
    # The host's page instead of their e-mail address, which stays private.
    free_busy.add("ORGANIZER", files.address(host_page_url(times.host_slug), times.host_name))
    free_busy.add("URL", vUri(busy_times_url(times.host_slug)))
    for start, end in times.busy:
        free_busy.add("FREEBUSY", [(to_datetime(start), to_datetime(end))], parameters={"FBTYPE": "BUSY"})
    calendar = files.calendar("PUBLISH")
    calendar.add_component(free_busy)
    return files.octets_of(calendar)


def _frame(name: str, *, is_empty: bool) -> Calendar:
    """The calendar without events. Also uses the property names of older programs. No SOURCE: the file may be passed
    on, and would reveal the secret address."""
    made = files.calendar("PUBLISH")
    for known_as in ("NAME", "X-WR-CALNAME"):
        made.add(known_as, flattened(name))
    made.add("REFRESH-INTERVAL", vDuration(REFRESHED_EVERY), parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", vDuration(REFRESHED_EVERY))
    if is_empty:
        made.add_component(_utc())
    return made


def _utc() -> Timezone:
    """A component for a calendar without events: RFC 5545 3.4 requires at least one."""
    zone, rule = Timezone(), TimezoneStandard()
    zone.add("TZID", "Etc/UTC")
    rule.add("DTSTART", datetime(1970, 1, 1))  # noqa: DTZ001  local time by definition
    for name in ("TZOFFSETFROM", "TZOFFSETTO"):
        rule.add(name, timedelta())
    zone.add_component(rule)
    return zone


@lru_cache(maxsize=2048)
def _event(entry: Entry) -> bytes:
    """Cached by all fields: the library takes a third of a millisecond per event, and a calendar is read many times
    between changes. At most some 10 MB."""
    return _made(entry)


def _made(entry: Entry) -> bytes:
    event = files.event(entry.uid, entry.start, entry.end, version=entry.version, stamp=entry.stamp)
    event.add("STATUS", "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    event.add("CLASS", "PRIVATE" if entry.is_private else "PUBLIC")
    event.add("ORGANIZER", files.address(*entry.organizer))
    event.add("SUMMARY", entry.summary)
    if entry.is_away:
        event.add("X-MICROSOFT-CDO-BUSYSTATUS", "OOF")  # the only value for it that programs know
    if entry.location:
        event.add("LOCATION", entry.location)
    if entry.description:
        event.add("DESCRIPTION", entry.description)
    if entry.url:
        event.add("URL", vUri(entry.url))
    return files.octets_of(event)
