"""Problems while booking: double clicks, a slot just taken, a lost connection, a broken server."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import GITA, clock, expect_heading, expect_said, open_form, press_book, text_on
from tests.browser.watch import Watch
from tests.builders import Build, tomorrow
from tests.web.pages import sum_asked_in
from webapp.domain.actor import GUEST
from webapp.services.bookings import bookings

FIRST, SECOND, THIRD = tomorrow(10), tomorrow(11), tomorrow(12)
NOT_REACHED = "The server could not be reached or could not answer."


@pytest.fixture
def form(ada: int, guest: Page, build: Build) -> Page:
    """Of the first of three times, filled in."""
    build.slots(ada, [FIRST, SECOND, THIRD])
    return open_form(guest, FIRST)


def expect_kept(page: Page) -> None:
    for label, value in GITA.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(value)


def test_two_clicks_are_one_request_and_one_booking(form: Page, build: Build) -> None:
    posts = []
    form.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    form.get_by_role("button", name="Book this time").dblclick()
    expect_heading(form, "You are booked")
    assert len(posts) == 1
    form.go_back()  # to the form, which is booked already
    expect_heading(form, "You are booked")
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_a_time_that_is_taken_meanwhile(form: Page, build: Build) -> None:
    with build.app.app_context():
        bookings.book(build.command(host="ada", event_type="30min", start=FIRST), actor=GUEST)
    press_book(form)
    expect(form.get_by_role("heading", name="Choose another time")).to_be_focused()
    expect(text_on(form, "This time is no longer free")).to_be_visible()
    expect_said(form, "This time has just been taken.")
    expect_kept(form)
    times = form.get_by_role("radio")
    expect(times).to_have_count(2)
    assert form.locator(".choices .choice").all_inner_texts() == [clock(SECOND), clock(THIRD)]
    form.get_by_label(clock(THIRD)).check()
    press_book(form)
    expect_heading(form, "You are booked")
    expect(text_on(form, clock(THIRD))).to_be_visible()
    taken = build.rows("SELECT starts_at FROM slot WHERE status = 'booked' ORDER BY 1")
    assert [row.starts_at for row in taken] == [FIRST, THIRD]


def test_without_a_connection_nothing_is_lost(form: Page, watch: Watch, build: Build) -> None:
    watch.expected = "Failed to fetch"
    form.context.set_offline(True)
    press_book(form)
    expect(form.get_by_role("alert")).to_contain_text(NOT_REACHED)
    expect_kept(form)
    assert build.rows("SELECT * FROM booking") == []
    form.context.set_offline(False)
    press_book(form)
    expect_heading(form, "You are booked")


def test_a_broken_server_or_proxy_is_told_of_in_our_words(form: Page, watch: Watch, build: Build) -> None:
    watch.expected = "502 for "

    def bad_gateway(route: Route) -> None:
        route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway of a proxy</h1>")

    form.route("**/book", bad_gateway)
    press_book(form)
    expect(form.get_by_role("alert")).to_contain_text(NOT_REACHED)
    expect(form.get_by_text("Bad gateway")).to_have_count(0)
    expect_kept(form)
    form.unroute("**/book")
    press_book(form)
    expect_heading(form, "You are booked")


def test_a_browser_that_fills_in_every_field(form: Page, build: Build) -> None:
    form.evaluate("document.querySelector('[name=leave_empty]').value = 'https://gita.example'")
    press_book(form)
    question = form.get_by_label(re.compile(r"What is \w+ plus \w+\?"))
    expect(question).to_be_focused()
    expect(form.locator("main")).to_have_count(1)
    expect_kept(form)
    question.fill(sum_asked_in(form.content()))
    form.evaluate("document.querySelector('[name=leave_empty]').value = 'https://gita.example'")
    press_book(form)
    expect_heading(form, "You are booked")
    assert build.row("SELECT count(*) FROM booking")[0] == 1


def test_a_page_that_answers_htmx_is_no_page_within_the_page(guest: Page, ada: int) -> None:
    """No form of ours is answered so; one that is by mistake must not leave two pages in one."""
    guest.goto("/login")
    guest.evaluate(
        "htmx.ajax('POST', '/login', {target: '#main', swap: 'innerHTML',"
        " values: {csrf_token: document.querySelector('[name=csrf_token]').value, email: 'x'}})"
    )
    expect(guest.get_by_role("alert").first).to_be_visible()
    expect(guest.get_by_label("E-mail")).to_have_value("x")
    expect(guest.locator("main")).to_have_count(1)
    guest.evaluate("htmx.ajax('GET', '/ada', {target: '#main'})")
    expect_heading(guest, "Ada Lovelace")
    expect(guest.locator("main")).to_have_count(1)
    assert guest.url.endswith("/ada")
