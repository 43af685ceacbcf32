"""Changes that a host makes or undoes afterwards, with and without JavaScript."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.steps import on_date, text_on
from tests.builders import Build, tomorrow
from webapp.domain.actor import host_actor
from webapp.services.bookings import decisions
from webapp.services.event_types import event_types
from webapp.services.schedules import blocked_times

BERLIN = "Europe/Berlin"
Desk = Callable[..., Page]
BOTH = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False, "viewport": PHONE}], ids=["script", "phone without script"]
)


@BOTH
def test_an_archived_event_type_comes_back(ada: int, desk: Desk, build: Build, options: dict[str, object]) -> None:
    build.booking(build.slot(ada, tomorrow(9)))
    with build.app.app_context():
        event_types.delete_event_type("30min", host_id=ada, actor=host_actor(ada))
    page = desk(**options)
    page.goto("/event-types")
    restore = page.get_by_role("button", name="Restore 30 minutes")
    expect(restore).to_be_hidden()
    page.locator("summary", has_text="Archived").click()
    expect(text_on(page, "1 booking · archived on ")).to_be_visible()
    restore.click()
    expect(text_on(page, "Restored: 30 minutes.")).to_be_visible()
    expect(page.locator(".type").last).to_contain_text("Switched off")
    expect(page.locator("summary", has_text="Archived")).to_have_count(0)


@BOTH
def test_who_came_after_all(ada: int, desk: Desk, build: Build, options: dict[str, object]) -> None:
    booking = build.booking(build.slot(ada, tomorrow(9)), name="Gita Guest")
    build.row(
        "UPDATE slot SET starts_at = moment, ends_at = moment + interval '30 minutes',"
        " busy = tstzrange(moment, moment + interval '30 minutes') FROM (SELECT now() - interval '5 minutes' AS moment)"
        " AS begun RETURNING id"
    )
    with build.app.app_context():
        decisions.mark_no_show(booking.uid, actor=host_actor(ada))
    page = desk(**options)
    page.goto(f"/bookings/{booking.uid}")
    page.get_by_role("button", name="They came after all").click()
    expect(text_on(page, "Noted: Gita Guest came.")).to_be_visible()
    expect(page.locator("#panel").get_by_text("Confirmed", exact=True)).to_be_visible()
    page.get_by_role("button", name="The guest did not come").click()
    expect(page.get_by_role("button", name="They came after all")).to_be_visible()


@BOTH
def test_a_blocked_time_is_changed(ada: int, desk: Desk, build: Build, options: dict[str, object]) -> None:
    start = tomorrow(12, days=9)
    first = on_date(start, BERLIN)
    with build.app.app_context():
        new = blocked_times.NewBlockedTime(start=start, end=start + timedelta(hours=2), note="Dentist")
        blocked_times.block(new, host_id=ada, actor=host_actor(ada))
    page = desk(**options)
    page.goto("/availability/blocked")
    page.get_by_role("link", name="Change").click()
    page.wait_for_url("**/edit*")
    heading = page.get_by_role("heading", name="Change blocked time")
    if options:
        expect(heading).to_be_in_viewport()
    else:
        expect(heading).to_be_focused()
    expect(page.get_by_label("First day")).to_have_value(f"{first}")

    page.get_by_label("Last day").fill(f"{first - timedelta(days=1)}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Last day")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Last day").fill(f"{first + timedelta(days=1)}")
    page.get_by_label("Note").fill("A longer visit")
    page.get_by_role("button", name="Save").click()
    expect(text_on(page, "Saved: ")).to_be_visible()
    expect(text_on(page, "A longer visit")).to_be_visible()
    expect(page).to_have_url(re.compile("/availability/blocked$"))
    expect(page.get_by_role("heading", name="Block time")).to_be_visible()
    row = build.row("SELECT starts_at, ends_at FROM blocked_time")
    assert tuple(row) == (start, start + timedelta(days=1, hours=2))
