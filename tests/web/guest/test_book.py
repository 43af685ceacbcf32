"""Booking with the form: with and without htmx, refused, and too late."""

import re

import pytest

from tests.builders import Build, coming, tomorrow
from tests.web.guest.typed import HTMX, TYPED, book_url, value_of
from tests.web.pages import Visitor, errors_of
from webapp.domain.errors import Overloaded
from webapp.services.bookings import bookings
from webapp.services.slots.views import SlotView


def test_the_form_says_what_is_booked(build: Build, visitor: Visitor, mara: int) -> None:
    slot = build.slot(mara, coming(1, 12, 9))
    page = visitor.open(book_url(slot, "Pacific/Auckland"), headers={"Accept-Language": "en-GB"})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-cache"  # back shows the same form, with the same key
    assert "(Auckland), GMT+13:00" in page.text
    assert "For Mara Lindqvist: " in page.text
    assert "10:00 in Stockholm" in page.text
    assert page.text.count("<h1") == 1


def test_every_field_has_its_label(visitor: Visitor, slot: SlotView) -> None:
    page = visitor.open(book_url(slot)).text
    for name in ("name", "email", "subject", "notes"):
        assert f'<label for="{name}">' in page
        assert re.search(rf'<(input|textarea)[^>]* id="{name}"', page)
    assert re.search(r'<input[^>]*autocomplete="email"[^>]*id="email"[^>]*type="email"', page)


def test_a_guest_books_without_javascript(build: Build, visitor: Visitor, slot: SlotView) -> None:
    answer = visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED)
    assert answer.status_code == 303
    assert re.fullmatch(r"/manage/[\w-]{43}\?booked=1", answer.location)
    row = build.row("SELECT guest_name, subject, notes, time_zone, locale, status FROM booking")
    assert tuple(row) == ("Ada Example", "A beam in the attic", "Two\nlines", "Europe/Lisbon", "en", "confirmed")
    page = visitor.open(answer.location).text
    assert "You are booked" in page
    assert "ada@example.org" in page


def test_htmx_is_sent_to_the_confirmation_by_the_browser(visitor: Visitor, form: dict[str, str]) -> None:
    answer = visitor.client.post("/mara/30min/book", data=form, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].startswith("/manage/")
    assert "HX-Push-Url" not in answer.headers


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_invalid_is_said_and_what_was_typed_is_kept(
    build: Build, visitor: Visitor, form: dict[str, str], headers: dict[str, str]
) -> None:
    answer = visitor.client.post("/mara/30min/book", data=form | {"email": "ada", "subject": " "}, headers=headers)
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not bool(headers)
    assert 'id="booking"' in answer.text
    assert value_of(answer.text, "name") == "Ada Example"
    assert value_of(answer.text, "email") == "ada"
    assert value_of(answer.text, "key") == form["key"]
    assert "Two\nlines</textarea>" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert "name@example.org" in errors_of(answer)
    assert re.search(r'aria-describedby="email-error[^"]*"', answer.text)
    assert build.rows("SELECT id FROM booking") == []


def test_all_faults_of_length_and_controls_are_refused(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    bad = {"name": "Ada\u202e", "subject": "x" * 201, "notes": "y" * 2001}
    answer = visitor.client.post("/mara/30min/book", data=form | bad)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 3
    assert build.rows("SELECT id FROM booking") == []


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_time_that_is_gone_offers_others_without_typing_again(
    build: Build, mara: int, visitor: Visitor, slot: SlotView, form: dict[str, str], headers: dict[str, str]
) -> None:
    other = build.slot(mara, tomorrow(11, days=2))
    build.booking(slot)
    answer = visitor.client.post("/mara/30min/book", data=form, headers=headers)
    assert answer.status_code == 409
    assert ("<html" in answer.text) is not bool(headers)
    assert "This time is no longer free" in answer.text
    assert value_of(answer.text, "name") == "Ada Example"
    fresh = re.findall(r'<input type="radio" name="start" value="([^"]*)"', answer.text)
    assert fresh == [f"{other.start:%Y-%m-%dT%H:%M:%SZ}"]
    again = visitor.client.post("/mara/30min/book", data=form | {"start": fresh[0]})
    assert again.status_code == 303
    booked = "SELECT starts_at FROM booking JOIN slot ON slot.id = slot_id WHERE guest_name = 'Ada Example'"
    assert build.row(booked).starts_at == other.start


def test_a_chosen_radio_wins_over_the_time_before(
    build: Build, mara: int, visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    """Both are called start; the browser sends them in the order of the page, and the radios come first."""
    build.slot(mara, tomorrow(11, days=2))
    build.booking(slot)
    page = visitor.client.post("/mara/30min/book", data=form).text
    assert page.rindex('type="radio" name="start"') < page.index('name="start" type="hidden"')


def test_a_link_to_a_time_that_is_gone_shows_others(build: Build, mara: int, visitor: Visitor, slot: SlotView) -> None:
    build.slot(mara, tomorrow(9, days=5))
    build.booking(slot)
    answer = visitor.open(book_url(slot))
    assert answer.status_code == 409
    assert 'type="radio" name="start"' in answer.text
    assert "What you typed" not in answer.text


@pytest.mark.parametrize("start", ["", "2027-01-01", "2027-01-01T10:00:00+02:00", "0000-00-00T00:00:00Z", "x" * 500])
def test_a_start_that_is_none_leads_to_the_calendar(visitor: Visitor, mara: int, start: str) -> None:
    answer = visitor.client.get("/mara/30min/book", query_string={"start": start})
    assert answer.status_code == 303
    assert answer.location == "/mara/30min"


def test_sent_without_a_time_the_form_asks_for_one(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    answer = visitor.client.post("/mara/30min/book", data=form | {"start": "soon"})
    assert answer.status_code == 422
    assert 'type="radio" name="start"' in answer.text
    assert build.rows("SELECT id FROM booking") == []


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_too_busy_keeps_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, visitor: Visitor, form: dict[str, str], headers: dict[str, str]
) -> None:
    def overloaded(*_: object, **__: object) -> None:
        raise Overloaded

    monkeypatch.setattr(bookings, "book", overloaded)
    answer = visitor.client.post("/mara/30min/book", data=form, headers=headers)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers.get("HX-Retarget") == ("#booking" if headers else None)
    assert value_of(answer.text, "subject") == "A beam in the attic"
    assert value_of(answer.text, "key") == form["key"]  # the first try may have come through


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "x" * 300])
def test_an_unknown_zone_becomes_the_hosts(visitor: Visitor, slot: SlotView, zone: str) -> None:
    assert value_of(visitor.open(book_url(slot, zone)).text, "zone") == "Europe/Stockholm"


def test_a_request_that_the_host_must_accept_says_so(build: Build, mara: int, visitor: Visitor, slot: SlotView) -> None:
    build.event_type(mara, requires_confirmation=True)
    answer = visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED)
    assert "Mara Lindqvist has to say yes first" in visitor.open(answer.location).text
