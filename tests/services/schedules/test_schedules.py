"""Schedules: stored as typed, written only if something changes, one default, none deleted while in use."""

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.builders import Build
from tests.domain.availability.builders import day_window, weekly
from tests.examples import examples
from tests.schedule_builders import CONTENTS, add_schedule, content, set_schedule, stored, versions
from webapp.core.extensions import db
from webapp.domain.actor import GUEST, SYSTEM, host_actor
from webapp.domain.availability.windows import Window
from webapp.domain.errors import Forbidden, Invalid, NameTaken, NotFound
from webapp.services.schedules import schedules
from webapp.services.schedules.content import ScheduleContent, checked_schedule
from webapp.services.schedules.schedules import ScheduleInUse

pytestmark = pytest.mark.usefixtures("context")

CHRISTMAS, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 1)


def test_a_new_host_has_a_default_schedule_without_hours(build: Build) -> None:
    host = build.host(time_zone="Asia/Tokyo")
    view = schedules.host_schedule(host)
    assert view.is_default
    assert view.content == ScheduleContent(name="Working hours", time_zone="Asia/Tokyo")


def test_what_is_saved_is_what_is_read(build: Build) -> None:
    host = build.host()
    typed = content(
        "09:00-12:00 13:00-17:00 22:00-02:00",
        week_start=6,
        overrides={CHRISTMAS: (), NEW_YEAR: (day_window("10:00-24:00"), day_window("08:00-09:00"))},
        holiday_country="DE",
        holiday_subdivision="BY",
        holidays_off=frozenset({"Epiphany"}),
    )
    set_schedule(build, host)
    schedules.replace_schedule(typed, host_id=host, actor=host_actor(host))
    read = stored(build, host)
    assert read == replace(typed, overrides={CHRISTMAS: (), NEW_YEAR: typed.overrides[NEW_YEAR][::-1]})


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONTENTS)
def test_saving_what_was_loaded_writes_nothing(build: Build, typed: ScheduleContent) -> None:
    host = build.host()
    actor = host_actor(host)
    schedules.replace_schedule(typed, host_id=host, actor=actor)
    loaded, before = schedules.host_schedule(host).content, versions(build)
    assert loaded == checked_schedule(typed)
    assert schedules.replace_schedule(loaded, host_id=host, actor=actor) is False
    assert versions(build) == before


