"""A host who wants the server to work: as many windows, event types, slots and bookings as the bounds allow, and the
longest texts. Written into the tables directly; through the services it would take minutes."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tests.builders import Build
from webapp.domain.questions import MOST_OPTIONS, MOST_QUESTIONS
from webapp.services.event_types.content import LONGEST_DESCRIPTION, LONGEST_TITLE
from webapp.services.schedules.content import MOST_OVERRIDES
from webapp.services.slots.slots import MOST_PUBLISHED

WIDE = "\N{GRINNING FACE}"  # four bytes in UTF-8, and Python stores each character of such a text in four
PUBLIC_EVENT_TYPES = 100
BLOCKED_TIMES = 500
GUESTS = 100
DAYS_BOOKED = 10  # one meeting after the other: more than an import and the limits per hour allow for long

HOURS = """
DELETE FROM weekly_hours WHERE schedule_id = :schedule;
INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute)
SELECT :schedule, weekday, minute, minute + :length
FROM generate_series(0, 6) weekday, generate_series(0, 1439, :step) minute
"""
OVERRIDES = f"""
WITH dates AS (
    INSERT INTO date_override (schedule_id, on_date)
    SELECT :schedule, current_date + day FROM generate_series(0, {MOST_OVERRIDES - 1}) day RETURNING id
)
INSERT INTO override_window (date_override_id, start_minute, end_minute)
SELECT id, minute, minute + 700 FROM dates, generate_series(0, 720, 720) minute
"""
EVENT_TYPES = """
INSERT INTO event_type (host_id, slug, title, description, duration_minutes, position)
SELECT :host, 'more-' || number, :title, :description, 30, 100 + number FROM generate_series(1, :count) number
"""
BLOCKED = """
INSERT INTO blocked_time (host_id, starts_at, ends_at, note)
SELECT :host, start, start + interval '5 minutes', repeat(:wide, 200)
FROM generate_series(date_trunc('day', now()) + interval '1 day', now() + interval '30 days', interval '10 minutes')
    start LIMIT :count
"""
PUBLISHED = """
INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
SELECT :host, :event_type, start, start + interval '5 minutes', tstzrange(start, start + interval '5 minutes'),
    1000, 'published'
FROM generate_series(date_trunc('day', now()) + interval '1 day', now() + interval '600 days', interval '5 minutes')
    start LIMIT :count
"""
SHUT = """
INSERT INTO blocked_time (host_id, starts_at, ends_at) SELECT :host, now(), now() + interval '1500 days'
"""
# As many meetings as fit, with the longest texts; the last one can still be moved.
BOOKED = """
WITH slots AS (
    INSERT INTO slot (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin)
    SELECT :host, :event_type, start, start + interval '5 minutes', tstzrange(start, start + interval '5 minutes'),
        1, 'schedule'
    FROM generate_series(date_trunc('day', now()) + interval '1 day', now() + make_interval(days => :days),
        interval '5 minutes') start RETURNING id, host_id, busy
), claims AS (
    INSERT INTO claim (slot_id, host_id, busy) SELECT id, host_id, busy FROM slots
), guests AS (
    INSERT INTO guest (host_id, email)
    SELECT :host, 'guest' || number || '@example.net' FROM generate_series(1, :guests) number RETURNING id
), numbered AS (
    SELECT id, row_number() OVER () AS number FROM slots
), people AS (
    SELECT id, row_number() OVER () AS number FROM guests
)
INSERT INTO booking (host_id, guest_id, slot_id, slot_capacity, seat, status, guest_name, subject, notes, time_zone)
SELECT :host, people.id, numbered.id, 1, 1, 'confirmed', repeat(:wide, 120), repeat(:wide, 200), repeat(:wide, 2000),
    'America/St_Johns'
FROM numbered JOIN people ON people.number = 1 + numbered.number % :guests ORDER BY numbered.number
"""
LAST_BOOKING = """
SELECT uid, email FROM booking JOIN guest ON guest.id = guest_id WHERE booking.host_id = :host
ORDER BY booking.id DESC LIMIT 1
"""


FEED = "UPDATE host SET has_public_busy_times = true, about = repeat(:wide, 1000) WHERE id = :host"


@dataclass(frozen=True)
class WorstHosts:
    """`dense` has free times every five minutes and 100 event types, `rare` hours but no time that is long enough,
    `full` nothing but meetings. Each has an event type `worst`. `booking` and `email`: the last one
    of `full`, and who made it."""

    dense: int
    rare: int
    full: int
    booking: uuid.UUID
    email: str


def worst_hosts(build: Build) -> WorstHosts:
    ids = {slug: _host(build, slug) for slug in ("dense", "rare", "full")}
    types = {slug: _event_type(build, host, 480 if slug == "rare" else 5) for slug, host in ids.items()}
    for slug, host in ids.items():
        _run(build, HOURS, schedule=_schedule(build, host), step=60, length=59 if slug == "rare" else 60)
        _run(build, FEED, host=host, wide=WIDE)
    _run(build, OVERRIDES, schedule=_schedule(build, ids["dense"]))
    _run(build, EVENT_TYPES, host=ids["dense"], count=PUBLIC_EVENT_TYPES - 3, title=WIDE * LONGEST_TITLE,
         description=WIDE * LONGEST_DESCRIPTION)  # fmt: skip
    _run(build, BLOCKED, host=ids["dense"], wide=WIDE, count=BLOCKED_TIMES)
    _run(build, PUBLISHED, host=ids["rare"], event_type=types["rare"], count=MOST_PUBLISHED)
    _run(build, SHUT, host=ids["rare"])
    _run(build, BOOKED, host=ids["full"], event_type=types["full"], days=DAYS_BOOKED, guests=GUESTS, wide=WIDE)
    booking, email = build.row(LAST_BOOKING, host=ids["full"])
    return WorstHosts(**ids, booking=booking, email=email)


def _host(build: Build, slug: str) -> int:
    return build.host(slug=slug, name=WIDE * 120, email=f"{slug}@example.org", time_zone="America/St_Johns")


def _event_type(build: Build, host: int, minutes: int) -> int:
    questions = json.dumps([_question(number) for number in range(MOST_QUESTIONS)])
    texts = {"title": WIDE * LONGEST_TITLE, "description": WIDE * LONGEST_DESCRIPTION, "questions": questions}
    rules = {"duration_minutes": minutes, "increment_minutes": 5, "capacity": 1000, "max_per_week": 10_000}
    kept = build.event_type(host, "30min", **texts, **rules)
    build.rows("UPDATE event_type SET slug = 'worst' WHERE id = :id RETURNING id", id=kept)
    return kept


def _question(number: int) -> dict[str, Any]:
    """All questions together are as long as the body of a form can be."""
    options = [f"{number}-{option}" for option in range(MOST_OPTIONS)]
    return {"key": f"q{number}", "label": WIDE * 200, "kind": "select", "required": False, "options": options}


def _schedule(build: Build, host: int) -> int:
    return int(build.row("SELECT id FROM schedule WHERE host_id = :host", host=host)[0])


def _run(build: Build, statement: str, **values: Any) -> None:
    with build.owner.begin() as connection:
        for part in statement.split(";"):
            connection.execute(text(part), {name: values[name] for name in values if f":{name}" in part})
