"""Guests and hosts who act at the same instant, over HTTP, like browsers without JavaScript."""

import base64
import threading
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from tests.web.pages import PASSWORD, forms_of

DONE = 303
GONE = (409, 410)  # somebody has the time; the link has been used
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    url: str


@dataclass(frozen=True)
class Answer:
    """`location` is the path that a 303 leads to, else empty."""

    status: int
    location: str


class Shot:
    """A form that is filled in and has yet to be sent."""

    def __init__(self, session: requests.Session, url: str, fields: Mapping[str, str]) -> None:
        target = urlsplit(url)
        self.path = f"{target.path}?{target.query}".rstrip("?")
        self.fields = fields
        self.headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies_of(session)}
        self.server = target.netloc

    def fire(self, start: threading.Barrier) -> Answer:
        body = urlencode(self.fields)
        with closing(HTTPConnection(self.server, timeout=120)) as connection:
            connection.connect()
            start.wait()
            connection.request("POST", self.path, body, self.headers)
            response = connection.getresponse()
            response.read()
            return Answer(response.status, response.headers.get("Location", ""))


def race(shots: Sequence[Shot]) -> list[Answer]:
    """Send all at once; the answers in the order of the shots."""
    start = threading.Barrier(len(shots), timeout=120)
    with ThreadPoolExecutor(len(shots)) as pool:
        return list(pool.map(lambda shot: shot.fire(start), shots))


class Racer:
    """One browser."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = requests.Session()
        self.name = f"racer{next(_numbers)}"
        self._forms: dict[str, Mapping[str, str]] = {}

    def fill_in(self, path: str, *, action: str = "", **values: str) -> Shot:
        """Open a page and fill in its form whose action holds `action`."""
        page = self.session.get(urljoin(self.server.url, path), timeout=120)
        for target, fields in forms_of(page.text):
            if action in (target or page.url):
                return Shot(self.session, urljoin(page.url, unescape(target) or page.url), fields | values)
        raise AssertionError(f"no form for {action!r} on {path}: {page.status_code}")

    def booking(self, page: str, start: datetime, **given: str) -> Shot:
        """The form of a start on the page of an event type. Opened once: later starts get a fresh key, as its page
        would have given one."""
        path = f"{page}/book"
        if path not in self._forms:
            shot = self.fill_in(f"{path}?start={written(start)}&zone=Europe/Lisbon", action="/book")
            self._forms[path] = shot.fields
        person = {"name": "Gita Guest", "email": f"{self.name}@example.net", "subject": "First meeting"}
        fresh = {"start": written(start), "key": str(uuid.uuid4())}
        return Shot(self.session, self.server.url + path, {**self._forms[path], **person, **fresh, **given})

    def log_in(self, email: str) -> None:
        page = urljoin(self.server.url, "/login")
        _, fields = forms_of(self.session.get(page, timeout=120).text)[0]
        values = {"email": email, "password": PASSWORD}
        response = self.session.post(page, data=fields | values, allow_redirects=False, timeout=120)
        assert response.status_code in (302, DONE), response.status_code


def cookies_of(session: requests.Session) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)


def written(start: datetime) -> str:
    return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def statuses(answers: Sequence[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def booked(answers: Sequence[Answer]) -> list[uuid.UUID]:
    """The bookings that guests were sent to."""
    tokens = [answer.location.split("/manage/")[1].split("?")[0] for answer in answers if answer.status == DONE]
    return [uuid.UUID(bytes=base64.urlsafe_b64decode(token + "=")[:16]) for token in tokens]
