"""Which reminders are still to be sent, and the kinds of their deliveries."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.domain.reminders import reminder_kind, reminder_minutes, reminders_ahead

START = datetime(2027, 5, 4, 8, 0, tzinfo=UTC)


def test_a_kind_tells_its_minutes_and_others_tell_none() -> None:
    assert reminder_minutes(reminder_kind(90)) == 90
    assert reminder_minutes("booking.confirmed") is None


@pytest.mark.parametrize(
    ("before", "kinds"),
    [
        (timedelta(days=2), ["reminder.1440", "reminder.60"]),
        (timedelta(minutes=1440), ["reminder.60"]),  # this moment is not ahead
        (timedelta(minutes=61), ["reminder.60"]),
        (timedelta(minutes=60), []),
        (timedelta(days=-1), []),
    ],
)
def test_only_moments_ahead_count(before: timedelta, kinds: list[str]) -> None:
    found = reminders_ahead(START, [60, 1440, 60], START - before)
    assert [kind for kind, _ in found] == kinds
    assert all(moment == START - timedelta(minutes=reminder_minutes(kind) or 0) for kind, moment in found)
