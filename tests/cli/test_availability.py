"""The commands `why` and `slots`."""

import json
from collections.abc import Sequence

import pytest
from click.testing import Result
from flask import Flask

from tests.builders import Build
from webapp.domain.actor import host_actor
from webapp.domain.availability.windows import Window
from webapp.services.schedules.content import ScheduleContent
from webapp.services.schedules.schedules import replace_schedule

pytestmark = pytest.mark.usefixtures("clean")
NOW = "--now=2027-03-01T00:00Z"


@pytest.fixture
def host(app: Flask, build: Build) -> int:
    """New York, open on Mondays from 09:00 to 11:00."""
    host = build.host(slug="ada", time_zone="America/New_York")
    content = ScheduleContent(name="Mondays", time_zone="America/New_York", weekly_hours=(Window(0, 9 * 60, 11 * 60),))
    with app.app_context():
        replace_schedule(content, host_id=host, actor=host_actor(host))
    return host


def run(app: Flask, command: str, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=[command, *arguments])


def lines(app: Flask, arguments: Sequence[str]) -> list[str]:
    result = run(app, "slots", "ada", "60min", *arguments)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_slots_as_of_any_moment_in_any_zone(app: Flask, host: int) -> None:
    dates = ("--from=2027-03-08", "--to=2027-03-15", NOW)
    assert lines(app, dates) == [
        "Mon 2027-03-08 09:00-10:00 -0500",
        "Mon 2027-03-08 10:00-11:00 -0500",
        "Mon 2027-03-15 09:00-10:00 -0400",
        "Mon 2027-03-15 10:00-11:00 -0400",
    ]
    assert lines(app, [*dates, "--zone=Europe/Berlin"])[2] == "Mon 2027-03-15 14:00-15:00 +0100"
    later = "--now=2027-03-08T10:00"  # on the host's clock
    assert len(lines(app, ["--from=2027-03-08", "--to=2027-03-15", later])) == 3


def test_without_dates_a_week_from_then_on(app: Flask, host: int) -> None:
    assert len(lines(app, [NOW])) == 2
    evening = lines(app, ["--now=2027-03-02T00:00Z", "--to=2027-03-05"])  # still Monday in New York
    assert evening == ["Nothing is offered from 2027-03-01 to 2027-03-05 (America/New_York)."]


def test_slots_as_json_lines(app: Flask, host: int) -> None:
    first = json.loads(lines(app, [NOW, "--json"])[0])
    assert first == {"start": "2027-03-01T14:00:00Z", "end": "2027-03-01T15:00:00Z", "seats_left": 1}


def test_seats_are_told_for_groups(app: Flask, host: int, build: Build) -> None:
    build.event_type(host, "60min", capacity=4)
    assert lines(app, [NOW])[0].endswith("  4 of 4 seats")


def test_why(app: Flask, host: int) -> None:
    offered = run(app, "why", "ada", "60min", "2027-03-08T09:00", NOW)
    assert "It is offered." in offered.output
    assert "Eastern Standard Time (New York), GMT-05:00" in offered.output
    refused = run(app, "why", "ada", "60min", "2027-03-08T20:00Z", NOW).output
    assert "hours       Outside the hours" in refused
    assert "It is offered." not in refused


def test_looking_changes_nothing(app: Flask, host: int, build: Build) -> None:
    count = "SELECT (SELECT count(*) FROM slot), (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM booking)"
    before = build.row(count)
    run(app, "slots", "ada", "60min", NOW)
    run(app, "why", "ada", "60min", "2027-03-08T09:00")
    assert build.row(count) == before


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("why", ("ada", "none", "2027-03-08T09:00"), "There is no event type /ada/none."),
        ("why", ("ada", "60min", "soon"), "START: Must be a moment"),
        ("why", ("ada", "60min", "2027-03-14T02:30"), "Clocks in America/New_York skip this time."),
        ("why", ("ada", "60min", "9999-12-31T23:59"), "START: Must be a year"),
        ("slots", ("ada", "60min", "--from=x"), "--from: Must be a date"),
        ("slots", ("ada", "60min", "--to=0001-01-01"), "--to: Must be a year"),
        ("slots", ("ada", "60min", "--from=2027-03-08", "--to=2027-03-07"), "--to: Must be on or after"),
        ("slots", ("ada", "60min", "--zone=Nowhere"), "--zone: Must be an IANA zone"),
        ("slots", ("ada", "60min", "--now=x"), "--now: Must be a moment"),
    ],
)
def test_faults_are_told_in_one_line(
    app: Flask, host: int, command: str, arguments: Sequence[str], message: str
) -> None:
    result = run(app, command, *arguments)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
