"""Texts of all kinds in a feed: it stays valid and readable."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import Build, tomorrow
from tests.examples import examples
from tests.services.ical.feed_reading import block, feed, the_one
from tests.services.ical.publish_rules import events_of, feed_faults
from webapp.domain.text import flattened
from webapp.services.ical.published import Entry, published_calendar

pytestmark = pytest.mark.usefixtures("context")

HOSTILE = [
    "Zażółć 李 小龍 عمر 👩🏽‍💻",
    'Quote "Q" ^n ^\' \\n \\; , ; :',
    "x\r\nATTACH:https://evil.example\r\nX-A:b",
    "x\nEND:VEVENT\nBEGIN:VALARM",
    "BEGIN:VEVENT",
    "nul\x07 bell line\u2028sep \u202ertl",
    "ü" * 900,
    "a,b;" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_that_is_stored_keeps_the_rules(build: Build, text: str) -> None:
    """Written past the services, as an older rule or an import may have let it in."""
    host = build.host()
    build.event_type(host, "60min", capacity=4)
    build.booking(build.slot(host, tomorrow(9)))
    group = build.slot(host, tomorrow(11), 60)
    build.booking(group)
    build.booking(group)
    block(host, tomorrow(14), tomorrow(15))
    build.rows("UPDATE booking SET guest_name = :text, subject = :text, notes = :text, location = :text, answers ="
               " jsonb_build_object(CAST(:text AS text), CAST(:text AS text)) RETURNING id", text=text)  # fmt: skip
    build.rows("UPDATE event_type SET title = :text RETURNING id", text=text)
    build.rows("UPDATE blocked_time SET note = :text RETURNING id", text=text)
    content = feed(host)
    assert feed_faults(content) == []
    assert len(events_of(content)) == 3
    read = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert len(read) == 3
    assert [part.name for event in read for part in event.subcomponents] == []
    assert str(read[0]["SUMMARY"]) == flattened(f"{text}: {text}")


@given(text=st.text(max_size=200))
@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_at_all_keeps_the_rules(text: str) -> None:
    start = datetime(2027, 5, 4, 8, tzinfo=UTC)
    entry = Entry(
        uid="00000000-0000-4000-8000-000000000000@localhost",
        version=0,
        stamp=start,
        start=start,
        end=start + timedelta(hours=1),
        organizer=("mailto:ada@example.org", text),
        summary=flattened(text),
        description="\n".join(flattened(line) for line in text.splitlines()),
        location=flattened(text),
    )
    assert feed_faults(published_calendar(text, [entry])) == []


def test_a_slot_of_a_thousand_guests_stays_readable(build: Build) -> None:
    host = build.host()
    build.event_type(host, "60min", capacity=1000)
    slot = build.slot(host, tomorrow(14), 60)
    for number in range(30):
        build.booking(slot, notes=f"{number} " + "x" * 1900)
    found = the_one(host)
    assert found["SUMMARY"] == "60 minutes (30/1000)"
    assert len(found["DESCRIPTION"]) < 25_000
    assert found["DESCRIPTION"].endswith(found["URL"])
