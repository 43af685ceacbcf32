"""Examples that can be sent as they are: their dates are those of the coming weeks, whenever they are read."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

MONDAY = date(2027, 3, 15)  # around which the examples are written
AHEAD = timedelta(days=14)
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d", re.ASCII)


def coming_monday() -> date:
    """8 to 14 days ahead: an instance has free times then."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday()) + AHEAD


def brought_near(value: Any, monday: date) -> Any:
    """The JSON value with each date in its texts moved by the weeks from MONDAY to `monday`."""
    if isinstance(value, dict):
        return {name: brought_near(inner, monday) for name, inner in value.items()}
    if isinstance(value, list):
        return [brought_near(inner, monday) for inner in value]
    if not isinstance(value, str):
        return value
    return _DATE.sub(lambda found: (date.fromisoformat(found[0]) + (monday - MONDAY)).isoformat(), value)
