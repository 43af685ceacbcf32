"""From wall time to instants and back.

Inside the engine an instant is a whole number of Unix seconds (comparing and adding those is several times
faster than `datetime`) and a day is a `date` of some zone. Wall time that a spring gap skips, or that autumn
repeats, is resolved as availability rule 4 says; nothing here assumes that a day has 24 hours or a midnight.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_SECOND = timedelta(seconds=1)
_NO_TIME = timedelta(0)
# No zone has ever changed its offset and changed it back within hours.
_SAMPLES = [timedelta(hours=hour) for hour in range(0, 49, 6)]


def instant(moment: datetime) -> int:
    """Unix seconds of an aware datetime (ValueError if naive).

    A fraction is rounded up: then `start >= now` stays exact for starts on whole seconds.
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


# The caches hold what cannot change while the process runs: arguments and installed tz database decide.
@lru_cache(maxsize=8192)
def opening(time_zone: str, day: date, minute: int) -> int:
    """When something starts that is to start at this minute of a local date (1440 and more: on the next).

    Wall time that is repeated means its first occurrence, wall time that is skipped the end of the gap.
    """
    wall, earlier, later = _readings(time_zone, day, minute)
    if earlier <= later:
        return earlier
    return _end_of_gap(zone(time_zone), wall, after=later, until=earlier)


@lru_cache(maxsize=8192)
def closing(time_zone: str, day: date, minute: int) -> int:
    """As `opening`, for what ends then: wall time that is repeated means its second occurrence."""
    wall, earlier, later = _readings(time_zone, day, minute)
    if earlier <= later:
        return later
    return _end_of_gap(zone(time_zone), wall, after=later, until=earlier)


@lru_cache(maxsize=8192)
def steady_midnight(time_zone: str, day: date) -> int | None:
    """The midnight that starts a local date, if clocks keep their offset for the 48 hours that follow it.

    Within those a minute of wall time is a minute: no end of a window needs resolving. None around a change.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=zone(time_zone))
    offsets = {(start + step).utcoffset() for step in _SAMPLES}
    return opening(time_zone, day, 0) if len(offsets) == 1 else None


def day_start(time_zone: str, day: date) -> int:
    """The first instant of a local date; where midnight is skipped, the end of that gap."""
    return opening(time_zone, day, 0)


def local_date(time_zone: str, seconds: int) -> date:
    """The local date whose [day_start, day_start of the next day) holds the instant.

    Where clocks went back over midnight (St. John's did, at 00:01) a calendar shows one date twice; here it
    is one piece of time, because limits close whole days.
    """
    day = datetime.fromtimestamp(seconds, zone(time_zone)).date()
    tomorrow = day + timedelta(days=1)
    return tomorrow if seconds >= day_start(time_zone, tomorrow) else day


def _readings(time_zone: str, day: date, minute: int) -> tuple[int, int, int]:
    """Wall time in seconds, and the two instants that it may name: by the offset before and after a change.

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

    None where a spring gap skips it, two, in order, where autumn repeats it.
    """
    first, second = opening(time_zone, day, minute), closing(time_zone, day, minute)
    local = datetime.fromtimestamp(first, zone(time_zone))
    if (local.date(), local.hour * 60 + local.minute) != (day, minute):
        return ()
    return (first,) if first == second else (first, second)
