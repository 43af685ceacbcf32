"""Invitations: valid by the RFCs, without injection, and a calendar ends in the same state as the database."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import icalendar
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.ical.ics_rules import faults, parsed, unfolded, values
from webapp.core.extensions import site
from webapp.domain.bookings import Audience, BookingStatus
from webapp.services.bookings.view import BookingView
from webapp.services.ical.invitations import Method, invitation

START = datetime(2027, 5, 4, 8, 0, tzinfo=UTC)
PAYLOADS = [
    "Ada Lovelace",
    "Zażółć Gęślą",
    "李 小龍",
    "عمر خيام",
    "👩🏽‍💻 Dev",
    'Quote "Q" ^n ^\' \\n \\; , ; :',
    "x\r\nATTACH:https://evil.example\r\nX-A:b",
    "x\nEND:VEVENT\nBEGIN:VALARM",
    "nul\x00 bell\x07 line\u2028sep \u202ertl",
    "ü" * 200,
]


def view(**changes: object) -> BookingView:
    values = {
        "id": 1, "uid": uuid.uuid4(), "status": BookingStatus.CONFIRMED, "version": 0, "start": START,
        "end": START + timedelta(minutes=30), "subject": "Plans", "notes": "", "answers": {}, "created_at": START,
        "cancelled_at": None, "cancelled_by": None, "cancel_reason": None, "guest_name": "Gita Guest",
        "guest_email": "gita@example.net", "guest_time_zone": "Europe/Lisbon", "guest_locale": "en", "host_id": 1,
        "host_slug": "ada", "host_name": "Ada Host", "host_email": "ada@example.org",
        "host_time_zone": "Europe/Berlin", "host_locale": "en", "event_type_id": 1, "event_type_slug": "30min",
        "event_type_title": "30 minutes", "slot_id": 1, "slot_public_id": uuid.uuid4(),
        "location": "", "is_guest_location": False, "needs_link": False, "awaits_guest": False,
        "expires_at": None, "change_notice_minutes": 0, "reminder_minutes": (), "has_follow_up": False,
        "questions": (),
    }  # fmt: skip
    return BookingView(**values | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("text", PAYLOADS)
def test_every_text_makes_a_message_by_the_rules(app: Flask, text: str, method: Method, audience: Audience) -> None:
    booking = view(guest_name=text, subject=text, notes=text, host_name=text, event_type_title=text)
    assert faults(invitation(booking, method=method, audience=audience), str(method)) == []


@given(text=st.text(max_size=300))
@settings(deadline=None, max_examples=60)
def test_any_text_at_all_makes_a_message_by_the_rules(app: Flask, text: str) -> None:
    booking = view(guest_name=text, subject=text, notes=text, host_name=text, event_type_title=text)
    content = invitation(booking, method=Method.REQUEST, audience=Audience.HOST)
    assert faults(content, "REQUEST") == []


def test_facts_of_the_booking(app: Flask) -> None:
    booking = view(version=3)
    stamp = datetime(2027, 1, 1, 12, tzinfo=UTC)
    found = values(invitation(booking, method=Method.REQUEST, audience=Audience.GUEST, stamp=stamp))
    assert found["UID"] == f"{booking.uid}@localhost"
    assert (found["DTSTART"], found["DTEND"]) == ("20270504T080000Z", "20270504T083000Z")
    assert (found["SEQUENCE"], found["DTSTAMP"], found["STATUS"]) == ("3", "20270101T120000Z", "CONFIRMED")
    assert found["ORGANIZER"] == "mailto:no-reply@localhost"


def test_the_guests_copy_has_the_name_of_the_host_and_not_the_address(app: Flask) -> None:
    lines = unfolded(invitation(view(), method=Method.REQUEST, audience=Audience.GUEST))
    (organizer,) = [line for line in map(parsed, lines) if line.name == "ORGANIZER"]
    assert organizer.parameters == {"CN": "Ada Host"}
    assert "ada@example.org" not in "".join(lines)


def test_the_hosts_copy_comes_from_the_instance_to_the_host_first(app: Flask) -> None:
    lines = [parsed(line) for line in unfolded(invitation(view(), method=Method.REQUEST, audience=Audience.HOST))]
    (organizer,) = [line for line in lines if line.name == "ORGANIZER"]
    assert (organizer.value, organizer.parameters) == ("mailto:no-reply@localhost", {"CN": "Openslot"})
    host, guest = [line for line in lines if line.name == "ATTENDEE"]
    assert (host.value, guest.value) == ("mailto:ada@example.org", "mailto:gita@example.net")
    assert host.parameters == {"CN": "Ada Host", "PARTSTAT": "ACCEPTED", "ROLE": "CHAIR", "RSVP": "FALSE"}


@pytest.mark.parametrize("address", ["per%63ent@example.net", "what?cc=boss@example.net", "jo#sé&co@example.net"])
@pytest.mark.parametrize("audience", Audience)
def test_an_address_is_read_back_as_it_is(app: Flask, address: str, audience: Audience) -> None:
    booking = view(guest_email=address, host_email=address.replace("example.net", "example.org"))
    content = invitation(booking, method=Method.REQUEST, audience=audience)
    assert faults(content, "REQUEST") == []
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    attendees = event["ATTENDEE"]
    uris = [urlsplit(uri) for uri in ([attendees] if isinstance(attendees, str) else attendees)]
    hosts = {booking.host_email} if audience is Audience.HOST else set()
    assert {unquote(uri.path) for uri in uris} == {booking.guest_email, *hosts}
    assert {(uri.query, uri.fragment) for uri in uris} == {("", "")}


def test_the_guests_copy_has_no_word_of_whoever_booked(app: Flask) -> None:
    booking = view(guest_name="Spam name", subject="Spam subject", notes="Spam notes")
    copy = invitation(booking, method=Method.REQUEST, audience=Audience.GUEST).decode()
    assert "Spam" not in copy
    assert "/manage/" in "".join(unfolded(copy.encode()))


def test_the_hosts_copy_tells_who_and_why_and_has_no_manage_link(app: Flask) -> None:
    booking = view(notes="Line one\nLine two")
    lines = unfolded(invitation(booking, method=Method.REQUEST, audience=Audience.HOST))
    found = {line.name: line for line in map(parsed, lines)}
    assert found["SUMMARY"].value == "Gita Guest: Plans"
    assert "Line one\\nLine two" in found["DESCRIPTION"].value
    assert found["URL"].value == f"http://localhost/bookings/{booking.uid}"
    assert "/manage/" not in "".join(lines)


def test_a_host_whose_own_mailbox_sends_the_mail_is_not_their_own_organizer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers who let nobody send but from the mailbox that logs in: a host alone on an instance."""
    monkeypatch.setattr(site, "sender_email", "Ada@example.org")
    content = invitation(view(), method=Method.REQUEST, audience=Audience.HOST)
    assert faults(content, "REQUEST") == []
    assert values(content)["ORGANIZER"] == "mailto:no-reply@localhost"
    assert values(invitation(view(), method=Method.REQUEST, audience=Audience.GUEST))["ORGANIZER"] == (
        "mailto:no-reply@localhost"
    )


