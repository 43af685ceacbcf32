"""The question for somebody whose browser filled in a hidden field."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from webapp.domain.urls import base64url, from_base64url
from webapp.web.honeypot.question import LIFETIME_SECONDS, Question

PATH = "/ada/30min/book"


@pytest.fixture(autouse=True)
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.fixture
def seven() -> Question:
    return Question(3, 4, "")


@pytest.mark.parametrize("typed", ["7", " 7 ", "seven", "Seven.", "SEVEN", "７", "٧", "07"])
def test_it_is_answered_by_a_number_or_a_word(seven: Question, typed: str) -> None:
    assert seven.is_answered_by(typed)


@pytest.mark.parametrize("typed", ["", "8", "eight", "3 + 4", "seventeen", "7.0", "²", "7" * 5000, "\0"])
def test_it_is_not_answered_by_anything_else(seven: Question, typed: str) -> None:
    assert not seven.is_answered_by(typed)


def test_it_reads_as_words(seven: Question) -> None:
    assert seven.text == "What is three plus four?"


def test_it_is_known_again_by_its_token() -> None:
    question = Question.ask(PATH)
    assert Question.asked(question.token, PATH) == question


def test_of_another_form_it_is_not() -> None:
    assert Question.asked(Question.ask(PATH).token, "/privacy") is None


@pytest.mark.parametrize("junk", ["", "x", "é", "AAAA", "A" * 38, "A" * 5000])
def test_what_is_no_token_is_not_known(junk: str) -> None:
    assert Question.asked(junk, PATH) is None


def test_other_numbers_are_not_known() -> None:
    raw = from_base64url(Question.ask(PATH).token)
    assert raw
    assert Question.asked(base64url(raw[:5] + bytes((0, 0)) + raw[7:]), PATH) is None


def test_it_is_forgotten_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    question, later = Question.ask(PATH), time.time() + LIFETIME_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert Question.asked(question.token, PATH) is None
