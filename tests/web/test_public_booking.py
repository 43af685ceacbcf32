"""Booking a time by the form: with and without htmx, refused and repeated."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from tests.builders import Build, tomorrow
from tests.web.pages import Visitor, errors_of
from webapp.domain.errors import Overloaded
from webapp.services import bookings
from webapp.services.slot_views import SlotView

HTMX = {"HX-Request": "true"}
TYPED = {"name": "Ada Example", "email": "ada@example.org", "subject": "A beam in the attic", "notes": "Two\nlines"}
HOSTILE = '<script>alert(1)</script>{{7*7}}" onmouseover="x'


def book_url(slot: SlotView, zone: str = "Europe/Lisbon") -> str:
    return f"/mara/30min/book?start={slot.start:%Y-%m-%dT%H:%M:%SZ}&zone={zone}"


def value_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


@pytest.fixture
def mara(build: Build) -> int:
    return build.host(slug="mara", name="Mara Lindqvist", time_zone="Europe/Stockholm")


@pytest.fixture
def slot(build: Build, mara: int) -> SlotView:
    return build.slot(mara, tomorrow(9, days=2))


@pytest.fixture
def form(visitor: Visitor, slot: SlotView) -> dict[str, str]:
    """The form of the slot, filled in, as it would be sent."""
    page = visitor.open(book_url(slot)).text
    return {name: value_of(page, name) for name in ("csrf_token", "start", "zone", "key")} | TYPED


def test_the_form_says_what_is_booked(visitor: Visitor, slot: SlotView) -> None:
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


def test_a_double_click_is_one_booking_and_one_confirmation(
    build: Build, visitor: Visitor, form: dict[str, str]
) -> None:
    first, second = (visitor.client.post("/mara/30min/book", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert build.row("SELECT count(*) FROM booking")[0] == 1
    assert build.row("SELECT count(*) FROM outbox_event")[0] == 1


def test_back_and_other_words_is_no_second_booking(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    visitor.client.post("/mara/30min/book", data=form)
    answer = visitor.client.post("/mara/30min/book", data=form | {"subject": "Another beam"})
    assert answer.status_code == 422
    assert "sent before" in errors_of(answer)
    assert value_of(answer.text, "subject") == "Another beam"
    assert value_of(answer.text, "key") != form["key"]
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_back_to_a_page_asked_for_anew_ends_at_the_same_confirmation(
    build: Build, visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    booked = visitor.client.post("/mara/30min/book", data=form)
    assert visitor.open(book_url(slot)).location == booked.location
    another_key = form | {"key": "6b5e2c9e-3f6a-4f0e-9a4e-0d8f3c1b2a77"}
    assert visitor.client.post("/mara/30min/book", data=another_key).location == booked.location
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_from_one_browser_a_second_guest_is_told_that_the_time_is_gone(visitor: Visitor, form: dict[str, str]) -> None:
    visitor.client.post("/mara/30min/book", data=form)
    other = form | {"key": "6b5e2c9e-3f6a-4f0e-9a4e-0d8f3c1b2a77", "email": "berta@example.org"}
    assert visitor.client.post("/mara/30min/book", data=other).status_code == 409


def test_another_browser_is_told_that_the_time_is_gone(
    another_browser: Callable[[], Visitor], visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    visitor.client.post("/mara/30min/book", data=form)
    assert another_browser().open(book_url(slot)).status_code == 409


def test_after_cancelling_the_time_can_be_booked_again(
    build: Build, visitor: Visitor, slot: SlotView, form: dict[str, str]
) -> None:
    link = visitor.client.post("/mara/30min/book", data=form).location.partition("?")[0]
    visitor.submit(f"{link}/cancel", sure="y")
    again = visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED)
    assert again.location.partition("?")[0] != link
    assert build.row("SELECT count(*) FROM booking")[0] == 2


def test_each_form_has_a_key_of_its_own(visitor: Visitor, slot: SlotView) -> None:
    keys = {value_of(visitor.open(book_url(slot)).text, "key") for _ in range(2)}
    assert len(keys) == 2


def test_a_key_that_is_none_is_replaced(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    answer = visitor.client.post("/mara/30min/book", data=form | {"key": "1' OR 1=1", "name": ""})
    assert re.fullmatch(r"[0-9a-f-]{36}", value_of(answer.text, "key"))


def test_a_second_seat_for_one_guest_is_refused_in_words(build: Build, mara: int, visitor: Visitor) -> None:
    build.event_type(mara, capacity=3)
    group = build.slot(mara, tomorrow(9, days=2), capacity=3)
    statuses = [visitor.submit(book_url(group), action="/mara/30min/book", **TYPED) for _ in range(2)]
    assert [answer.status_code for answer in statuses] == [303, 409]
    assert "You have a seat at this time already" in errors_of(statuses[1])


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


def test_a_robot_sees_a_plausible_page_and_nothing_is_stored(
    build: Build, visitor: Visitor, form: dict[str, str]
) -> None:
    answer = visitor.client.post("/mara/30min/book", data=form | {"website": "https://spam.example"})
    assert answer.status_code == 200
    assert "Thank you" in answer.text
    for table in ("booking", "guest", "outbox_event", "idempotency_key"):
        assert build.row(f"SELECT count(*) FROM {table}")[0] == 0


def test_without_its_token_the_form_is_refused(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    assert visitor.client.post("/mara/30min/book", data=form | {"csrf_token": "x"}).status_code == 400
    assert build.rows("SELECT id FROM booking") == []


def test_looking_changes_nothing(build: Build, visitor: Visitor, slot: SlotView) -> None:
    for method in ("get", "head", "options"):
        getattr(visitor.client, method)(book_url(slot))
    for table in ("booking", "guest", "outbox_event", "idempotency_key", "claim"):
        assert build.row(f"SELECT count(*) FROM {table}")[0] == 0


def test_texts_of_a_guest_are_text(visitor: Visitor, form: dict[str, str]) -> None:
    hostile = {"name": HOSTILE, "subject": HOSTILE, "notes": HOSTILE}
    refused = visitor.client.post("/mara/30min/book", data=form | hostile | {"email": HOSTILE})
    booked = visitor.client.post("/mara/30min/book", data=form | hostile)
    for page in (refused.text, visitor.open(booked.location).text):
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert ' onmouseover="x' not in page
        assert "{{7*7}}" in page


def test_unknown_fields_are_not_applied(build: Build, visitor: Visitor, form: dict[str, str]) -> None:
    more = {"status": "cancelled", "host_id": "7", "id": "1", "end": "2030-01-01T00:00:00Z", "slot_id": "1"}
    assert visitor.client.post("/mara/30min/book", data=form | more).status_code == 303
    assert build.row("SELECT status FROM booking")[0] == "confirmed"


def test_too_many_bookings_from_one_address_are_limited(
    monkeypatch: pytest.MonkeyPatch, app: Flask, visitor: Visitor, form: dict[str, str]
) -> None:
    monkeypatch.setattr(app.extensions["rate_limits"], "is_on", True)
    here, there = {"REMOTE_ADDR": "192.0.2.77"}, {"REMOTE_ADDR": "192.0.2.78"}

    def send(environ: dict[str, str]) -> int:
        return visitor.client.post("/mara/30min/book", data=form | {"name": ""}, environ_base=environ).status_code

    answers = [send(here) for _ in range(130)]  # a minute may end in between
    assert set(answers) == {422, 429}
    assert answers[:60] == [422] * 60
    assert send(there) == 422


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "x" * 300])
def test_an_unknown_zone_becomes_the_hosts(visitor: Visitor, slot: SlotView, zone: str) -> None:
    assert value_of(visitor.open(book_url(slot, zone)).text, "zone") == "Europe/Stockholm"


def test_a_request_that_the_host_must_accept_says_so(build: Build, mara: int, visitor: Visitor, slot: SlotView) -> None:
    build.event_type(mara, requires_confirmation=True)
    answer = visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED)
    assert "Mara Lindqvist has to say yes first" in visitor.open(answer.location).text
