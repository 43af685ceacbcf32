"""US2. Given an available slot, when a guest gives name, e-mail and subject, then the slot is reserved and is
`booked` in the database."""

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from urllib.parse import urljoin

import pytest

from tests.builders import Build, tomorrow
from tests.live import Person
from tests.web.pages import forms_of

GUEST = {"name": "Gita Guest", "email": "gita@example.net", "subject": "First meeting"}


def form_of_first_time(guest: Person, on: datetime) -> str:
    """Click the first time of a day on Ada's page."""
    response = guest.open(f"/ada/30min?zone=Europe/Lisbon&day={on:%Y-%m-%d}")
    link = re.search(r'href="([^"]*/book\?[^"]*)"', response.text)
    assert link, "no time on the page"
    return urljoin(response.url, unescape(link[1]))


def test_a_guest_books_an_available_slot(host: int, person: Callable[[], Person], build: Build) -> None:
    # Given an available slot
    slot = build.slot(host, tomorrow(10))
    guest = person()
    form = form_of_first_time(guest, tomorrow())
    # when a guest gives name, e-mail and subject
    done = guest.submit(form, action="/book", **GUEST)
    # then the slot is reserved and is booked in the database
    assert done.status_code == 200
    assert "/manage/" in done.url
    row = build.row(
        "SELECT s.status AS slot, b.status, b.subject, b.guest_name, g.email, b.time_zone, s.public_id"
        " FROM booking b JOIN slot s ON s.id = b.slot_id JOIN guest g ON g.id = b.guest_id"
    )
    assert (row.slot, row.status, row.public_id) == ("booked", "confirmed", slot.public_id)
    assert (row.guest_name, row.email, row.subject) == tuple(GUEST.values())
    assert row.time_zone == "Europe/Lisbon"
    # and nobody is offered it any more
    assert "/book?" not in person().open(f"/ada/30min?zone=Europe/Lisbon&day={slot.start:%Y-%m-%d}").text


def test_the_form_sent_twice_is_one_booking(host: int, person: Callable[[], Person], build: Build) -> None:
    build.slot(host, tomorrow(10))
    guest = person()
    form = form_of_first_time(guest, tomorrow())
    page = guest.open(form)
    action, fields = next(found for found in forms_of(page.text) if "/book" in found[0])
    answers = [guest.session.post(urljoin(page.url, unescape(action)), data=fields | GUEST) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_a_slot_taken_meanwhile_keeps_what_was_typed_and_shows_fresh_times(
    host: int, person: Callable[[], Person], build: Build
) -> None:
    slot, _ = build.slots(host, [tomorrow(10), tomorrow(11)])
    guest = person()
    form = form_of_first_time(guest, tomorrow())
    page = guest.open(form)
    action, fields = next(found for found in forms_of(page.text) if "/book" in found[0])
    build.booking(slot)
    answer = guest.session.post(urljoin(page.url, unescape(action)), data=fields | GUEST)
    assert answer.status_code == 409
    assert all(value in answer.text for value in GUEST.values())
    assert tomorrow(11).strftime("%Y-%m-%dT%H:%M") in answer.text.replace("%3A", ":")
    assert build.row("SELECT count(*) FROM booking")[0] == 1


@pytest.mark.parametrize("missing", ["name", "email", "subject"])
def test_what_is_missing_is_named_and_nothing_is_lost(
    missing: str, host: int, person: Callable[[], Person], build: Build
) -> None:
    build.slot(host, tomorrow(10))
    guest = person()
    form = form_of_first_time(guest, tomorrow())
    answer = guest.submit(form, action="/book", **GUEST | {missing: ""})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert all(value in answer.text for name, value in GUEST.items() if name != missing)
    assert build.rows("SELECT * FROM booking") == []