def test_midnight_may_be_written_in_two_ways(build: Build) -> None:
    host = build.host()
    set_schedule(build, host, "20:00-24:00")
    before = versions(build)
    as_zero = content(weekly_hours=tuple(Window(day, 20 * 60, 0) for day in range(5)))
    assert schedules.replace_schedule(as_zero, host_id=host, actor=host_actor(host)) is False
    assert versions(build) == before
    assert {window.end_minute for window in stored(build, host).weekly_hours} == {1440}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"week_start": 7}, "week_start"),
        ({"weekly_hours": weekly("09:00-12:00 11:00-13:00", "3")}, "weekly_hours.3"),
        ({"weekly_hours": weekly("22:00-02:00 23:00-24:00", "6")}, "weekly_hours.6"),
        ({"weekly_hours": weekly("09:00-12:00 09:00-10:00", "0")}, "weekly_hours.0"),
        ({"overrides": {CHRISTMAS: (day_window("09:00-12:00"), day_window("11:59-13:00"))}}, "overrides.2026-12-24"),
        ({"overrides": {date.fromordinal(number): () for number in range(1, 1002)}}, "weekly_hours"),
        ({"holiday_country": "XX"}, "holidays"),
        ({"holiday_country": "DE", "holiday_subdivision": "CA"}, "holidays"),
        ({"holiday_subdivision": "BY"}, "holidays"),
        ({"holidays_off": frozenset({"x" * 201})}, "holidays"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(build: Build, changes: dict[str, Any], field: str) -> None:
    host = build.host()
    before = versions(build)
    with pytest.raises(Invalid) as refusal:
        schedules.replace_schedule(content(**changes), host_id=host, actor=host_actor(host))
    assert list(refusal.value.errors) == [field]
    assert versions(build) == before


@pytest.mark.parametrize("hours", ["09:00-12:00 12:00-17:00", "22:00-02:00 09:00-10:00", "00:00-24:00", "09:00-09:00"])
def test_touching_windows_nights_and_whole_days_are_fine(build: Build, hours: str) -> None:
    host = build.host()
    set_schedule(build, host, hours, "0123456")
    assert sorted(stored(build, host).weekly_hours, key=repr) == sorted(weekly(hours), key=repr)


def test_a_part_is_changed_from_what_is_stored_at_that_moment(build: Build) -> None:
    host = build.host()
    set_schedule(build, host)
    seen = stored(build, host)
    schedules.revise_schedule(lambda now: replace(now, overrides={CHRISTMAS: ()}), host_id=host, actor=host_actor(host))
    schedules.revise_schedule(
        lambda now: replace(now, weekly_hours=weekly("10:00-11:00", "0")), host_id=host, actor=host_actor(host)
    )
    assert stored(build, host) == replace(seen, overrides={CHRISTMAS: ()}, weekly_hours=weekly("10:00-11:00", "0"))


def test_two_changes_at_once_are_both_kept(build: Build) -> None:
    """Each thread adds a date of its own: without the lock one would overwrite the other."""
    host = build.host()
    set_schedule(build, host)

    def add(day: int) -> None:
        with build.app.app_context():
            schedules.revise_schedule(
                lambda now: replace(now, overrides=dict(now.overrides) | {date(2027, 5, day): ()}),
                host_id=host,
                actor=host_actor(host),
            )
            db.session.remove()

    threads = [threading.Thread(target=add, args=(day,)) for day in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored(build, host).overrides) == [date(2027, 5, day) for day in range(1, 7)]


def test_names_are_unique_per_host(build: Build) -> None:
    host, other = build.host(), build.host()
    add_schedule(build, host, "Evenings")
    add_schedule(build, other, "Evenings")
    with pytest.raises(NameTaken):
        add_schedule(build, host, "Evenings")
    with pytest.raises(NameTaken):
        schedules.replace_schedule(content(name="Evenings"), host_id=host, actor=host_actor(host))
    assert stored(build, host).name == "Working hours"


def test_one_schedule_is_the_default(build: Build) -> None:
    host = build.host()
    evenings = add_schedule(build, host)
    schedules.make_default(evenings, host_id=host, actor=host_actor(host))
    assert [(view.content.name, view.is_default) for view in schedules.host_schedules(host)] == [
        ("Evenings", True),
        ("Working hours", False),
    ]


def test_what_is_in_use_cannot_be_deleted(build: Build) -> None:
    host = build.host()
    actor, default, evenings = host_actor(host), schedules.host_schedule(host).id, add_schedule(build, host)
    build.event_type(host, "60min", schedule_id=evenings)
    with pytest.raises(ScheduleInUse) as in_use:
        schedules.delete_schedule(evenings, host_id=host, actor=actor)
    assert in_use.value.event_types == ("60 minutes",)
    with pytest.raises(ScheduleInUse):
        schedules.delete_schedule(default, host_id=host, actor=actor)
    build.event_type(host, "60min", schedule_id=None)
    schedules.delete_schedule(evenings, host_id=host, actor=actor)
    assert [view.id for view in schedules.host_schedules(host)] == [default]
    assert build.row("SELECT count(*) FROM weekly_hours WHERE schedule_id = :id", id=evenings)[0] == 0


def test_another_hosts_schedule_is_as_good_as_none(build: Build) -> None:
    host, other = build.host(), build.host()
    mine, actor = schedules.host_schedule(host).id, host_actor(other)
    before = versions(build)
    for attempt in (
        lambda: schedules.replace_schedule(content(), host_id=host, schedule_id=mine, actor=actor),
        lambda: schedules.replace_schedule(content(), host_id=other, schedule_id=mine, actor=actor),
        lambda: schedules.make_default(mine, host_id=other, actor=actor),
        lambda: schedules.delete_schedule(mine, host_id=other, actor=actor),
        lambda: schedules.create_schedule(content(name="New"), host_id=host, actor=actor),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        schedules.replace_schedule(content(), host_id=host, actor=GUEST)
    assert versions(build) == before
    assert schedules.replace_schedule(content(), host_id=host, actor=SYSTEM)
