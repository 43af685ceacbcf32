"""Steps that people take in a browser window."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.live import Live, link_in
from tests.web.pages import PASSWORD

GITA = {"Your name": "Gita Guest", "E-mail": "gita@example.net", "Subject": "First meeting"}


def clock(moment: datetime, zone: str = "Europe/Lisbon") -> str:
    """As British and most other people write it: `09:30`."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def on_date(moment: datetime, zone: str = "Europe/Lisbon") -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def log_in(page: Page, email: str) -> Page:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/calendar")
    return page


def fill_in(page: Page, values: dict[str, str] = GITA) -> None:
    """Type into the fields with these labels."""
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)


def expect_heading(page: Page, text: str) -> None:
    """The page is there whole, and its scripts have run."""
    expect(page.get_by_role("heading", name=text, level=1)).to_be_visible()
    page.wait_for_load_state()


def expect_said(page: Page, text: str) -> None:
    """A screen reader was told."""
    expect(page.locator("#announcer")).to_contain_text(text)


def text_on(page: Page, text: str) -> Locator:
    """What is seen of a text; what a screen reader is told lies beside it, out of sight and a little later."""
    return page.get_by_text(text).and_(page.locator(":not(#announcer)"))


def day_link(page: Page, day: date) -> Locator:
    return page.locator(f'.month-grid a:has(time[datetime="{day:%Y-%m-%d}"])')


def choose_day(page: Page, day: date) -> None:
    """Turn the months until the day is there, and click it."""
    while not is_in_sight(page, day):
        shown = page.locator("#month-label").inner_text()
        page.get_by_role("link", name="Next month").click()
        expect(page.locator("#month-label")).not_to_have_text(shown)
    day_link(page, day).click()
    page.wait_for_url(lambda url: f"day={day:%Y-%m-%d}" in url)


def is_in_sight(page: Page, day: date) -> bool:
    """On a page that is there whole: a click returns before, and who looks at once turns past the month."""
    expect(page.locator(".month-grid")).to_be_visible()
    page.wait_for_load_state("domcontentloaded")
    return page.locator(f'.month-grid time[datetime="{day:%Y-%m-15}"]').count() > 0


def time_link(page: Page, moment: datetime) -> Locator:
    return page.get_by_role("link", name=f"{clock(moment)},")


def choose_time(page: Page, moment: datetime) -> None:
    """On a calendar in the zone of Lisbon, whichever month it shows."""
    choose_day(page, on_date(moment))
    time_link(page, moment).click()


def open_form(page: Page, moment: datetime, event_type: str = "/ada/30min") -> Page:
    """The form for a time, filled in."""
    page.goto(f"{event_type}?zone=Europe/Lisbon")
    choose_time(page, moment)
    expect_heading(page, "Your details")
    fill_in(page)
    return page


def press_book(page: Page) -> None:
    page.get_by_role("button", name="Book this time").click()


def open_manage_link(page: Page, live: Live, *, mails: int) -> None:
    """From the last of so many mails."""
    found = live.mails_to(GITA["E-mail"], count=mails)
    page.goto(link_in(found[-1], "/manage/"))
