"""Data in the browser: a guest requests, views, downloads and erases their data; a host exports and restores theirs."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.steps import expect_heading, log_in, text_on
from tests.builders import Build, tomorrow
from tests.conftest import empty_tables
from tests.live import Live, link_in

EMAIL = "gita@example.net"


def test_a_guest_sees_and_erases_what_is_kept(guest: Page, ada: int, build: Build, live: Live) -> None:
    build.booking(build.slot(ada, tomorrow(10, days=3)), email=EMAIL, name="Gita Guest")
    live.mails_to(EMAIL)
    guest.goto("/ada")
    guest.get_by_role("link", name="Privacy").click()
    guest.get_by_label("E-mail address").fill(EMAIL)
    guest.get_by_role("button", name="Send the link").click()
    expect_heading(guest, "Look at your mail")
    guest.goto(link_in(live.mails_to(EMAIL, count=2)[1], "/privacy/"))
    expect_heading(guest, "Your data")
    expect(guest.get_by_role("main")).to_contain_text("Gita Guest")
    with guest.expect_download() as downloading:
        guest.get_by_role("link", name="Download as a file").click()
    held = json.loads(downloading.value.path().read_text())
    assert [booking["email"] for booking in held["bookings"]] == [EMAIL]
    guest.get_by_role("link", name="Erase my data").click()
    guest.get_by_label("Yes, erase my data for good").check()
    guest.get_by_role("button", name="Erase my data").click()
    expect_heading(guest, "Your data are erased")
    guest.go_back()
    guest.reload()
    expect_heading(guest, "This link no longer works")
    assert build.row("SELECT guest_name FROM booking")[0] == "Erased guest"


def test_a_host_moves_in(
    desk: Callable[..., Page],
    ada: int,
    build: Build,
    owner: Engine,
    open_window: Callable[..., Page],
    password_hash: str,
    tmp_path: Path,
) -> None:
    build.booking(build.slot(ada, tomorrow(10, days=3)), name="Gita Guest")
    page = desk()
    page.goto("/settings/data")
    file = tmp_path / "ada.json"
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download everything").click()
    downloading.value.save_as(file)
    empty_tables(owner)
    build.host(email="new@example.org", slug="new", password_hash=password_hash)
    fresh = log_in(open_window(), "new@example.org")
    fresh.goto("/settings/data")
    fresh.get_by_label("File").set_input_files(file)
    fresh.get_by_role("button", name="Restore from this file").click()
    expect(fresh.get_by_text("Restored: 3 event types and 1 booking.")).to_be_visible(timeout=60_000)
    fresh.goto("/bookings")
    expect(fresh.get_by_role("main")).to_contain_text("Gita Guest")
    expect(text_on(fresh, "Ada Lovelace").first).to_be_attached()
