"""Guests whose browser refuses cookies: every form works; pages that need a login say that they need cookies."""

import time
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.builders import Build, tomorrow
from tests.web.guest.typed import TYPED, book_url, value_of
from tests.web.pages import Visitor, errors_of, fields_of
from webapp.domain.actor import host_actor
from webapp.services.bookings.view import BookingView
from webapp.services.event_types.single_use_links import create_link
from webapp.services.privacy.guests import privacy_token
from webapp.services.shared.links import manage_token
from webapp.services.slots.views import SlotView

EMAIL = "gita@example.net"
LATER = tomorrow(11, days=3)


@pytest.fixture
def visitor(app: Flask, clean: None) -> Visitor:
    return Visitor(app.test_client(use_cookies=False))


@pytest.fixture
def mara(build: Build) -> int:
    return build.host(slug="mara", name="Mara Lindqvist")


@pytest.fixture
def slot(build: Build, mara: int) -> SlotView:
    return build.slots(mara, [tomorrow(9, days=2), LATER])[0]


@pytest.fixture
def booking(build: Build, slot: SlotView) -> BookingView:
    return build.booking(slot, email=EMAIL)


@pytest.fixture
def manage(app: Flask, booking: BookingView) -> str:
    with app.app_context():
        return f"/manage/{manage_token(booking.uid)}"


@pytest.fixture
def privacy(app: Flask, booking: BookingView) -> str:
    with app.app_context():
        return f"/privacy/{privacy_token(booking.uid, EMAIL)}"


def no_cookie(answer: TestResponse) -> TestResponse:
    assert "Set-Cookie" not in answer.headers
    return answer


