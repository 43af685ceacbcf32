"""Reminders: a number of minutes before the start, as a kind of delivery, `reminder.<minutes>`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

REMINDER = "reminder"
PREFIX = f"{REMINDER}."


def reminder_kind(minutes: int) -> str:
    return f"{PREFIX}{minutes}"


def reminder_minutes(kind: str) -> int | None:
    """Minutes before the start; None if the kind is not a reminder."""
    return int(kind.removeprefix(PREFIX)) if kind.startswith(PREFIX) else None


def reminders_ahead(start: datetime, minutes: Iterable[int], now: datetime) -> list[tuple[str, datetime]]:
    """(kind, moment) of the reminders that are still in the future, earliest first."""
    moments = ((each, start - timedelta(minutes=each)) for each in sorted(set(minutes), reverse=True))
    return [(reminder_kind(each), moment) for each, moment in moments if moment > now]
