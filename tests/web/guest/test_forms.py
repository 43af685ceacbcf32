"""Questions, groups, booking requests and single-use links, on the guest's pages."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import Build, tomorrow
from tests.web.pages import Visitor, errors_of
from webapp.domain.actor import host_actor
from webapp.services.event_types import single_use_links

HTMX = {"HX-Request": "true"}
TYPED = {"name": "Ada Example", "email": "ada@example.org", "subject": "A beam in the attic"}
START, LATER, LAST = (tomorrow(hour, days=2) for hour in (9, 11, 15))
QUESTIONS = [
    {"key": "level", "label": "Your level", "kind": "select", "required": True, "options": ["New", "Old hand"]},
    {"key": "why", "label": "Why?", "kind": "textarea", "required": False, "options": []},
    {"key": "tel", "label": "Your phone", "kind": "phone", "required": True, "options": []},
    {"key": "rules", "label": "I know the rules", "kind": "checkbox", "required": True, "options": []},
    {"key": "shoe", "label": "Shoe size", "kind": "text", "required": False, "options": []},
]
ANSWERS = {"answer-level": "Old hand", "answer-why": "So\nthat", "answer-tel": "+49 30 1234567", "answer-rules": "y"}


@pytest.fixture
def mara(build: Build) -> int:
    mara = build.host(slug="mara", name="Mara Lindqvist", time_zone="Europe/Stockholm")
    build.slots(mara, [START, LATER])
    return mara


@pytest.fixture
def asking(build: Build, mara: int) -> int:
    questions = json.dumps(QUESTIONS)
    build.rows("UPDATE event_type SET questions = CAST(:questions AS jsonb) RETURNING id", questions=questions)
    return mara


def url_at(start: datetime = START) -> str:
    return f"/mara/30min/book?start={start:%Y-%m-%dT%H:%M:%SZ}&zone=Europe/Lisbon"


def send(visitor: Visitor, start: datetime = START, **typed: Any) -> TestResponse:
    return visitor.submit(url_at(start), action="/mara/30min/book", **TYPED | typed)


def test_every_question_has_a_field_of_its_kind(visitor: Visitor, asking: int) -> None:
    page = visitor.open(url_at()).text
    for key, question in ((one["key"], one) for one in QUESTIONS):
        assert re.search(rf'<label[^>]* for="answer-{key}"', page), key
        assert str(question["label"]) in page
    assert re.search(r'<select[^>]* id="answer-level"', page)
    assert '<option value="Old hand">Old hand</option>' in page
    assert re.search(r'<textarea[^>]* id="answer-why"', page)
    assert re.search(r'<input[^>]* type="tel"', page)
    assert re.search(r'<input[^>]* id="answer-rules"[^>]* type="checkbox"', page)


def test_answers_are_kept_with_the_booking_and_shown(visitor: Visitor, asking: int, build: Build) -> None:
    answer = send(visitor, **ANSWERS)
    assert answer.status_code == 303
    stored = build.row("SELECT answers FROM booking")[0]
    assert stored == {"level": "Old hand", "why": "So\nthat", "tel": "+49 30 1234567", "rules": True}
    page = visitor.open(answer.location).text
    assert re.search(r"Your level</dt><dd[^>]*>Old hand</dd>", page)
    assert re.search(r"I know the rules</dt><dd[^>]*>Yes</dd>", page)
    assert "Shoe size" not in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_must_be_answered_is_said_at_its_field(
    visitor: Visitor, asking: int, build: Build, headers: dict[str, str]
) -> None:
    page = visitor.open(url_at()).text
    hidden = dict(re.findall(r'<input[^>]*name="(csrf_token|start|zone|key)"[^>]*value="([^"]*)"', page))
    wrong = {"answer-level": "Forged", "answer-tel": "call me", "answer-why": "Kept", "answer-shoe": "42"}
    answer = visitor.client.post("/mara/30min/book", data=hidden | TYPED | wrong, headers=headers)
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not bool(headers)
    for key in ("level", "tel", "rules"):
        assert f'id="answer-{key}-error"' in answer.text, key
    assert "phone number such as" in errors_of(answer)
    assert re.search(r'<textarea[^>]* id="answer-why"[^>]*>\s*Kept</textarea>', answer.text)
    assert 'value="42"' in answer.text
    assert build.rows("SELECT id FROM booking") == []


def test_answers_are_kept_when_the_time_is_gone(visitor: Visitor, asking: int, build: Build) -> None:
    page = visitor.open(url_at()).text
    hidden = dict(re.findall(r'<input[^>]*name="(csrf_token|start|zone|key)"[^>]*value="([^"]*)"', page))
    build.row("UPDATE event_type SET questions = '[]' WHERE slug = '30min' RETURNING id")
    Visitor(build.app.test_client()).submit(url_at(), action="/mara/30min/book", **TYPED | {"email": "x@example.org"})
    build.rows("UPDATE event_type SET questions = CAST(:q AS jsonb) RETURNING id", q=json.dumps(QUESTIONS))
    answer = visitor.client.post("/mara/30min/book", data=hidden | TYPED | ANSWERS)
    assert answer.status_code == 409
    assert re.search(r'<option selected value="Old hand">|<option value="Old hand" selected>', answer.text)
    assert 'value="+49 30 1234567"' in answer.text


def test_the_guest_says_where(visitor: Visitor, mara: int, build: Build) -> None:
    build.event_type(mara, location_kind="ask")
    refused = send(visitor)
    assert refused.status_code == 422
    assert 'id="location-error"' in refused.text
    assert send(visitor, location="+46 8 123").status_code == 303
    assert build.row("SELECT location FROM booking")[0] == "+46 8 123"


@pytest.mark.parametrize(
    ("kind", "detail", "before"),
    [
        ("place", "Old Mill 7", "Old Mill 7"),
        ("phone", "+46 8 1", "By phone"),
        ("link", "https://meet.example/x", "Online"),
    ],
)
def test_only_an_address_is_public_before_the_booking(
    visitor: Visitor, mara: int, build: Build, kind: str, detail: str, before: str
) -> None:
    build.event_type(mara, location_kind=kind, location_detail=detail)
    page = visitor.open("/mara/30min").text
    assert before in page
    assert (detail in page) is (kind == "place")
    assert detail in visitor.open(send(visitor).location).text


def test_a_request_says_who_confirms_it(visitor: Visitor, mara: int, build: Build) -> None:
    build.event_type(mara, requires_confirmation=True)
    assert "Mara Lindqvist confirms this request" in visitor.open("/mara/30min").text
    assert "Ask for this time" in visitor.open(url_at()).text
    page = visitor.open(send(visitor).location).text
    assert "Requested" in page
    assert "You have asked for this time" in page
    assert "Add to your calendar" not in page, "nothing is agreed yet"


def test_a_group_tells_seats_and_nobodys_name(visitor: Visitor, mara: int, build: Build) -> None:
    build.event_type(mara, capacity=3)
    build.slot(mara, LAST, capacity=3)
    send(visitor, LAST)
    other = Visitor(build.app.test_client())
    page = other.open(f"/mara/30min?day={START:%Y-%m-%d}&zone=UTC").text
    assert "<small>2 seats left</small>" in page
    assert "A group of up to 3" in page
    answer = send(other, LAST, name="Bo Example", email="bo@example.org")
    for shown in (page, other.open(answer.location).text):
        assert "Ada Example" not in shown
        assert "ada@example.org" not in shown


def test_a_hidden_event_type_opens_by_its_address_only(client: FlaskClient, mara: int, build: Build) -> None:
    build.event_type(mara, is_public=False)
    assert "/mara/30min" not in client.get("/mara").text
    assert client.get("/mara/30min").status_code == 200
    assert client.get(url_at()).status_code == 200


@pytest.fixture
def token(build: Build, mara: int) -> str:
    with build.app.app_context():
        return single_use_links.create_link("30min", host_id=mara, actor=host_actor(mara))


def once_at(token: str, start: datetime = START) -> str:
    return f"/once/{token}/book?start={start:%Y-%m-%dT%H:%M:%SZ}&zone=Europe/Lisbon"


def hidden_of(page: TestResponse) -> dict[str, str]:
    return dict(re.findall(r'<input[^>]*name="(csrf_token|start|zone|key)"[^>]*value="([^"]*)"', page.text))


def test_a_single_use_link_books_once(visitor: Visitor, token: str, build: Build) -> None:
    for page in (visitor.open(f"/once/{token}"), visitor.open(once_at(token))):
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert '"/mara/30min' not in page.text
        assert "hx-push-url" not in page.text  # htmx would keep the token in its history
    assert token not in visitor.open("/mara/30min").text + visitor.open(url_at()).text
    first, second = (visitor.client.post(f"/once/{token}/book", data=hidden_of(page) | TYPED) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert build.row("SELECT used_at IS NOT NULL FROM single_use_link")[0]
    again = visitor.open(f"/once/{token}")
    assert again.status_code == visitor.open(once_at(token)).status_code == 410
    assert "This link has been used" in again.text


def test_without_a_time_a_single_use_link_leads_to_its_calendar(visitor: Visitor, token: str) -> None:
    assert visitor.open(f"/once/{token}/book?start=soon").location == f"/once/{token}"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_of_two_guests_with_one_link_the_second_is_told(
    visitor: Visitor, token: str, build: Build, headers: dict[str, str]
) -> None:
    second = Visitor(build.app.test_client())
    hidden = hidden_of(second.open(once_at(token, LATER)))
    first = visitor.client.post(f"/once/{token}/book", data=hidden_of(visitor.open(once_at(token))) | TYPED)
    assert first.status_code == 303
    answer = second.client.post(f"/once/{token}/book", data=hidden | TYPED, headers=headers)
    assert answer.status_code == 410
    assert "This link has been used" in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_looking_at_a_link_does_not_use_it(visitor: Visitor, token: str, build: Build) -> None:
    for _ in range(2):
        visitor.open(f"/once/{token}")
    assert build.row("SELECT used_at FROM single_use_link")[0] is None


def test_an_unknown_link_is_not_found(visitor: Visitor) -> None:
    assert visitor.open("/once/made-up").status_code == 404
