"""US1. Given a logged-in host, when they submit a slot of 15, 30 or 60 minutes, then it is stored and shown as
`available`. Any other duration: a clear error, nothing stored, unless the host has an event type of that duration."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from tests.builders import Build, tomorrow
from tests.live import Person

START = tomorrow(9)
LOCAL = START.astimezone(ZoneInfo("Europe/Berlin"))
FORM = {"date": f"{LOCAL:%Y-%m-%d}", "time": f"{LOCAL:%H:%M}"}
CALENDAR = f"/calendar?on={LOCAL:%Y-%m-%d}"


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_slot_is_stored_and_shown_as_available(
    minutes: int, host: int, person: Callable[[], Person], build: Build
) -> None:
    # Given a logged-in host
    ada = person()
    ada.log_in("ada@example.org")
    # when they submit a slot
    ada.submit("/calendar/slots/new", action="/calendar/slots/new", duration=str(minutes), **FORM)
    # then it is stored
    slot = build.row("SELECT host_id, starts_at, ends_at - starts_at AS length, status, origin FROM slot")
    assert (slot.host_id, slot.starts_at, slot.length.seconds) == (host, START, minutes * 60)
    assert (slot.status, slot.origin) == ("available", "published")
    # and shown as available, to the host and to guests
    assert "Available" in ada.open(CALENDAR).text
    day = f"{LOCAL:%Y-%m-%d}"
    page = person().open(f"/ada/{minutes}min?zone=Europe/Berlin&month={day[:7]}&day={day}")
    assert f'datetime="{START:%Y-%m-%dT%H:%M}' in page.text or "start=" in page.text


def test_another_duration_is_refused_and_nothing_is_stored(
    host: int, person: Callable[[], Person], build: Build
) -> None:
    ada = person()
    ada.log_in("ada@example.org")
    answer = ada.submit("/calendar/slots/new", action="/calendar/slots/new", duration="45", **FORM)
    assert answer.status_code == 422
    assert "no event type of this duration" in answer.text
    assert FORM["date"] in answer.text
    assert build.rows("SELECT * FROM slot") == []


def test_another_duration_is_accepted_when_there_is_an_event_type_of_it(
    host: int, person: Callable[[], Person], build: Build
) -> None:
    build.event_type(host, "15min", duration_minutes=45)
    ada = person()
    ada.log_in("ada@example.org")
    ada.submit("/calendar/slots/new", action="/calendar/slots/new", duration="45", **FORM)
    assert build.row("SELECT ends_at - starts_at AS length FROM slot").length.seconds == 45 * 60


def test_nobody_publishes_without_logging_in(host: int, person: Callable[[], Person], build: Build) -> None:
    page = person().open("/calendar/slots/new")
    assert "/login" in page.url
    assert build.rows("SELECT * FROM slot") == []
