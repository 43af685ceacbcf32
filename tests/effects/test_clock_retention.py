"""RETENTION_DAYS: the worker's clock erases guests that many days after their last meeting."""

import threading
from dataclasses import replace

import pytest
from flask import Flask

from tests.builders import Build, tomorrow
from webapp.effects.clock import PERIODIC_TASKS, Clock, PeriodicTask, forget_guests
from webapp.services.privacy.erase import erase_past_guests

DAYS_AGO = """
    WITH step AS (SELECT make_interval(days => :days) AS wide),
    moved AS (
        UPDATE slot SET starts_at = starts_at - wide, ends_at = ends_at - wide,
            busy = tstzrange(lower(busy) - wide, upper(busy) - wide)
        FROM step WHERE slot.id IN (SELECT slot_id FROM booking JOIN guest g ON g.id = guest_id WHERE email = :email)
        RETURNING slot.id
    )
    UPDATE guest SET created_at = created_at - wide FROM step WHERE email = :email RETURNING guest.id
"""


@pytest.fixture
def guests(build: Build) -> None:
    """Met 40 days ago, met 20 days ago, and one who met 40 days ago and comes again."""
    host = build.host()
    starts = [tomorrow(hour) for hour in (6, 8, 10)]
    for email, slot in zip(("old", "recent", "regular"), build.slots(host, starts), strict=True):
        build.booking(slot, email=f"{email}@example.net")
    for email, days in (("old", 41), ("recent", 21), ("regular", 41)):
        build.row(DAYS_AGO, days=days, email=f"{email}@example.net")
    build.booking(build.slot(host, tomorrow(12)), email="regular@example.net")


def known(build: Build) -> set[str]:
    return {row.email.partition("@")[0] for row in build.rows("SELECT email FROM guest WHERE email LIKE '%.net'")}


@pytest.mark.usefixtures("guests", "context")
def test_only_those_whose_last_meeting_is_long_ago(build: Build) -> None:
    assert erase_past_guests(60) == 0
    assert erase_past_guests(30) == 1
    assert known(build) == {"recent", "regular"}
    assert erase_past_guests(30) == 0
    assert erase_past_guests(10) == 1
    assert known(build) == {"regular"}
    entries = build.rows("SELECT actor_kind FROM audit_entry WHERE action = 'guest.erased'")
    assert [entry.actor_kind for entry in entries] == ["system", "system"]
    assert build.row("SELECT count(*) FROM booking")[0] == 4


@pytest.mark.usefixtures("guests", "context")
@pytest.mark.parametrize(("days", "left"), [(0, {"old", "recent", "regular"}), (30, {"recent", "regular"})])
def test_the_clock_does_it_where_it_is_set(app: Flask, build: Build, days: int, left: set[str]) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, retention_days=days)
    try:
        Clock(app, threading.Event(), (PeriodicTask(forget_guests, 60.0),)).tick()
    finally:
        app.extensions["settings"] = before
    assert known(build) == left
    assert forget_guests in {task.work for task in PERIODIC_TASKS}
