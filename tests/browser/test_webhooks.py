"""A host creates a webhook, copies its secret and sees a test message arrive."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import expect_said
from tests.receiver import Receiver, receiving

Desk = Callable[..., Page]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_webhook_is_made_tried_and_watched(desk: Desk, receiver: Receiver) -> None:
    page = desk(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/settings/webhooks")
    page.get_by_label("Address of your program").fill(receiver.url)
    page.get_by_label("A booking is confirmed").check()
    page.get_by_label("What is it for?").fill("Billing")
    page.get_by_role("button", name="Make a webhook").click()
    secret = page.get_by_label("The secret").input_value()
    page.wait_for_load_state()
    page.get_by_role("button", name="Copy secret").click()
    expect_said(page, "Secret copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("heading", name="Billing")).to_be_visible()
    # The page is not loaded again: it looks by itself what came of the message.
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("answered 204")).to_be_visible()
    assert receiver.wait_for(1)[0].type == "webhook.test"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.resource_type in ("fetch", "xhr") else None)
    page.wait_for_timeout(2500)
    assert asked == []  # and then no more
    receiver.answers += [500]
    messages.get_by_role("button", name="Send again").click()
    expect(messages.get_by_text("Not delivered")).to_be_visible()
    expect(messages.get_by_text("answered 500")).to_be_visible()
