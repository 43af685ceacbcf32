"""Watches browser windows, in every test, for what no page may do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

# Chromium writes a line for each answer of 400 and more, and while offline; `_answer` looks at those itself.
ABOUT_ANSWERS = "Failed to load resource"


class Watch:
    """`faults`: errors of scripts and on the console (violations of the content security policy are there, too),
    requests to other hosts, files that are not there, answers of 500 and more. `expected`: a part of those that the
    test brings about."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.expected = ""
        self._found: list[str] = []

    @property
    def faults(self) -> list[str]:
        return [fault for fault in self._found if not self.expected or self.expected not in fault]

    def over(self, page: Page) -> Page:
        for event, look in self._looks.items():
            page.on(event, look)
        return page

    @contextmanager
    def while_at(self, page: Page) -> Iterator[None]:
        self.over(page)
        yield
        for event, look in self._looks.items():
            page.remove_listener(event, look)

    @property
    def _looks(self) -> dict[Any, Callable[[Any], None]]:
        return {"console": self._message, "pageerror": self._error, "request": self._request, "response": self._answer}

    def _error(self, error: Error) -> None:
        self._found.append(f"script error: {error}")

    def _message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(ABOUT_ANSWERS):
            self._found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self._found.append(f"request to another host: {request.url}")

    def _answer(self, response: Response) -> None:
        is_page = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= (500 if is_page else 400):
            self._found.append(f"{response.status} for {response.url}")
