"""The command `resend-mail`."""

from collections.abc import Sequence

import pytest
from click.testing import Result
from flask import Flask

from tests.builders import Build, tomorrow
from webapp.core.db import transaction
from webapp.services.mail.dispatch import dispatch_events

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def given_up(app: Flask, build: Build) -> None:
    """Four mails: two refused with 550 just now and two with 554 three hours ago."""
    for slot in build.slots(build.host(), [tomorrow(8), tomorrow(10)]):
        build.booking(slot)
    with app.app_context(), transaction() as session:
        dispatch_events(session)
    build.rows("DELETE FROM delivery WHERE kind LIKE 'reminder.%' RETURNING 1")
    dead = "UPDATE delivery SET status = 'dead', attempts = 1, refused_at = now(), last_error = :error RETURNING 1"
    build.rows(dead, error="550 5.1.1 No such mailbox")
    earlier = "UPDATE delivery SET refused_at = now() - interval '3 hours', last_error = '554 Denied 100%'"
    build.rows(f"{earlier} WHERE booking_id = (SELECT max(id) FROM booking) RETURNING 1")


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["resend-mail", *arguments], input=typed)


def statuses(build: Build) -> list[str]:
    return [row.status for row in build.rows("SELECT status FROM delivery ORDER BY id")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["waiting"] * 4),
        (["--since", "2h"], ["waiting", "waiting", "dead", "dead"]),
        (["--since", "1d", "--reason", "554 denied"], ["dead", "dead", "waiting", "waiting"]),
        (["--reason", "100%"], ["dead", "dead", "waiting", "waiting"]),
        (["--since", "2020-01-01", "--reason", "no%mailbox"], ["dead"] * 4),
        (["--since", "2099-01-01T00:00Z"], ["dead"] * 4),
    ],
)
def test_what_is_meant_goes_out_again(
    app: Flask, build: Build, given_up: None, arguments: Sequence[str], expected: list[str]
) -> None:
    result = run(app, *arguments, typed="y\n")
    assert (result.exit_code, statuses(build)) == (0, expected), result.output
    assert f"Given up: {expected.count('waiting')}" in result.output
    audited = build.row("SELECT count(*) FROM audit_entry WHERE action = 'delivery.replay' AND actor_kind = 'system'")[
        0
    ]
    assert audited == expected.count("waiting")


@pytest.mark.parametrize(("arguments", "typed", "code"), [(["--dry-run"], "", 0), ([], "n\n", 1), ([], "", 1)])
def test_nothing_is_sent_before_a_yes(
    app: Flask, build: Build, given_up: None, arguments: Sequence[str], typed: str, code: int
) -> None:
    result = run(app, *arguments, typed=typed)
    assert (result.exit_code, statuses(build)) == (code, ["dead"] * 4)
    assert "     2  550 5.1.1 No such mailbox" in result.output


def test_without_a_terminal_yes_is_an_option(app: Flask, build: Build, given_up: None) -> None:
    assert "Waiting to be sent: 4" in run(app, "--yes").output
    assert statuses(build) == ["waiting"] * 4


@pytest.mark.parametrize("since", ["yesterday", "2 h", "-1h", "2h30m", "999999d"])
def test_a_time_that_is_none_is_explained(app: Flask, since: str) -> None:
    result = run(app, "--since", since)
    assert result.exit_code == 2
    assert "such as 90m, 2h or 3d" in result.output
