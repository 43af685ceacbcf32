"""What people do in their windows."""

from datetime import date

from playwright.sync_api import Locator, Page, expect

from tests.web.pages import PASSWORD

GITA = {"Your name": "Gita Guest", "E-mail": "gita@example.net", "Subject": "First meeting"}


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


def heading(page: Page, text: str, level: int = 1) -> None:
    """Wait until the page has this heading."""
    expect(page.get_by_role("heading", name=text, level=level)).to_be_visible()


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def choose_day(page: Page, day: date) -> None:
    """Turn the months until the day is there, and click it."""
    calendar = page.get_by_role("table", name="Days with free times in")
    for _ in range(13):
        if calendar.locator(f'time[datetime="{day:%Y-%m-}15"]').count():
            break
        shown = page.locator("#month-label").inner_text()
        page.get_by_role("link", name="Next month").click()
        expect(page.locator("#month-label")).not_to_have_text(shown)
    calendar.locator(f'a:has(time[datetime="{day:%Y-%m-%d}"])').click()
    expect(page.locator("#slots-heading")).to_contain_text(str(day.day))
