"""The time zone that a browser reports, and the one that a guest chooses."""

import pytest
from flask_security.confirmable import generate_confirmation_token
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.steps import expect_heading
from tests.builders import Build
from tests.web.pages import PASSWORD
from webapp.core.extensions import db
from webapp.models import Host

NEW = {
    "Name": "Grace Hopper",
    "Password": PASSWORD,
    "Password again": "another one entirely",
    "Address of your page": "grace",
}
UNKNOWN = """
const told = Intl.DateTimeFormat.prototype.resolvedOptions;
Intl.DateTimeFormat.prototype.resolvedOptions = function () { return { ...told.call(this), timeZone: "Etc/Unknown" }; };
"""


@pytest.fixture
def link(build: Build) -> str:
    """Where Grace chooses name, page and password."""
    grace = build.host(email="grace@example.org", confirmed=False)
    with build.app.test_request_context():
        return f"/confirm/{generate_confirmation_token(db.session.get(Host, grace))}"


@pytest.mark.parametrize(
    ("place", "option"),
    [
        ("Asia/Tokyo", "Tokyo"),
        ("Asia/Kolkata", "Kolkata"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Etc/GMT+5", "GMT-5"),
    ],
)
def test_a_new_host_finds_the_zone_of_their_browser(link: str, open_window: Open, place: str, option: str) -> None:
    grace = open_window(timezone_id=place)
    grace.goto(link)
    expect(zone_of(grace)).to_have_value(place)
    expect(zone_of(grace).locator("option:checked")).to_have_text(option)


def test_a_zone_that_was_chosen_stays(link: str, open_window: Open, build: Build) -> None:
    grace = open_window(timezone_id="Asia/Tokyo")
    grace.goto(link)
    expect(zone_of(grace)).to_have_value("Asia/Tokyo")
    zone_of(grace).select_option("Europe/Lisbon")
    register(grace)
    expect(grace.get_by_text("not the same")).to_be_visible()
    grace.wait_for_load_state("networkidle")
    expect(zone_of(grace)).to_have_value("Europe/Lisbon")
    register(grace, **{"Password again": PASSWORD})
    expect_heading(grace, "Availability")
    assert build.row("SELECT time_zone FROM host")[0] == "Europe/Lisbon"


def test_who_chooses_before_the_scripts_have_run_has_chosen(link: str, open_window: Open) -> None:
    grace = open_window(timezone_id="Asia/Tokyo")
    grace.add_init_script(
        'addEventListener("DOMContentLoaded", () => { document.getElementById("time_zone").value = "Europe/Lisbon"; })'
    )
    grace.goto(link)
    grace.wait_for_load_state("networkidle")
    expect(grace.locator("[data-detect-time-zone]")).to_have_count(0)
    expect(zone_of(grace)).to_have_value("Europe/Lisbon")


def test_a_browser_that_does_not_know_where_it_is(link: str, ada: int, open_window: Open) -> None:
    nowhere = open_window()
    nowhere.add_init_script(UNKNOWN)
    nowhere.goto(link)
    nowhere.wait_for_load_state("networkidle")
    expect(zone_of(nowhere)).to_have_value("")
    expect(zone_of(nowhere).locator("option:checked")).to_have_text("Choose your time zone")
    nowhere.goto("/ada/30min")
    nowhere.wait_for_load_state("networkidle")
    expect(zone_of(nowhere)).to_have_value("Europe/Berlin")
    assert "zone=" not in nowhere.url


def test_without_scripts_nobody_is_in_abidjan(link: str, open_window: Open, build: Build) -> None:
    grace = open_window(java_script_enabled=False)
    grace.goto(link)
    expect(zone_of(grace)).to_have_value("")
    register(grace, **{"Password again": PASSWORD})
    expect(zone_of(grace)).to_have_attribute("aria-invalid", "true")
    assert build.row("SELECT confirmed_at FROM host")[0] is None


def zone_of(page: Page) -> Locator:
    return page.get_by_label("Time zone")


def register(page: Page, **changes: str) -> None:
    for label, value in (NEW | changes).items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Create account").click()
