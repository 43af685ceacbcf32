"""A browser that refuses all cookies: guests notice nothing; hosts are told that they need cookies."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, start_options
from tests.browser.steps import (
    GITA,
    choose_time,
    expect_heading,
    fill_in,
    open_form,
    open_manage_link,
    press_book,
    text_on,
)
from tests.browser.watch import Watch
from tests.builders import Build, tomorrow
from tests.live import Live
from tests.web.pages import PASSWORD

FIRST, LATER = tomorrow(10), tomorrow(14, days=3)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def gita(request: pytest.FixtureRequest, chromium: Browser, live: Live, watch: Watch, tmp_path: Path) -> Iterator[Page]:
    """A guest in Lisbon, who has chosen to block all cookies: what pages would store elsewhere is blocked with them."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    context = chromium.browser_type.launch_persistent_context(
        tmp_path,
        **start_options(),
        base_url=live.url,
        locale="en-GB",
        timezone_id="Europe/Lisbon",
        java_script_enabled=request.param,
    )
    context.set_default_timeout(PATIENCE)
    yield watch.over(context.pages[0])
    assert context.cookies() == []
    context.close()
    assert watch.faults == []


def test_a_guest_books_moves_and_cancels(gita: Page, ada: int, live: Live, build: Build) -> None:
    build.slots(ada, [FIRST, LATER])
    open_form(gita, FIRST)
    fill_in(gita, GITA | {"Subject": ""})
    press_book(gita)
    expect(gita.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    gita.get_by_label("Subject").fill(GITA["Subject"])
    press_book(gita)
    expect_heading(gita, "You are booked")

    open_manage_link(gita, live, mails=1)
    gita.get_by_role("link", name="Choose another time").click()
    choose_time(gita, LATER)
    gita.get_by_role("button", name="Move the meeting").click()
    expect_heading(gita, "Your meeting is moved")

    gita.get_by_role("link", name="Cancel the meeting").click()
    gita.get_by_label("Yes, cancel this meeting").check()
    gita.get_by_role("button", name="Cancel the meeting").click()
    expect_heading(gita, "This meeting is cancelled")
    assert build.row("SELECT status FROM booking").status == "cancelled"


def test_a_guest_asks_for_their_data(gita: Page, ada: int, build: Build) -> None:
    build.booking(build.slot(ada, FIRST), email=GITA["E-mail"])
    gita.goto("/privacy")
    gita.get_by_label("E-mail address").fill(GITA["E-mail"])
    gita.get_by_role("button", name="Send the link").click()
    expect_heading(gita, "Look at your mail")
    assert build.row("SELECT count(*) FROM outbox_event WHERE kind = 'guest.asked'")[0] == 1


def test_a_host_is_told(gita: Page, ada: int) -> None:
    gita.goto("/login")
    gita.get_by_label("E-mail").fill("ada@example.org")
    gita.get_by_label("Password").fill(PASSWORD)
    gita.get_by_role("button", name="Log in").click()
    expect_heading(gita, "Cookies are needed here")
    expect(text_on(gita, "Allow cookies for this site")).to_be_visible()