def test_a_guest_books(build: Build, visitor: Visitor, slot: SlotView) -> None:
    for page in ("/mara", "/mara/30min", book_url(slot)):
        assert no_cookie(visitor.open(page)).status_code == 200
    refused = no_cookie(visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED | {"subject": ""}))
    assert refused.status_code == 422
    answer = visitor.client.post("/mara/30min/book", data=fields_of(refused, "/mara/30min/book") | TYPED)
    assert answer.status_code == 303
    assert "You are booked" in no_cookie(visitor.open(answer.location)).text
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_a_double_click_is_one_booking(build: Build, visitor: Visitor, slot: SlotView) -> None:
    fields = fields_of(visitor.open(book_url(slot)), "/mara/30min/book") | TYPED
    first, second = (visitor.client.post("/mara/30min/book", data=fields) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_back_to_a_page_asked_for_anew_points_to_the_mail(visitor: Visitor, slot: SlotView) -> None:
    """Nothing tells the server that this browser made the booking."""
    visitor.submit(book_url(slot), action="/mara/30min/book", **TYPED)
    page = visitor.open(book_url(slot))
    assert page.status_code == 409
    assert "If you have just booked it yourself, the confirmation is in your mail." in page.text


def test_a_guest_cancels(build: Build, visitor: Visitor, manage: str) -> None:
    for page in ("", "/cancel", "/reschedule"):
        assert no_cookie(visitor.open(manage + page)).status_code == 200
    refused = no_cookie(visitor.submit(f"{manage}/cancel", action=manage, reason="A cold"))
    assert refused.status_code == 422
    fields = fields_of(refused, f"{manage}/cancel") | {"sure": "y", "reason": "A cold"}
    assert no_cookie(visitor.client.post(f"{manage}/cancel", data=fields)).status_code == 303
    assert tuple(build.row("SELECT status, cancel_reason FROM booking")) == ("cancelled", "A cold")


def test_a_guest_moves(build: Build, visitor: Visitor, manage: str) -> None:
    confirm = f"{manage}/reschedule/confirm?start={LATER:%Y-%m-%dT%H:%M:%SZ}"
    assert no_cookie(visitor.submit(confirm, action=manage)).location == f"{manage}?moved=1"
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == LATER


def test_a_guest_asks_for_their_data_and_erases_them(build: Build, visitor: Visitor, privacy: str) -> None:
    assert no_cookie(visitor.submit("/privacy", action="/privacy", email=EMAIL)).location == "/privacy/asked"
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'guest.asked'")[0] == 1
    for page in ("", "/erase"):
        no_cookie(visitor.open(privacy + page))
    assert no_cookie(visitor.submit(f"{privacy}/erase", action=privacy, sure="y")).location == "/privacy/erased"
    assert build.row("SELECT guest_name FROM booking")[0] == "Erased guest"


def test_a_single_use_link_is_used_up(build: Build, visitor: Visitor, mara: int, slot: SlotView) -> None:
    with build.app.app_context():
        link = f"/once/{create_link('30min', host_id=mara, actor=host_actor(mara))}"
    assert no_cookie(visitor.open(link)).status_code == 200
    form = visitor.open(f"{link}/book?start={slot.start:%Y-%m-%dT%H:%M:%SZ}&zone=UTC")
    answer = visitor.client.post(f"{link}/book", data=fields_of(form, f"{link}/book") | TYPED)
    assert answer.status_code == 303
    assert visitor.open(link).status_code == 410
    later = {"start": f"{LATER:%Y-%m-%dT%H:%M:%SZ}", "key": ""}
    again = visitor.client.post(f"{link}/book", data=fields_of(form, f"{link}/book") | TYPED | later)
    assert again.status_code == 410
    assert build.row("SELECT count(*) FROM booking")[0] == 1


FORMS = {
    "book": (lambda links: links["book"], {**TYPED}, "name"),
    "cancel": (lambda links: f"{links['manage']}/cancel", {"sure": "y", "reason": "A cold"}, None),
    "move": (lambda links: links["move"], {}, "start"),
    "ask": (lambda _links: "/privacy", {"email": EMAIL}, "email"),
    "erase": (lambda links: f"{links['privacy']}/erase", {"sure": "y"}, None),
}
Form = tuple[Callable[[dict[str, str]], str], dict[str, str], str | None]


@pytest.fixture
def links(build: Build, mara: int, manage: str, privacy: str) -> dict[str, str]:
    free = build.slot(mara, tomorrow(15, days=4))
    move = f"{manage}/reschedule/confirm?start={LATER:%Y-%m-%dT%H:%M:%SZ}"
    return {"book": book_url(free), "manage": manage, "privacy": privacy, "move": move}


def sent(page: TestResponse, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and with what."""
    target = next(part.split('"')[1] for part in page.text.split("<form")[1:] for part in [part.split("action=", 1)[1]])
    return target, fields_of(page, target) | typed


def state(build: Build) -> list[object]:
    tables = ("booking", "guest", "slot", "outbox_event", "audit_entry", "idempotency_key")
    return [build.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_yesterday_comes_back_with_what_was_typed(
    build: Build, visitor: Visitor, links: dict[str, str], form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, typed, kept = form[0](links), form[1], form[2]
    now = time.time
    with monkeypatch.context() as yesterday:
        yesterday.setattr("webapp.web.shared.form_tokens.time.time", lambda: now() - 25 * 3600)
        target, fields = sent(visitor.open(url), typed)
    before = state(build)
    refused = visitor.client.post(target, data=fields)
    assert refused.status_code == 422
    assert "open for more than a day" in errors_of(refused)
    assert state(build) == before
    if kept:
        assert value_of(refused.text, kept) == fields[kept]
    else:
        assert "A cold" in refused.text or "/erase" in url
    again = visitor.client.post(target, data=sent(refused, typed)[1])
    assert again.status_code == 303
    assert state(build) != before


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_token_of_another_form_is_refused(
    build: Build, visitor: Visitor, links: dict[str, str], form: Form, desk_token: str
) -> None:
    url, typed, _ = form[0](links), form[1], form[2]
    target, fields = sent(visitor.open(url), typed)
    before = state(build)
    others = [sent(visitor.open(other[0](links)), {}) for other in FORMS.values()]
    wrong = [other["csrf_token"] for action, other in others if action.split("?")[0] != target.split("?")[0]]
    own = fields["csrf_token"]
    assert len(wrong) == 4
    for token in [*wrong, "", own[:-1], own + "A", "A" * len(own), own.swapcase(), "é", desk_token]:
        assert visitor.client.post(target, data=fields | {"csrf_token": token}).status_code == 400
    assert state(build) == before


@pytest.fixture
def desk_token(build: Build, password_hash: str) -> str:
    """The token of the session of somebody who is logged in."""
    from tests.web.desk import sit_down

    return sit_down(build, password_hash, slug="other").token


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_from_another_site_nothing_is_taken(
    build: Build, visitor: Visitor, links: dict[str, str], form: Form, headers: dict[str, str]
) -> None:
    target, fields = sent(visitor.open(form[0](links)), form[1])
    before = state(build)
    assert visitor.client.post(target, data=fields, headers=headers).status_code == 403
    assert state(build) == before


@pytest.mark.parametrize("url", ["/login", "/register", "/reset", "/confirm"])
def test_what_needs_cookies_says_so(visitor: Visitor, url: str) -> None:
    answer = visitor.submit(url, action=url, email="ada@example.org", password="x")
    assert answer.status_code == 400
    assert "Allow cookies for this site" in answer.text
    assert "open for too long" not in answer.text
