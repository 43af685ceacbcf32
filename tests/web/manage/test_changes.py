"""Cancelling and rescheduling with the manage link."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from tests.builders import Build, coming
from tests.web.guest.picker import in_month, in_words
from tests.web.pages import Visitor, errors_of
from webapp.domain.actor import GUEST
from webapp.domain.errors import Overloaded
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token

BRITISH = {"Accept-Language": "en-GB"}
OLD, NEW, LAST = (coming(5, 4, 9) + timedelta(days=days) for days in range(3))


@pytest.fixture
def host(build: Build) -> int:
    return build.host(slug="mara", name="Mara Lindqvist", time_zone="America/Los_Angeles")


@pytest.fixture
def booking(build: Build, host: int) -> BookingView:
    slots = build.slots(host, [OLD, NEW, LAST])
    return build.booking(slots[0], name="Ada Example", email="ada@example.org", time_zone="Europe/Lisbon")


@pytest.fixture
def link(app: Flask, booking: BookingView) -> str:
    with app.app_context():
        return f"/manage/{manage_token(booking.uid)}"


def state(build: Build) -> tuple[str, int, datetime]:
    return tuple(build.row("SELECT b.status, b.version, s.starts_at FROM booking b JOIN slot s ON s.id = b.slot_id"))


def events(build: Build) -> list[str]:
    return [row.kind for row in build.rows("SELECT kind FROM outbox_event ORDER BY id")]


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]*)"', page)
    assert found
    return found[1]


def test_cancelling_asks_first(build: Build, visitor: Visitor, link: str) -> None:
    page = visitor.open(f"{link}/cancel", headers=BRITISH).text
    assert "Cancel this meeting?" in page
    assert f"{in_words(OLD)} {OLD.year}" in page
    box = re.search(r'<input[^>]*name="sure"[^>]*>', page)
    assert box
    assert "required" in box[0]
    assert "checked" not in box[0]


def test_a_guest_cancels_with_a_reason(build: Build, visitor: Visitor, link: str) -> None:
    answer = visitor.submit(f"{link}/cancel", sure="y", reason="Ill in bed")
    assert answer.status_code == 303
    assert answer.location == link
    assert state(build)[0] == "cancelled"
    assert tuple(build.row("SELECT cancelled_by, cancel_reason FROM booking")) == ("guest", "Ill in bed")
    page = visitor.open(link).text
    assert "This meeting is cancelled" in page
    assert "Ill in bed" in page
    assert "Book another time" in page


def test_without_the_box_nothing_is_cancelled_and_the_reason_stays(build: Build, visitor: Visitor, link: str) -> None:
    answer = visitor.submit(f"{link}/cancel", reason="Ill in bed")
    assert answer.status_code == 422
    assert "Tick the box" in errors_of(answer)
    assert "Ill in bed</textarea>" in answer.text
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*name="sure"', answer.text)
    assert state(build)[0] == "confirmed"


def test_cancelling_twice_is_harmless_and_told_once(build: Build, visitor: Visitor, link: str) -> None:
    token = token_of(visitor.open(f"{link}/cancel").text)
    for _ in range(2):
        answer = visitor.client.post(f"{link}/cancel", data={"csrf_token": token, "sure": "y"})
        assert (answer.status_code, answer.location) == (303, link)
    assert events(build) == ["booking.confirmed", "booking.cancelled"]
    assert visitor.open(f"{link}/cancel").status_code == 303


def test_a_cancelled_booking_has_a_calendar_file_that_removes_it(visitor: Visitor, link: str) -> None:
    visitor.submit(f"{link}/cancel", sure="y")
    answer = visitor.open(f"{link}/invite.ics")
    assert answer.headers["Content-Type"].endswith("method=CANCEL")
    assert b"STATUS:CANCELLED" in answer.data


def test_the_calendar_for_moving_is_in_the_guests_zone_without_the_present_time(visitor: Visitor, link: str) -> None:
    page = visitor.open(f"{link}/reschedule?{in_month(NEW)}", headers=BRITISH).text
    assert "Present time" in page
    assert "Western European Summer Time (Lisbon)" in page
    assert re.findall(r'<a class="slot"[^>]*><time datetime="([^"]*)">([^<]*)', page) == [(written(NEW), "10:00")]
    assert f"{in_words(OLD)} {OLD.year}, " not in page
    assert f'action="{link}/reschedule"' in page
    assert "hx-push-url" not in page  # a token is no entry for htmx's history


def test_moving_in_another_zone(visitor: Visitor, link: str) -> None:
    page = visitor.open(f"{link}/reschedule?{in_month(NEW)}&zone=Pacific/Auckland", headers=BRITISH).text
    choose = re.search(r'<a class="slot" href="([^"]*)"', page)
    assert choose
    confirm = visitor.open(unescape(choose[1]), headers=BRITISH).text
    assert "New Zealand Standard Time (Auckland)" in confirm
    assert confirm.count("21:00") == 2


def test_a_guest_moves_the_booking(build: Build, visitor: Visitor, link: str) -> None:
    confirm = f"{link}/reschedule/confirm?start={written(NEW)}"
    page = visitor.open(confirm, headers=BRITISH).text
    assert page.index(f"{in_words(OLD)} {OLD.year}") < page.index(f"{in_words(NEW)} {NEW.year}")
    answer = visitor.submit(confirm)
    assert answer.status_code == 303
    assert answer.location == f"{link}?moved=1"
    assert state(build) == ("confirmed", 1, NEW)
    assert events(build) == ["booking.confirmed", "booking.rescheduled"]
    assert "Your meeting is moved" in visitor.open(answer.location).text


@pytest.mark.usefixtures("limits_on")
def test_the_sixth_move_of_a_day_is_refused_in_words(build: Build, visitor: Visitor, link: str) -> None:
    for start in (NEW, LAST, NEW, LAST, NEW):
        assert visitor.submit(f"{link}/reschedule/confirm?start={written(start)}").status_code == 303
    answer = visitor.submit(f"{link}/reschedule/confirm?start={written(LAST)}")
    assert answer.status_code == 429
    assert "ask Mara Lindqvist to move it" in unescape(answer.text)
    assert state(build) == ("confirmed", 5, NEW)


def test_a_double_click_moves_once(build: Build, visitor: Visitor, link: str) -> None:
    token = token_of(visitor.open(f"{link}/reschedule/confirm?start={written(NEW)}").text)
    sent = {"csrf_token": token, "start": written(NEW)}
    answers = [visitor.client.post(f"{link}/reschedule", data=sent).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert events(build) == ["booking.confirmed", "booking.rescheduled"]


def test_a_time_that_is_gone_shows_others_and_the_old_one_stays(
    build: Build, host: int, visitor: Visitor, link: str
) -> None:
    confirm = f"{link}/reschedule/confirm?start={written(NEW)}"
    token = token_of(visitor.open(confirm).text)
    with build.app.app_context():
        bookings.book(build.command(host="mara", event_type="30min", start=NEW), actor=GUEST)
    assert visitor.open(confirm).status_code == 409
    answer = visitor.client.post(f"{link}/reschedule", data={"csrf_token": token, "start": written(NEW)})
    assert answer.status_code == 409
    assert "Your meeting is where it was" in answer.text
    assert re.findall(r'type="radio" name="start" value="([^"]*)"', answer.text) == [written(LAST)]
    assert (
        build.row("SELECT starts_at FROM slot JOIN booking ON slot_id = slot.id WHERE guest_name = 'Ada Example'")[0]
        == OLD
    )
    again = visitor.client.post(f"{link}/reschedule", data={"csrf_token": token, "start": written(LAST)})
    assert again.location == f"{link}?moved=1"


def test_too_busy_to_move_says_so_and_keeps_the_choice(
    monkeypatch: pytest.MonkeyPatch, visitor: Visitor, link: str
) -> None:
    def overloaded(*_: object, **__: object) -> None:
        raise Overloaded

    monkeypatch.setattr(bookings, "reschedule", overloaded)
    answer = visitor.submit(f"{link}/reschedule/confirm?start={written(NEW)}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert written(NEW) in answer.text


def test_what_is_no_longer_offered_cannot_be_moved_but_cancelled(build: Build, visitor: Visitor, link: str) -> None:
    build.rows("UPDATE event_type SET is_active = false RETURNING id")
    page = visitor.open(f"{link}/reschedule")
    assert page.status_code == 200
    assert "This meeting cannot be moved" in page.text
    assert visitor.open(f"{link}/reschedule/confirm?start={written(NEW)}").location == link
    assert visitor.submit(f"{link}/cancel", sure="y").status_code == 303


@pytest.mark.parametrize("start", ["", "soon", "2027-05-05"])
def test_a_start_that_is_none_leads_back_to_the_calendar(build: Build, visitor: Visitor, link: str, start: str) -> None:
    assert visitor.open(f"{link}/reschedule/confirm?start={start}").location == f"{link}/reschedule"
    token = token_of(visitor.open(f"{link}/reschedule/confirm?start={written(NEW)}").text)
    answer = visitor.client.post(f"{link}/reschedule", data={"csrf_token": token, "start": start})
    assert answer.location == f"{link}/reschedule"
    assert state(build) == ("confirmed", 0, OLD)


@pytest.mark.parametrize("path", ["cancel", "reschedule"])
def test_without_its_token_no_form_is_taken(build: Build, visitor: Visitor, link: str, path: str) -> None:
    answer = visitor.client.post(f"{link}/{path}", data={"sure": "y", "start": written(NEW)})
    assert answer.status_code == 400
    assert state(build) == ("confirmed", 0, OLD)


def test_a_hostile_reason_is_text(visitor: Visitor, link: str) -> None:
    visitor.submit(f"{link}/cancel", sure="y", reason="<script>alert(1)</script>")
    page = visitor.open(link).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
