"""Each page in `pages.py`: no accessibility violations, light or dark; an empty console; nothing too wide."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from tests.browser.conftest import DESKTOP, PATIENCE, PHONE
from tests.browser.pages import EVERY_PAGE, Stop, Who, send
from tests.browser.steps import log_in
from tests.browser.watch import Watch
from tests.browser.world import World, build_world
from tests.builders import Build
from tests.conftest import empty_tables
from tests.live import Live

NARROW = {"width": 320, "height": 640}
# A script of the page itself may not be injected under its policy; what the browser's debugger evaluates may.
RUN_AXE = """async options => {
  await Promise.all(document.getAnimations().map(animation => animation.finished));
  return axe.run(document, { resultTypes: ["violations"], ...options });
}"""
COLOURS_ONLY = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture(scope="module")
def world(app: Flask, owner: Engine, instance: Live, password_hash: str) -> Iterator[World]:
    yield build_world(Build(app, owner), password_hash)
    empty_tables(owner)


@pytest.fixture(scope="module")
def windows(chromium: Browser, instance: Live, world: World) -> Iterator[dict[Who, Page]]:
    found = {}
    for who in Who:
        context = chromium.new_context(
            base_url=instance.url, locale="en-GB", timezone_id="Europe/Lisbon", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        found[who] = context.new_page()
    log_in(found[Who.HOST], "ada@example.org")
    yield found
    for page in found.values():
        page.context.close()


@pytest.fixture(params=EVERY_PAGE, ids=str)
def stop(request: pytest.FixtureRequest) -> Stop:
    found: Stop = request.param
    return found


def test_a_page(stop: Stop, windows: dict[Who, Page], world: World, instance: Live) -> None:
    page = windows[stop.who]
    page.set_viewport_size(DESKTOP)
    watch = Watch(instance.url)
    with watch.while_at(page):
        answer = page.goto(world.address(stop.path))
        assert answer is not None
        assert answer.status == stop.status
        if stop.sent:
            send(page)
    assert watch.faults == []
    assert too_wide(page) == []
    found = breaches(page, stop.known)
    assert not found, "\n".join(found)


def too_wide(page: Page) -> list[int]:
    """Widths of windows in which the page must be scrolled sideways."""
    found = []
    for viewport in (NARROW, PHONE, DESKTOP):
        page.set_viewport_size(viewport)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(viewport["width"])
    return found


def breaches(page: Page, known: frozenset[str]) -> list[str]:
    """Rules of axe that the page breaks: all of them in light colours, contrast again in dark ones."""
    page.evaluate(AXE_SCRIPT)
    found = _breaches(page.evaluate(RUN_AXE, {}), "light")
    page.emulate_media(color_scheme="dark")
    found += _breaches(page.evaluate(RUN_AXE, COLOURS_ONLY), "dark")
    page.emulate_media(color_scheme="light")
    return [text for rule, text in found if rule not in known]


def _breaches(result: dict[str, Any], scheme: str) -> list[tuple[str, str]]:
    return [
        (broken["id"], f"{scheme}: {broken['id']} ({broken['impact']}): {node['html'][:150]} {node['failureSummary']}")
        for broken in result["violations"]
        for node in broken["nodes"][:3]
    ]