# -- A calendar that keeps to RFC 5546: 2.1.5, the higher SEQUENCE wins, then the later DTSTAMP; 3.2.2 and 3.2.5, a
# message is the organizer's to attendees, so that calendars take none to the organizer, nor one to nobody invited.


@dataclass
class Calendar:
    owner: str
    entries: dict[str, tuple[tuple[int, str], str, str]] = field(default_factory=dict)

    def receive(self, content: bytes) -> None:
        found = values(content)
        attendees = {line.value for line in map(parsed, unfolded(content)) if line.name == "ATTENDEE"}
        if found["ORGANIZER"] == self.owner or self.owner not in attendees:
            return
        order = (int(found["SEQUENCE"]), found["DTSTAMP"])
        known = self.entries.get(found["UID"])
        if known is None or order > known[0]:
            state = "cancelled" if found["METHOD"] == "CANCEL" else "confirmed"
            self.entries[found["UID"]] = (order, state, found["DTSTART"])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[BookingView], list[int]]:
    """All versions of one booking, oldest first, and an order in which their messages arrive, some twice."""
    moves = draw(st.lists(st.integers(1, 500), max_size=4))
    versions = [view()]
    for hours in moves:
        start = START + timedelta(hours=hours)
        end = start + timedelta(minutes=30)
        versions.append(replace(versions[-1], version=len(versions), start=start, end=end))
    if draw(st.booleans()):
        versions.append(replace(versions[-1], version=len(versions), status=BookingStatus.CANCELLED))
    arrivals = draw(st.permutations([*range(len(versions)), *draw(st.lists(st.integers(0, len(versions) - 1)))]))
    return versions, list(arrivals)


def received(
    history: tuple[list[BookingView], list[int]], *, audience: Audience = Audience.GUEST, sequence: int | None = None
) -> tuple[str, str]:
    versions, arrivals = history
    calendar = Calendar("mailto:gita@example.net" if audience is Audience.GUEST else "mailto:ada@example.org")
    for number in arrivals:
        told = versions[number] if sequence is None else replace(versions[number], version=sequence)
        method = Method.CANCEL if told.status is BookingStatus.CANCELLED else Method.REQUEST
        calendar.receive(invitation(told, method=method, audience=audience, stamp=START))
    ((_, state, start),) = calendar.entries.values()
    return state, start


def in_the_database(versions: list[BookingView]) -> tuple[str, str]:
    return str(versions[-1].status), versions[-1].start.strftime("%Y%m%dT%H%M%SZ")


@given(history=histories())
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_the_calendar_ends_as_the_database(
    app: Flask, history: tuple[list[BookingView], list[int]]
) -> None:
    for audience in Audience:
        assert received(history, audience=audience) == in_the_database(history[0])


def test_the_model_sees_a_sequence_that_stands_still(app: Flask) -> None:
    moved = replace(first := view(), version=1, start=START + timedelta(hours=1), end=START + timedelta(hours=2))
    backwards = ([first, moved], [1, 0])
    assert received(backwards) == in_the_database(backwards[0])
    assert received(backwards, sequence=0) == in_the_database(backwards[0])
    forwards = ([first, moved], [0, 1])
    assert received(forwards, sequence=0) != in_the_database(forwards[0])
