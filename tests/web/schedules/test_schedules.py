"""Named schedules: created empty or as a copy, made the default, deleted if unused."""

from dataclasses import replace
from datetime import date

from tests.builders import Build
from tests.schedule_builders import add_schedule, set_schedule, versions
from tests.web.desk import Desk
from tests.web.pages import errors_of
from tests.web.schedules.test_hours import BOTH
from webapp.services.schedules import schedules
from webapp.services.schedules.content import ScheduleContent

NEW = "/availability/new"


def views(desk: Desk, build: Build) -> list[schedules.ScheduleView]:
    with build.app.app_context():
        return schedules.host_schedules(desk.host_id)


@BOTH
def test_a_new_one_is_empty_in_the_hosts_zone(desk: Desk, build: Build, htmx: bool) -> None:
    answer = desk.post(NEW, htmx=htmx, name="Summer", start="")
    made = views(desk, build)[1]
    assert (answer.headers["HX-Redirect"] if htmx else answer.location) == f"/availability/{made.id}"
    assert made.content == ScheduleContent(name="Summer", time_zone="Europe/Berlin")
    assert not made.is_default


def test_a_copy_is_the_same_but_for_its_name(desk: Desk, build: Build) -> None:
    original = set_schedule(build, desk.host_id, "22:00-02:00", overrides={date(2027, 5, 4): ()}, holiday_country="DE")
    desk.post(NEW, name="Summer", start=str(original))
    default, made = views(desk, build)
    assert made.content == replace(default.content, name="Summer")


def test_another_hosts_schedule_cannot_be_copied(desk: Desk, build: Build) -> None:
    other = set_schedule(build, build.host())
    desk.post(NEW, name="Summer", start=str(other))
    assert views(desk, build)[1].content.weekly_hours == ()


@BOTH
def test_a_name_is_needed_and_not_taken(desk: Desk, build: Build, htmx: bool) -> None:
    before = versions(build)
    for name, words in (("", "fill this in"), ("Working hours", "another schedule of this name")):
        answer = desk.post(NEW, htmx=htmx, name=name, start="")
        assert answer.status_code == 422
        assert words in errors_of(answer)
        assert ("<html" in answer.text) is not htmx
    assert versions(build) == before


def test_another_one_becomes_the_default(desk: Desk, build: Build) -> None:
    evenings = add_schedule(build, desk.host_id)
    assert desk.post(f"/availability/{evenings}/default").status_code == 303
    assert [one.id for one in views(desk, build) if one.is_default] == [evenings]
    assert 'value="18:00"' in desk.open("/availability").text


def test_deleting_asks_first(desk: Desk, build: Build) -> None:
    evenings = add_schedule(build, desk.host_id)
    page = desk.open(f"/availability/{evenings}/delete").text
    assert "Delete “Evenings”?" in page
    assert len(views(desk, build)) == 2
    assert desk.post(f"/availability/{evenings}/delete").location == "/availability"
    assert [one.content.name for one in views(desk, build)] == ["Working hours"]


def test_one_in_use_is_not_deleted_and_the_page_says_what_uses_it(desk: Desk, build: Build) -> None:
    evenings = add_schedule(build, desk.host_id)
    build.event_type(desk.host_id, "60min", schedule_id=evenings, title="Long <talk>")
    default = views(desk, build)[0].id
    for schedule_id, words in ((evenings, "Long &lt;talk&gt;"), (default, "It is the default")):
        url = f"/availability/{schedule_id}/delete"
        asked, refused = desk.open(url), desk.post(url)
        assert (asked.status_code, refused.status_code) == (200, 409)
        for answer in (asked, refused):
            assert words in answer.text
            assert "Delete schedule" not in answer.text
    assert len(views(desk, build)) == 2
