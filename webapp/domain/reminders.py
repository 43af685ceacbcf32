"""Reminders: so many minutes before the start, as kinds of deliveries, `reminder.<minutes>`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

REMINDER = "reminder"
PREFIX = f"{REMINDER}."


def reminder_kind(minutes: int) -> str:
    return f"{PREFIX}{minutes}"


def reminder_minutes(kind: str) -> int | None:
    """How long before the start; None for a kind that is no reminder's."""
    return int(kind.removeprefix(PREFIX)) if kind.startswith(PREFIX) else None


def reminders_ahead(start: datetime, minutes: Iterable[int], now: datetime) -> list[tuple[str, datetime]]:
    """(kind, moment) of those whose moment is still to come, the earliest first."""
    moments = ((each, start - timedelta(minutes=each)) for each in sorted(set(minutes), reverse=True))
    return [(reminder_kind(each), moment) for each, moment in moments if moment > now]
