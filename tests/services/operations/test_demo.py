"""Demo data: complete, quick, added once."""

from typing import Any

import pytest

from tests.builders import Build
from webapp.services.operations import demo
from webapp.services.operations.demo import make_demo

pytestmark = pytest.mark.usefixtures("context")


def plain(password: str) -> str:
    return password


def is_same(password: str, kept: str) -> bool:
    return password == kept


def test_the_demo_shows_everything_off(build: Build) -> None:
    made = make_demo(plain, is_same)
    assert [one.role for one in made] == ["host", "host", "host", "admin"]
    assert len({one.password for one in made}) == 4
    zones = build.rows("SELECT time_zone FROM host WHERE slug <> 'demo-admin' ORDER BY id")
    assert [row.time_zone for row in zones] == ["Europe/Berlin", "America/New_York", "Asia/Kolkata"]
    statuses = dict(tuple(row) for row in build.rows("SELECT status, count(*) FROM booking GROUP BY status"))
    assert statuses["pending"] >= 1
    assert statuses["confirmed"] >= 15
    assert build.row("SELECT max(seats_taken) FROM slot WHERE capacity > 1")[0] >= 3
    assert build.row("SELECT count(*) FROM event_type WHERE NOT is_public")[0] == 1
    assert build.row("SELECT count(DISTINCT schedule_id) FROM weekly_hours")[0] == 3


def test_the_demo_is_made_once_and_its_logins_are_told_again(build: Build) -> None:
    made = make_demo(plain, is_same)
    bookings = build.row("SELECT count(*) FROM booking")[0]
    assert make_demo(plain, is_same) == made
    assert build.row("SELECT count(*) FROM host")[0] == 4
    assert build.row("SELECT count(*) FROM booking")[0] == bookings


def test_a_login_that_was_changed_is_not_told(build: Build) -> None:
    first, *others = make_demo(plain, is_same)
    build.row("UPDATE host SET password = 'another' WHERE email = :email RETURNING 1", email=first.email)
    assert make_demo(plain, is_same) == others


def test_an_instance_with_hosts_of_its_own_is_left_alone(build: Build) -> None:
    build.host()
    assert make_demo(plain, is_same) == []


@pytest.mark.parametrize("step", ["create_host", "replace_schedule", "create_event_type", "book"])
@pytest.mark.parametrize("times", [1, 2, 4])
def test_an_interruption_at_any_step_leaves_logins_that_are_told(
    build: Build, monkeypatch: pytest.MonkeyPatch, step: str, times: int
) -> None:
    original, calls = getattr(demo, step), []

    def interrupted(*args: Any, **more: Any) -> Any:
        calls.append(step)
        if len(calls) == times:
            raise KeyboardInterrupt
        return original(*args, **more)

    monkeypatch.setattr(demo, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_demo(plain, is_same)
    monkeypatch.undo()
    made = make_demo(plain, is_same)
    kept = {tuple(row) for row in build.rows("SELECT email, password FROM host")}
    assert {(one.email, one.password) for one in made} == kept
    assert len(kept) == 4
