"""Commands report a number or an instant that is out of range, without a traceback."""

import pytest
from flask import Flask

from tests.builders import Build
from tests.cli.test_data import run

pytestmark = pytest.mark.usefixtures("clean")

HUGE = ["9" * 20, str(2**63), "9" * 30, "9" * 5000]
GUESTS = [*(f"{number} 2026-01-01" for number in (*HUGE, "-1", "+1", "1_0", "\u0663")), "1 2026-13-01", "1 99999-01-01"]
EDGES = ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01T00:00", "9999-12-31T23:59", "9" * 30]


@pytest.mark.parametrize("line", GUESTS, ids=range(len(GUESTS)))
def test_who_is_no_guest_is_not_erased_again(app: Flask, line: str) -> None:
    refused = run(app, "erase-again", "-", typed=f"{line}\n")
    assert (refused.exit_code, refused.output) == (1, "Error: FILE: Must be what `erased-guests` has printed.\n")


@pytest.mark.parametrize("days", [*HUGE, "-1", "0"], ids=len)
def test_a_token_is_made_for_no_such_time(app: Flask, build: Build, days: str) -> None:
    build.host(email="ada@example.org")
    refused = run(app, "create-token", "ada@example.org", "--days", days)
    assert refused.exit_code in (1, 2)
    assert "Error: " in refused.output


@pytest.mark.parametrize(
    "command",
    [
        ("resend-mail", "--since"),
        ("slots", "ada", "60min", "--from"),
        ("slots", "ada", "60min", "--now"),
        ("why", "ada", "60min"),
    ],
    ids=" ".join,
)
def test_moments_at_the_edges_of_the_calendar_are_answered(app: Flask, build: Build, command: tuple[str, ...]) -> None:
    build.host(slug="ada")
    for moment in EDGES:
        answer = run(app, *command, moment)
        assert answer.exit_code == 0 or "Error: " in answer.output, moment
