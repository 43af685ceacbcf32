"""The same tasks without JavaScript: links, forms and whole pages."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Open
from tests.browser.steps import (
    GITA,
    choose_time,
    clock,
    expect_heading,
    fill_in,
    log_in,
    on_date,
    open_form,
    open_manage_link,
    press_book,
    text_on,
)
from tests.builders import Build, tomorrow
from tests.live import Live

FIRST, MUCH_LATER = tomorrow(10), tomorrow(14, days=40)


def test_a_guest_books_moves_and_cancels(ada: int, open_window: Open, live: Live, build: Build) -> None:
    build.slots(ada, [FIRST, MUCH_LATER])
    gita = open_window(java_script_enabled=False, viewport=PHONE)
    gita.goto("/ada")
    gita.get_by_role("link", name="30 minutes").click()
    expect(text_on(gita, "This is the host's time zone")).to_be_visible()
    gita.get_by_label("Time zone").select_option("Europe/Lisbon")
    gita.get_by_role("button", name="Show in this zone").click()
    choose_time(gita, FIRST)
    fill_in(gita, GITA | {"Subject": ""})
    press_book(gita)
    expect(gita.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    expect(gita.get_by_label("Your name")).to_have_value(GITA["Your name"])
    gita.get_by_label("Subject").fill(GITA["Subject"])
    press_book(gita)
    expect_heading(gita, "You are booked")

    open_manage_link(gita, live, mails=1)
    gita.get_by_role("link", name="Choose another time").click()
    choose_time(gita, MUCH_LATER)
    gita.get_by_role("button", name="Move the meeting").click()
    expect_heading(gita, "Your meeting is moved")
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == MUCH_LATER

    open_manage_link(gita, live, mails=2)
    gita.get_by_role("link", name="Cancel the meeting").click()
    gita.get_by_label("Yes, cancel this meeting").check()
    gita.get_by_role("button", name="Cancel the meeting").click()
    expect_heading(gita, "This meeting is cancelled")
    assert build.row("SELECT status FROM booking").status == "cancelled"


def test_a_time_that_is_taken_meanwhile(ada: int, open_window: Open, build: Build) -> None:
    slot, _ = build.slots(ada, [FIRST, MUCH_LATER])
    gita = open_form(open_window(java_script_enabled=False), FIRST)
    build.booking(slot)
    press_book(gita)
    expect_heading(gita, "Choose another time")
    expect(gita.get_by_label("Subject")).to_have_value(GITA["Subject"])
    gita.get_by_label(clock(MUCH_LATER)).check()
    press_book(gita)
    expect_heading(gita, "You are booked")
    assert build.row("SELECT count(*) FROM slot WHERE status = 'booked'")[0] == 2


def test_two_clicks_are_one_booking(ada: int, open_window: Open, build: Build) -> None:
    build.slots(ada, [FIRST, MUCH_LATER])
    gita = open_form(open_window(java_script_enabled=False), FIRST)
    gita.get_by_role("button", name="Book this time").dblclick()
    expect_heading(gita, "You are booked")
    gita.go_back()  # to the form, which is booked already
    expect_heading(gita, "You are booked")
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_a_host_publishes_and_cancels(ada: int, desk: Callable[..., Page], build: Build) -> None:
    build.booking(build.slot(ada, FIRST), name="Gita Guest")
    page = desk(java_script_enabled=False)
    page.get_by_role("link", name="New slot").click()
    page.get_by_label("Date").fill(f"{on_date(MUCH_LATER, 'Europe/Berlin')}")
    page.get_by_label("Start").fill(clock(MUCH_LATER, "Europe/Berlin"))
    page.get_by_label("15 minutes").check()
    page.get_by_role("button", name="Publish").click()
    expect(text_on(page, "Published: ")).to_be_visible()
    expect(page.get_by_role("link", name="Available")).to_have_count(1)
    assert build.row("SELECT starts_at FROM slot WHERE status = 'available'").starts_at == MUCH_LATER

    page.get_by_role("link", name="Bookings").click()
    page.get_by_role("link", name="Gita Guest").click()
    page.get_by_role("link", name="Cancel meeting").click()
    page.get_by_label("Reason").fill("A cold")
    page.get_by_label("Yes, cancel this meeting").check()
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(text_on(page, "Cancelled. Gita Guest gets a mail.")).to_be_visible()
    assert build.row("SELECT cancel_reason FROM booking").cancel_reason == "A cold"


def test_an_admin_finds_the_menu_on_a_phone(build: Build, open_window: Open, password_hash: str) -> None:
    build.host(email="alma@example.org", password_hash=password_hash, roles=("host", "admin"))
    page = log_in(open_window(java_script_enabled=False, viewport=PHONE), "alma@example.org")
    page.goto("/admin/")
    page.get_by_role("link", name="Bookings", exact=True).click()
    expect_heading(page, "Bookings")
    expect(text_on(page, "switch JavaScript on")).to_be_visible()
    expect(page.get_by_text("With selected:")).to_be_hidden()
