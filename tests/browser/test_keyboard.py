"""Complete tasks with the keyboard alone: no clicks, and focus is always where the next step is."""

import re
from collections.abc import Callable
from datetime import timedelta
from re import Pattern

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import GITA, day_link, expect_heading, expect_said, is_in_sight, on_date, time_link
from tests.builders import Build, tomorrow

FIRST, MUCH_LATER = tomorrow(10), tomorrow(14, days=40)
MOST_STEPS = 80


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus."""
    target.wait_for()
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not get to {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def test_a_guest_books(ada: int, guest: Page, build: Build) -> None:
    build.slots(ada, [FIRST, MUCH_LATER, MUCH_LATER + timedelta(hours=1)])
    guest.goto("/ada")
    guest.keyboard.press("Tab")
    expect(guest.get_by_role("link", name="Skip to the content")).to_be_focused()
    guest.keyboard.press("Enter")
    expect(guest.locator("#main")).to_be_focused()
    press(guest, guest.get_by_role("link", name="30 minutes"))
    guest.wait_for_url("**zone=*")
    find_a_time(guest)
    fill_in_the_form(guest)
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == MUCH_LATER


def find_a_time(guest: Page) -> None:
    """Turning the months keeps the focus on the turning, choosing a day leads it to the times."""
    day = on_date(MUCH_LATER)
    tab_to(guest, guest.locator("#turn-next"))
    while not is_in_sight(guest, day):
        shown = guest.locator("#month-label").inner_text()
        guest.keyboard.press("Enter")
        expect(guest.locator("#month-label")).not_to_have_text(shown)
        expect(guest.locator("#turn-next")).to_be_focused()
    press(guest, day_link(guest, day))
    expect(guest.locator("#slots-heading")).to_be_focused()
    expect_said(guest, "2 times on ")
    expect_said(guest, str(day.day))
    press(guest, time_link(guest, MUCH_LATER))
    expect_heading(guest, "Your details")


def fill_in_the_form(guest: Page) -> None:
    """What is wrong gets the focus, and says why."""
    name, email = guest.get_by_label("Your name"), guest.get_by_label("E-mail")
    tab_to(guest, name)
    guest.keyboard.type(GITA["Your name"])
    tab_to(guest, email)
    guest.keyboard.type("gita at example")
    tab_to(guest, guest.get_by_label("Subject"))
    guest.keyboard.type(GITA["Subject"])
    guest.keyboard.press("Enter")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(email_problem(guest))
    guest.keyboard.press("Control+A")
    guest.keyboard.type(GITA["E-mail"])
    press(guest, guest.get_by_role("button", name="Book this time"), "Space")
    expect_heading(guest, "You are booked")


def email_problem(page: Page) -> Pattern[str]:
    return re.compile(re.escape(page.locator("#email-error").inner_text()))


def test_a_guest_changes_the_zone(ada: int, guest: Page, build: Build) -> None:
    build.slot(ada, FIRST)
    guest.goto(f"/ada/30min?zone=UTC&day={on_date(FIRST)}")
    zones = guest.get_by_label("Time zone")
    tab_to(guest, zones)
    before = zones.input_value()
    guest.keyboard.press("ArrowUp")
    guest.wait_for_url(lambda url: "zone=UTC" not in url)
    assert zones.input_value() != before
    expect(zones).to_be_focused()
    expect_said(guest, "One time on ")


def test_a_host_publishes_and_cancels(ada: int, desk: Callable[..., Page], build: Build) -> None:
    build.booking(build.slot(ada, FIRST, 60), name="Gita Guest")
    page = desk()
    page.goto(f"/calendar?on={on_date(FIRST)}")
    new = page.locator("#calendar-new")
    press(page, new)
    expect(page.locator("#panel-heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel-heading")).to_have_count(0)
    expect(new).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-heading")).to_be_focused()
    press(page, page.get_by_role("button", name="Publish"))
    expect_said(page, "Published: ")
    assert build.row("SELECT count(*) FROM slot WHERE status = 'available'")[0] == 1

    page.goto(f"/calendar?on={on_date(FIRST)}")
    press(page, page.get_by_role("link", name="Booked, Gita Guest"))
    expect(page.locator("#panel-heading")).to_be_focused()
    press(page, page.get_by_role("link", name="Cancel meeting"))
    expect(page.locator("#panel-heading")).to_have_text("Cancel this meeting?")
    sure = page.get_by_label("Yes, cancel this meeting")
    press(page, page.get_by_role("button", name="Cancel the meeting"))
    expect(sure).to_be_focused()
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Cancel the meeting"))
    expect_said(page, "Cancelled.")
    expect(page.get_by_role("link", name="Booked, Gita Guest")).to_have_count(0)
    assert build.row("SELECT status FROM booking").status == "cancelled"
