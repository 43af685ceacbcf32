"""Demo data: whole, quick, once."""

import pytest

from tests.builders import Build
from webapp.services.demo import make_demo

pytestmark = pytest.mark.usefixtures("context")


def plain(password: str) -> str:
    return password


def test_the_demo_shows_everything_off(build: Build) -> None:
    made = make_demo(plain)
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


def test_the_demo_is_made_once(build: Build) -> None:
    make_demo(plain)
    assert make_demo(plain) == []
    assert build.row("SELECT count(*) FROM host")[0] == 4
