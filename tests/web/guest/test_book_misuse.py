"""Misuse of the booking form by bots and attackers."""

import pytest
from flask import Flask

from tests.builders import Build
from tests.web.guest.typed import HTMX, book_url, value_of
from tests.web.pages import HONEYPOT, Visitor, errors_of, fields_of, sum_asked_in
from webapp.services.slots.views import SlotView

HOSTILE = '<script>alert(1)</script>{{7*7}}" onmouseover="x'


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_filler_is_told_and_what_was_typed_is_kept(
    build: Build, visitor: Visitor, form: dict[str, str], headers: dict[str, str]
) -> None:
    """Nobody is thanked for a booking that is not made: a person answers a question, a robot does not."""
    answer = visitor.client.post("/mara/30min/book", data=form | {HONEYPOT: "https://spam.example"}, headers=headers)
    assert answer.status_code == 422
    assert "People answer this question" in errors_of(answer)
    assert ("<main" in answer.text) is not bool(headers)
    for table in ("booking", "guest", "outbox_event", "idempotency_key"):
        assert build.row(f"SELECT count(*) FROM {table}")[0] == 0
    assert value_of(answer.text, "name") == form["name"]
    assert value_of(answer.text, HONEYPOT) == ""
    fields = fields_of(answer, "/mara/30min/book") | {"notes": "Two", "question_answer": sum_asked_in(answer.text)}
    assert visitor.client.post("/mara/30min/book", data=fields).status_code == 303
    assert build.row("SELECT count(*) FROM booking")[0] == 1


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
