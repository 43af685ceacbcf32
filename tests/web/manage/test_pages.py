"""The manage link: the booking, its calendar file, and rules for all of its pages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from icalendar import Calendar

from tests.builders import Build, coming, tomorrow
from tests.web.guest.picker import in_words
from tests.web.pages import Visitor
from webapp.services.bookings import guest_access
from webapp.services.bookings.view import BookingView
from webapp.services.shared.links import manage_token

BRITISH = {"Accept-Language": "en-GB"}
START = coming(5, 4, 9)
LATER = START + timedelta(days=1)
CONFIRM = f"/reschedule/confirm?start={LATER:%Y-%m-%dT%H:%M:%SZ}"
PAGES = ("", "/cancel", "/reschedule", CONFIRM, "/invite.ics")
EACH_PAGE = pytest.mark.parametrize("path", PAGES, ids=["page", "cancel", "reschedule", "confirm", "file"])


@pytest.fixture
def booking(build: Build) -> BookingView:
    """Guest in Auckland, host in Los Angeles: 09:00 UTC is 22:00 or so here and 01:00 or so there."""
    host = build.host(slug="mara", name="Mara Lindqvist", time_zone="America/Los_Angeles")
    slot, _ = build.slots(host, [START, LATER])
    return build.booking(slot, name="Ada Example", email="ada@example.org", time_zone="Pacific/Auckland")


@pytest.fixture
def link(app: Flask, booking: BookingView) -> str:
    with app.app_context():
        return f"/manage/{manage_token(booking.uid)}"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let the pages of a link believe that it is that time."""

    def move_clock(moment: datetime) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                return moment

        monkeypatch.setattr(guest_access, "datetime", Clock)

    return move_clock


def test_the_page_tells_what_when_and_who(visitor: Visitor, link: str) -> None:
    page = visitor.open(link, headers=BRITISH)
    assert page.status_code == 200
    for words in (
        "Your meeting with Mara Lindqvist",
        f"{in_words(START)} {START.year}",
        "21:00",
        "New Zealand Standard Time (Auckland), GMT+12:00",
    ):
        assert words in page.text
    assert f"For Mara Lindqvist: {in_words(START)}, 02:00 in Los Angeles" in page.text
    assert "Ada Example, ada@example.org" in page.text
    assert page.text.count("<h1") == 1


def test_another_zone_can_be_asked_for(visitor: Visitor, link: str) -> None:
    page = visitor.open(f"{link}?zone=Europe/Lisbon", headers=BRITISH).text
    assert "Western European Summer Time (Lisbon)" in page
    assert f'href="{link}/cancel?zone=Europe/Lisbon"' in page


def test_where_both_clocks_agree_the_host_is_not_mentioned_twice(visitor: Visitor, link: str) -> None:
    assert "For Mara Lindqvist:" not in visitor.open(f"{link}?zone=America/Vancouver").text


@EACH_PAGE
def test_no_page_of_a_link_is_stored_indexed_or_named(visitor: Visitor, link: str, path: str) -> None:
    headers = visitor.open(link + path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"


@EACH_PAGE
def test_a_wrong_token_is_the_same_404_everywhere(visitor: Visitor, link: str, path: str) -> None:
    other = f"/manage/{'A' if link[8] != 'A' else 'B'}{link[9:]}"
    for wrong in (other, "/manage/x", f"{link}x", f"{link[:-2]}"):
        page = visitor.open(wrong + path)
        assert page.status_code == 404
        assert "There is nothing here" in page.text
        assert page.headers["Cache-Control"] == "no-store"


@EACH_PAGE
def test_thirty_days_after_the_meeting_the_link_is_dead(
    visitor: Visitor, booking: BookingView, link: str, at: Callable[[datetime], None], path: str
) -> None:
    at(booking.end + timedelta(days=30))
    assert visitor.open(link).status_code == 200
    at(booking.end + timedelta(days=30, seconds=1))
    assert visitor.open(link + path).status_code == 404


def test_a_meeting_that_is_over_can_be_seen_but_not_changed(
    visitor: Visitor, booking: BookingView, link: str, at: Callable[[datetime], None]
) -> None:
    at(booking.start)
    page = visitor.open(link).text
    assert "This meeting is over" in page
    assert "Book another time" in page
    assert f"{link}/cancel" not in page
    for path in ("/cancel", "/reschedule", CONFIRM):
        answer = visitor.open(link + path)
        assert answer.status_code == 303
        assert answer.location == link


def test_within_the_change_notice_the_host_must_be_asked(
    build: Build, visitor: Visitor, link: str, at: Callable[[datetime], None]
) -> None:
    build.rows("UPDATE event_type SET change_notice_minutes = 60 RETURNING id")
    at(START - timedelta(hours=1))
    page = visitor.open(link).text
    assert "It is too late to change this here" in page
    assert visitor.open(f"{link}/cancel").status_code == 303


def test_the_calendar_file_is_the_invitation(visitor: Visitor, booking: BookingView, link: str) -> None:
    answer = visitor.open(f"{link}/invite.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=REQUEST"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["UID"].startswith(str(booking.uid))
    assert event.decoded("DTSTART") == booking.start


def test_links_to_web_calendars_tell_the_time_and_no_secret(visitor: Visitor, link: str) -> None:
    page = visitor.open(link).text
    links = [tag for tag in re.findall(r"<a [^>]*>", page) if 'href="https://' in tag]
    assert len(links) == 3
    for tag in links:
        assert 'rel="noopener noreferrer"' in tag
        assert link.rpartition("/")[2] not in tag
    google = parse_qs(urlsplit(unescape(links[0].split('href="')[1].split('"')[0])).query)
    assert google["dates"] == [f"{START:%Y%m%d}T090000Z/{START:%Y%m%d}T093000Z"]


def test_a_link_shows_its_own_booking_only(build: Build, app: Flask, visitor: Visitor, link: str) -> None:
    host = build.host(slug="other")
    other = build.booking(build.slot(host, tomorrow(days=3)), name="Berta", email="berta@example.org")
    with app.app_context():
        page = visitor.open(f"/manage/{manage_token(other.uid)}").text
    assert "Berta" in page
    assert "ada@example.org" not in page


def test_looking_changes_nothing(build: Build, visitor: Visitor, link: str) -> None:
    before = build.rows("SELECT status, version, slot_id FROM booking")
    for path in PAGES:
        for method in ("get", "head", "options"):
            getattr(visitor.client, method)(link + path)
    assert build.rows("SELECT status, version, slot_id FROM booking") == before
    assert build.row("SELECT count(*) FROM outbox_event")[0] == 1
