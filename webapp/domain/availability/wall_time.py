"""What somebody typed as date and time: no instant, one, or two."""

from datetime import date, datetime

from webapp.domain.availability.instants import closing, opening, zone


def occurrences(time_zone: str, day: date, minute: int) -> tuple[int, ...]:
    """The instants (Unix seconds) at which a clock of the zone shows this minute of the date.

    None where a spring gap skips it, two, in order, where autumn repeats it.
    """
    first, second = opening(time_zone, day, minute), closing(time_zone, day, minute)
    local = datetime.fromtimestamp(first, zone(time_zone))
    if (local.date(), local.hour * 60 + local.minute) != (day, minute):
        return ()
    return (first,) if first == second else (first, second)
