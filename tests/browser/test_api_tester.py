"""The API tester at /docs: local assets, the strict content security policy, and a working call."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.builders import Build
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import NewToken, create_token


def test_a_developer_tries_a_call(open_window: Open, build: Build) -> None:
    ada = build.host(slug="ada", name="Ada Lovelace")
    with build.app.app_context():
        token = create_token(NewToken(name="tester"), host_id=ada, actor=host_actor(ada))
    page = open_window()
    page.goto("/docs")
    expect(page.get_by_role("heading", name="Openslot")).to_be_visible()
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_role("textbox", name="auth-bearer-value").fill(token)
    page.get_by_role("button", name="Apply credentials").first.click()
    page.get_by_role("button", name="Close").first.click()
    page.locator("#operations-Token-get_me").get_by_role("button").first.click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator("#operations-Token-get_me .live-responses-table")).to_contain_text("Ada Lovelace")


def test_an_example_goes_as_it_is_to_where_the_page_came_from(open_window: Open, build: Build) -> None:
    """Also where the instance has another name in public, as one that is tried out at home."""
    build.host(slug="demo", name="Demo Host")
    page = open_window()
    specification = page.request.get("/openapi.json").json() | {"servers": [{"url": "http://book.example.org"}]}
    page.route("**/openapi.json", lambda route: route.fulfill(json=specification))
    page.goto("/docs")
    page.locator("#operations-Public-get_host").get_by_role("button").first.click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator("#operations-Public-get_host .live-responses-table")).to_contain_text("Demo Host")
