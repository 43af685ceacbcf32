"""A host who is being booked unusually often: the guest's browser solves a proof of work before it books."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.steps import GITA, expect_heading, open_form, press_book
from tests.browser.watch import Watch
from tests.builders import Build, tomorrow
from tests.live import Live, running
from webapp.embedded.mailcatcher.sink import MailSink

FIRST, SECOND = tomorrow(10), tomorrow(11)


@pytest.fixture(scope="module")
def counting(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    """An instance where one booking in ten minutes is unusual."""
    with MailSink() as sink, running(environment, sink, RATE_LIMITS="on", BOOKINGS_BEFORE_PROOF="1") as live:
        yield live


@pytest.fixture
def window(chromium: Browser, counting: Live) -> Iterator[Callable[..., Page]]:
    """`window(**options of a browser context)`: of a guest of that instance."""
    watch, contexts = Watch(counting.url), []

    def open_one(**options: object) -> Page:
        given = {"base_url": counting.url, "locale": "en-GB", "timezone_id": "Europe/Lisbon"}
        contexts.append(chromium.new_context(**given | options))
        contexts[-1].set_default_timeout(PATIENCE)
        return watch.over(contexts[-1].new_page())

    yield open_one
    for context in contexts:
        context.close()
    assert watch.faults == []


@pytest.fixture(autouse=True)
def much_booked(ada: int, build: Build) -> None:
    first, *_ = build.slots(ada, [FIRST, SECOND, tomorrow(12)])
    build.booking(first)


def test_a_guest_books_without_noticing(window: Callable[..., Page], build: Build) -> None:
    gita = open_form(window(), SECOND)
    press_book(gita)
    expect_heading(gita, "You are booked")
    assert build.row("SELECT count(*) FROM spent_challenge")[0] == 1


def test_whole_pages_do_the_same(window: Callable[..., Page], build: Build) -> None:
    gita = window()
    gita.route("**/htmx.min.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    open_form(gita, SECOND)
    press_book(gita)
    expect_heading(gita, "You are booked")
    assert build.row("SELECT count(*) FROM spent_challenge")[0] == 1


def test_without_the_means_the_guest_confirms_by_mail(window: Callable[..., Page], build: Build) -> None:
    """A browser that runs no scripts, and one on a page that is not secure, which has no crypto.subtle."""
    without_script = window(java_script_enabled=False)
    open_form(without_script, SECOND)
    press_book(without_script)
    expect(without_script.locator("[data-proof-status]")).to_contain_text("we send you a mail to confirm")
    expect(without_script.get_by_label("Your name")).to_have_value(GITA["Your name"])
    press_book(without_script)
    expect_heading(without_script, "Check your mail")
    insecure = window()
    insecure.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    open_form(insecure, tomorrow(12))
    insecure.get_by_label("E-mail").fill("eve@example.net")
    press_book(insecure)
    expect_heading(insecure, "Check your mail")
    assert build.row("SELECT count(*) FROM booking WHERE awaits_guest")[0] == 2


def test_an_event_type_that_always_asks(window: Callable[..., Page], build: Build, ada: int) -> None:
    """The work begins when the form is first used, so that a guest does not wait for it."""
    build.event_type(ada, requires_proof=True)
    gita = open_form(window(), SECOND)
    expect(gita.locator("[name=proof]")).not_to_have_value("")
    press_book(gita)
    expect_heading(gita, "You are booked")
    build.rows("DELETE FROM spent_challenge RETURNING nonce")
    gita = open_form(window(), tomorrow(12))
    gita.get_by_label("Subject").fill("")
    press_book(gita)
    expect(gita.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    gita.get_by_label("Subject").fill("Again")
    gita.get_by_label("E-mail").fill("eve@example.net")
    press_book(gita)
    expect_heading(gita, "You are booked")
    assert build.row("SELECT count(*) FROM spent_challenge")[0] == 1
