"""What is logged about a request, and what is never logged."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.pages import PASSWORD, Visitor
from webapp.core import logs

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Lines:
    """Reads the log lines since the last look."""
    return lambda: [json.loads(line) for line in capfd.readouterr().err.splitlines()]


def test_a_request_is_one_line_with_its_id_and_route(visitor: Visitor, lines: Lines) -> None:
    response = visitor.open("/reset/a-secret-token?next=/x")
    (line,) = lines()
    assert (line["route"], line["method"], line["status"]) == ("/reset/<token>", "GET", response.status_code)
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert "a-secret-token" not in json.dumps(line)


def test_no_address_and_no_password_is_logged(visitor: Visitor, host: str, lines: Lines) -> None:
    visitor.log_in("nobody@example.org", "a wrong password")
    visitor.submit("/reset", email=host)
    visitor.log_in(host)
    assert visitor.is_logged_in
    text = json.dumps(lines())
    for secret in (host, "nobody@example.org", PASSWORD, "a wrong password"):
        assert secret not in text


@pytest.mark.parametrize(
    ("said", "logged"),
    [("mail to ada@example.org failed", "mail to *** failed"),
     ("Key (email)=(ada@example.org) exists", "Key (email)=(***) exists"),
     ("<ada@sub.example.org>, b@example.org", "<***>, ***"), ("no address @ all", "no address @ all")],
)  # fmt: skip
def test_addresses_are_hidden(said: str, logged: str) -> None:
    assert logs.hide_addresses(None, "info", {"event": said})["event"] == logged
