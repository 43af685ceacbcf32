"""A browser for the tests: one Chromium per test process, one window (with its own cookies) per person."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.steps import log_in
from tests.browser.watch import Watch
from tests.builders import Build
from tests.live import Live
from tests.live_fixtures import *  # noqa: F403

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Whoever asks for another host gets no answer, and Watch tells.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds until something that should appear counts as missing

Open = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium(instance: Live) -> Iterator[Browser]:
    """Ends before the instance does, so that no connection of its keeps the server waiting."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(**start_options())
        yield browser
        browser.close()


def start_options() -> dict[str, Any]:
    """Which Chromium, and how it is started."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium found: `make test` installs one, or set CHROMIUM to the path of one"
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": path, "args": ARGUMENTS + as_root}


@pytest.fixture
def watch(live: Live) -> Watch:
    return Watch(live.url)


@pytest.fixture
def open_window(chromium: Browser, live: Live, watch: Watch) -> Iterator[Open]:
    """`open_window(**options of a browser context)`: a window of somebody new, watched until the test ends."""
    contexts = []

    def open_one(**options: Any) -> Page:
        given = {"base_url": live.url, "viewport": DESKTOP, "locale": "en-GB", "timezone_id": "Europe/Lisbon"}
        context = chromium.new_context(**given | options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return watch.over(context.new_page())

    yield open_one
    for context in contexts:
        context.close()
    assert watch.faults == []


@pytest.fixture
def guest(open_window: Open) -> Page:
    """The window of a guest in Lisbon."""
    return open_window()


@pytest.fixture
def ada(build: Build, live: Live, password_hash: str) -> int:
    """Ada, host in Berlin; gives the id."""
    return build.host(email="ada@example.org", name="Ada Lovelace", slug="ada", password_hash=password_hash)


@pytest.fixture
def desk(ada: int, open_window: Open) -> Callable[..., Page]:
    """`desk(**options)`: Ada's window, logged in."""

    def sit_down(**options: Any) -> Page:
        return log_in(open_window(timezone_id="Europe/Berlin", **options), "ada@example.org")

    return sit_down
