"""Conversion between wall time and instants.

Inside the engine an instant is a whole number of Unix seconds (comparing and adding those is several times
faster than `datetime`) and a day is a `date` in some time zone. Wall time that is skipped in spring or repeated
in autumn is resolved by availability rule 4; nothing here assumes that a day has 24 hours or a midnight.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_SECOND = timedelta(seconds=1)
_NO_TIME = timedelta(0)
# No zone has ever changed its offset and changed it back within hours, so a sample every six hours is enough.
_SAMPLES = [timedelta(hours=hour) for hour in range(0, 49, 6)]


def instant(moment: datetime) -> int:
    """Unix seconds of an aware datetime (ValueError if naive).

    Fractions are rounded up, so that `start >= now` stays exact for starts on whole seconds.
    """
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is not an instant")
    return -((_EPOCH - moment) // _ONE_SECOND)


def to_datetime(seconds: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=1024)
def zone(time_zone: str) -> ZoneInfo:
    """The rules of an IANA zone. Raises ZoneInfoNotFoundError or ValueError when there is no such zone."""
    return ZoneInfo(time_zone)


# Safe to cache: results depend only on the arguments and the tz database, which does not change in a running process.
@lru_cache(maxsize=8192)
def opening(time_zone: str, day: date, minute: int) -> int:
    """The instant of a start at this minute of a local date (1440 and more: on the next day).

    Repeated wall time means its first occurrence, skipped wall time the end of the gap.
    """
    wall, earlier, later = _readings(time_zone, day, minute)
    if earlier <= later:
        return earlier
    return _end_of_gap(zone(time_zone), wall, after=later, until=earlier)


@lru_cache(maxsize=8192)
def closing(time_zone: str, day: date, minute: int) -> int:
    """As `opening`, for an end: repeated wall time means its second occurrence."""
    wall, earlier, later = _readings(time_zone, day, minute)
    if earlier <= later:
        return later
    return _end_of_gap(zone(time_zone), wall, after=later, until=earlier)


@lru_cache(maxsize=8192)
def steady_midnight(time_zone: str, day: date) -> int | None:
    """The midnight that starts a local date, or None if the offset changes in the 48 hours that follow it.

    While the offset is constant, minutes of wall time can simply be added; ends of windows need no resolving.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=zone(time_zone))
    offsets = {(start + step).utcoffset() for step in _SAMPLES}
    return opening(time_zone, day, 0) if len(offsets) == 1 else None


def day_start(time_zone: str, day: date) -> int:
    """The first instant of a local date; where midnight is skipped, the end of that gap."""
    return opening(time_zone, day, 0)


def local_date(time_zone: str, seconds: int) -> date:
    """The local date whose [day_start, day_start of the next day) contains the instant.

    Where clocks went back over midnight (in St. John's, at 00:01) a calendar shows one date twice; here it is
    one contiguous range, because limits close whole days.
    """
    day = datetime.fromtimestamp(seconds, zone(time_zone)).date()
    tomorrow = day + timedelta(days=1)
    return tomorrow if seconds >= day_start(time_zone, tomorrow) else day


def _readings(time_zone: str, day: date, minute: int) -> tuple[int, int, int]:
    """Wall time in seconds, and the two instants that it may mean: by the offset before and after a change.

    They are equal on ordinary days, ascending in an overlap and descending in a gap (PEP 495).
    """
    wall = datetime(day.year, day.month, day.day, tzinfo=zone(time_zone)) + timedelta(minutes=minute)
    seconds = (day.toordinal() - _EPOCH_DAY) * DAY_SECONDS + minute * 60
    return seconds, seconds - _offset(wall), seconds - _offset(wall.replace(fold=1))


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset() or _NO_TIME
    return offset.days * DAY_SECONDS + offset.seconds


def _end_of_gap(tz: ZoneInfo, wall: int, *, after: int, until: int) -> int:
    """The first instant in (after, until] whose wall clock shows `wall` or later: the transition itself."""
    while until - after > 1:
        middle = (after + until) // 2
        if middle + _offset(datetime.fromtimestamp(middle, tz)) < wall:
            after = middle
        else:
            until = middle
    return until


def occurrences(time_zone: str, day: date, minute: int) -> tuple[int, ...]:
    """The instants (Unix seconds) at which a clock of the zone shows this minute of the date.

    Empty where it is skipped in spring; two, in order, where it is repeated in autumn.
    """
    first, second = opening(time_zone, day, minute), closing(time_zone, day, minute)
    local = datetime.fromtimestamp(first, zone(time_zone))
    if (local.date(), local.hour * 60 + local.minute) != (day, minute):
        return ()
    return (first,) if first == second else (first, second)
