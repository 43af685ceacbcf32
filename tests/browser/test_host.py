"""A host's work in the browser: publish by clicking, view, cancel, move, search; also on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.steps import clock, expect_heading, expect_said, on_date, text_on
from tests.builders import Build, tomorrow

BERLIN = "Europe/Berlin"
MORNING, NOON = tomorrow(9, days=8), tomorrow(11, days=8)
DAY = on_date(MORNING, BERLIN)
Desk = Callable[..., Page]


def test_a_click_on_an_empty_time_publishes_it(desk: Desk, build: Build) -> None:
    page = desk()
    page.goto(f"/calendar?on={DAY}")
    page.locator(f'section[aria-labelledby="day-{DAY}"] a.cell', has_text=clock(MORNING, BERLIN)).click()
    expect(page.get_by_role("heading", name="New slot")).to_be_focused()
    expect(page.get_by_label("Date", exact=True)).to_have_value(f"{DAY}")
    expect(page.get_by_label("Start", exact=True)).to_have_value(clock(MORNING, BERLIN))
    page.get_by_label("60 minutes").check()
    page.get_by_role("button", name="Publish").click()
    expect_said(page, "Published: ")
    slot = page.get_by_role("link", name="Available, ")
    expect(slot).to_have_accessible_name(re.compile(clock(MORNING, BERLIN)))
    assert tuple(build.row("SELECT starts_at, status FROM slot")) == (MORNING, "available")

    # The form is ready for the next one; the same time twice is refused.
    page.get_by_label("Start", exact=True).fill(clock(MORNING, BERLIN))
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_label("Start", exact=True)).to_have_attribute("aria-invalid", "true")
    assert build.row("SELECT count(*) FROM slot")[0] == 1

    slot.click()
    page.get_by_role("link", name="Delete slot").click()
    page.get_by_role("button", name="Delete slot").click()
    expect_said(page, "Deleted: ")
    expect(slot).to_have_count(0)


def test_a_booking_is_moved_and_cancelled(ada: int, desk: Desk, build: Build) -> None:
    slot, _ = build.slots(ada, [MORNING, NOON])
    build.booking(slot, name="Gita Guest", subject="Plans")
    page = desk()
    page.goto(f"/calendar?on={DAY}")
    booking = page.get_by_role("link", name="Booked, Gita Guest")
    booking.click()
    expect(page.get_by_role("heading", name="Gita Guest")).to_be_focused()
    expect(page.locator("#panel").get_by_text("Plans")).to_be_visible()
    page.get_by_role("link", name="Move").click()
    page.get_by_role("radio", name=clock(NOON, BERLIN)).check()
    page.get_by_role("button", name="Move the meeting").click()
    expect_said(page, "Moved to ")
    expect(booking).to_have_accessible_name(re.compile(clock(NOON, BERLIN)))
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == NOON

    page.get_by_role("link", name="Cancel meeting").click()
    page.get_by_label("Reason").fill("A cold")
    page.get_by_label("Yes, cancel this meeting").check()
    page.get_by_role("button", name="Cancel the meeting").click()
    expect_said(page, "Cancelled. Gita Guest gets a mail.")
    expect(booking).to_have_count(0)
    expect(page.get_by_role("link", name="Available, ")).to_have_count(2)
    row = build.row("SELECT status, cancelled_by, cancel_reason FROM booking")
    assert tuple(row) == ("cancelled", "host", "A cold")


def test_many_slots_after_a_look_at_them(ada: int, desk: Desk, build: Build) -> None:
    build.slot(ada, MORNING)
    page = desk()
    page.goto(f"/calendar/slots/many?on={DAY}")
    for name in page.locator("fieldset", has_text="On").get_by_role("checkbox").all():
        name.set_checked(True)
    page.get_by_label("From").fill(clock(MORNING, BERLIN))
    page.get_by_label("To").fill(clock(NOON, BERLIN))
    page.get_by_label("Weeks").fill("1")
    page.get_by_role("button", name="Preview").click()
    expect_heading(page, "27 slots can be published")  # 7 days of 4, one of them taken
    expect(page.locator(".choice-refused")).to_have_count(1)
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_role("button", name="Publish the ticked slots").click()
    expect(text_on(page, "26 slots published.")).to_be_visible()
    assert build.row("SELECT count(*) FROM slot")[0] == 27


def test_bookings_are_found_while_typing(ada: int, desk: Desk, build: Build) -> None:
    for number, name in enumerate(("Gita Guest", "Ravi Raman", "Mia Meyer")):
        build.booking(build.slot(ada, tomorrow(8 + number, days=2)), name=name)
    page = desk()
    page.get_by_role("link", name="Bookings").click()
    rows = page.locator(".booking-row")
    expect(rows).to_have_count(3)
    page.get_by_role("searchbox").press_sequentially("raman")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Ravi Raman")
    expect_said(page, "1 booking")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Cancelled").click()
    expect(page.get_by_role("heading", name="No booking matches")).to_be_visible()


def test_the_same_on_a_phone(ada: int, desk: Desk, build: Build) -> None:
    build.booking(build.slot(ada, NOON), name="Gita Guest")
    page = desk(viewport=PHONE, has_touch=True)
    page.goto(f"/calendar?view=agenda&on={DAY}")
    page.get_by_role("link", name="New slot").tap()
    page.get_by_label("Date", exact=True).fill(f"{DAY}")
    page.get_by_label("Start", exact=True).fill(clock(MORNING, BERLIN))
    page.get_by_role("button", name="Publish").tap()
    expect_said(page, "Published: ")
    expect(page.get_by_role("link", name="Available, ")).to_be_visible()
    page.get_by_role("link", name="Close").tap()
    page.get_by_role("link", name="Booked, Gita Guest").tap()
    page.get_by_role("link", name="Cancel meeting").tap()
    page.get_by_label("Yes, cancel this meeting").check()
    page.get_by_role("button", name="Cancel the meeting").tap()
    expect_said(page, "Cancelled.")
    assert build.row("SELECT status FROM booking").status == "cancelled"
