"""A guest with JavaScript and a mouse or touch: from the host's page to a booking, and cancelling it."""

import re
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.steps import (
    choose_day,
    choose_time,
    clock,
    expect_heading,
    fill_in,
    on_date,
    open_manage_link,
    press_book,
    text_on,
    time_link,
)
from tests.builders import Build, tomorrow
from tests.live import Live

FIRST, SECOND, MUCH_LATER = tomorrow(10), tomorrow(11), tomorrow(14, days=40)


@pytest.fixture(autouse=True)
def offers(ada: int, build: Build) -> None:
    build.slots(ada, [FIRST, SECOND, MUCH_LATER])


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_hosts_page_to_a_meeting_and_out_of_it(
    viewport: dict[str, int], open_window: Open, live: Live, build: Build
) -> None:
    gita = open_window(viewport=viewport)
    gita.goto("/ada")
    gita.get_by_role("link", name="30 minutes").click()
    choose_time(gita, FIRST)
    expect_heading(gita, "Your details")
    fill_in(gita)
    press_book(gita)
    expect_heading(gita, "You are booked")
    expect(text_on(gita, clock(FIRST))).to_be_visible()
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == FIRST

    # The mail arrives, and its link moves the meeting to another month …
    open_manage_link(gita, live, mails=1)
    gita.get_by_role("link", name="Choose another time").click()
    choose_time(gita, MUCH_LATER)
    expect_heading(gita, "Move this meeting?")
    gita.get_by_role("button", name="Move the meeting").click()
    expect_heading(gita, "Your meeting is moved")
    assert build.row("SELECT starts_at FROM slot WHERE status = 'booked'").starts_at == MUCH_LATER

    # … or cancels it: not by a mere click.
    open_manage_link(gita, live, mails=2)
    gita.get_by_role("link", name="Cancel the meeting").click()
    gita.get_by_role("button", name="Cancel the meeting").click()
    expect_heading(gita, "Cancel this meeting?")
    assert build.row("SELECT status FROM booking").status == "confirmed"
    gita.get_by_label("Yes, cancel this meeting").check()
    gita.get_by_role("button", name="Cancel the meeting").click()
    expect_heading(gita, "This meeting is cancelled")
    assert build.row("SELECT count(*) FROM slot WHERE status = 'available'")[0] == 3


def test_the_address_holds_what_is_seen(guest: Page, open_window: Open) -> None:
    first, last = (f"day={on_date(moment)}" for moment in (FIRST, MUCH_LATER))
    times = guest.locator("#slots-heading")
    guest.goto("/ada/30min")
    choose_day(guest, on_date(FIRST))
    shown_first = times.inner_text()
    choose_day(guest, on_date(MUCH_LATER))
    expect(time_link(guest, MUCH_LATER)).to_be_visible()
    shown_last = times.inner_text()

    guest.reload()
    expect(times).to_have_text(shown_last)
    while first not in guest.url:  # each month that was turned is a step of its own
        guest.go_back()
    expect(times).to_have_text(shown_first)
    expect(time_link(guest, SECOND)).to_be_visible()
    while last not in guest.url:
        guest.go_forward()
    expect(times).to_have_text(shown_last)

    # Somebody else, elsewhere, gets the link: the same day, in the zone that the link names.
    friend = open_window(timezone_id="Asia/Tokyo")
    friend.goto(guest.url)
    expect(friend.locator("#slots-heading")).to_have_text(shown_last)
    expect(time_link(friend, MUCH_LATER)).to_be_visible()


def test_who_clicks_before_the_page_in_their_zone_is_there_gets_that_day_in_their_zone(guest: Page) -> None:
    asked: list[Route] = []
    is_late = re.compile(r"/ada/30min\?zone=[^&]*(&month=[^&]*)?$")

    def hold(route: Route) -> None:  # the answer does not come
        asked.append(route)

    guest.route(is_late, hold)
    with guest.expect_request(is_late):
        guest.goto("/ada/30min")
    choose_day(guest, on_date(FIRST))
    expect(time_link(guest, FIRST)).to_be_visible()
    guest.unroute(is_late)
    for late in asked:
        with suppress(Error):  # given up meanwhile
            late.continue_()
    guest.wait_for_load_state("networkidle")
    expect(time_link(guest, FIRST)).to_be_visible()
    assert f"day={on_date(FIRST)}" in guest.url


@pytest.mark.parametrize(
    ("place", "locale", "written"),
    [("America/New_York", "en-US", "%-I:%M\N{NARROW NO-BREAK SPACE}%p"), ("Asia/Kolkata", "de-DE", "%H:%M")],
)
def test_times_are_in_the_guests_zone_and_way_of_writing(
    place: str, locale: str, written: str, open_window: Open
) -> None:
    gita = open_window(timezone_id=place, locale=locale)
    gita.goto("/ada/30min")
    gita.wait_for_url("**zone=*")
    choose_day(gita, on_date(FIRST, place))
    expect(gita.locator("a.slot").first).to_have_text(f"{FIRST.astimezone(ZoneInfo(place)):{written}}")
    expect(text_on(gita, "All times:")).to_contain_text(f"({place.rpartition('/')[2].replace('_', ' ')})")

    # Another zone is a choice away, and the day stays.
    gita.get_by_label("Time zone").select_option("Asia/Tokyo")
    expect(gita.locator("a.slot").first).to_have_text(f"{FIRST.astimezone(ZoneInfo('Asia/Tokyo')):{written}}")
    assert "zone=Asia%2FTokyo" in gita.url
    assert f"day={on_date(FIRST, place)}" in gita.url
    gita.locator("a.slot").first.click()
    expect(text_on(gita, "Japan Standard Time")).to_be_visible()
    expect(text_on(gita, "Ada Lovelace").last).to_be_visible()
