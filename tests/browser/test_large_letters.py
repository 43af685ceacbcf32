"""Text at 200 % on a phone (WCAG 1.4.4): nothing is cut off, and no page becomes wider than the window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Open
from tests.builders import Build, tomorrow

LARGE = "document.documentElement.style.fontSize = '200%'"
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PAGES = ("/calendar", "/availability", "/event-types/30min/edit", "/bookings", "/settings/webhooks", "/docs")


def wide_ones(page: Page, paths: tuple[str, ...]) -> list[str]:
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        page.evaluate(LARGE)
        if page.evaluate(IS_TOO_WIDE):
            found.append(path)
    return found


@pytest.fixture(autouse=True)
def offers(ada: int, build: Build) -> None:
    build.slots(ada, [tomorrow(9), tomorrow(11)])


def test_the_pages_of_a_guest(open_window: Open) -> None:
    page = open_window(viewport=PHONE)
    form = f"/ada/30min/book?zone=Europe/Lisbon&start={tomorrow(11):%Y-%m-%dT%H:%M:%SZ}"
    assert wide_ones(page, ("/ada", "/ada/30min?zone=Europe/Lisbon", form, "/privacy", "/login")) == []


def test_the_pages_of_a_host(desk: Callable[..., Page]) -> None:
    assert wide_ones(desk(viewport=PHONE), PAGES) == []
