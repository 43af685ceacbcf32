"""Postgres crashes and restarts: meanwhile every route answers 503, never 500."""

import re
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import requests
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.builders import Build
from tests.live import Live, Person
from tests.outages.conftest import Database, Serve
from tests.web.pages import forms_of
from webapp.core.extensions import db

CRASHES = 4
EXPECTED = {200, 201, 303, 409, 422, 503}
FRAGMENT = {"HX-Request": "true"}
API = "/api/v1/hosts/demo/event-types/30min"
TODAY = datetime.now(UTC).date()
SPAN = f"from={TODAY}&to={TODAY + timedelta(days=7)}&time_zone=Europe/Paris"
READS = (
    "/demo",
    "/demo/30min",
    "/privacy",
    "/login",
    "/api/v1/hosts/demo",
    f"{API}/slots?{SPAN}",
    "/openapi.json",
    "/readyz",
)


class Visitor:
    """Asks for everything, again and again; notes each answer under its route."""

    def __init__(self, live: Live, password: str) -> None:
        self.live = live
        self.seen: Counter[tuple[str, int]] = Counter()
        self.wrong: Counter[str] = Counter()
        self.person = Person(live)
        self.person.submit("/login", action="/login", email="host@example.org", password=password)
        self.slots = requests.get(f"{live.url}{API}/slots?{SPAN}", timeout=60).json()["data"]
        page = self.person.open(f"/demo/30min/book?start={self.slots[0]['start']}&zone=Europe/Paris")
        self.form = next(fields for target, fields in forms_of(page.text) if "name" in fields)
        self.manage = self._book(self.slots.pop())

    def ask(self) -> None:
        for path in READS:
            self._note("GET", path)
            if not path.startswith(("/api", "/openapi", "/readyz")):
                self._note("GET", path, headers=FRAGMENT)
        for path in ("/calendar", "/bookings", "/availability"):
            self._note("GET", path, by=self.person.session)
        self._note("GET", self.manage)
        self._note("GET", f"{self.manage}/reschedule", headers=FRAGMENT)
        self._book(self.slots[int(time.time() * 100) % len(self.slots)])

    def _book(self, slot: dict[str, str]) -> str:
        """By a form, then by a program; gives where the form led to."""
        guest = {"name": "Gita", "email": f"g{uuid.uuid4().hex}@example.net", "subject": "Hello"}
        form = {**self.form, **guest, "start": slot["start"], "key": str(uuid.uuid4())}
        page = self._note("POST", "/demo/30min/book", by=self.person.session, data=form)
        body = {"host": "demo", "event_type": "30min", "start": slot["start"], "time_zone": "Europe/Paris", **guest}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        self._note("POST", "/api/v1/bookings", json=body, headers=key)
        return page.headers.get("Location", "").removeprefix(self.live.url).partition("?")[0]

    def _note(self, method: str, path: str, *, by: requests.Session | None = None, **more: object) -> requests.Response:
        send = (by or requests).request
        answer = send(method, self.live.url + path, timeout=60, allow_redirects=False, **more)  # type: ignore[arg-type]
        self.seen[re.sub(r"\?.*", "", f"{method} {path}"), answer.status_code] += 1
        if answer.status_code == 503 and path != "/readyz" and "Retry-After" not in answer.headers:
            self.wrong[f"{path}: no Retry-After"] += 1
        if (
            answer.status_code == 503
            and path.startswith("/api/")
            and "problem+json" not in answer.headers["Content-Type"]
        ):
            self.wrong[f"{path}: {answer.headers['Content-Type']}"] += 1
        if answer.status_code not in EXPECTED:
            self.wrong[f"{method} {path}: {answer.status_code}"] += 1
        return answer


def test_no_answer_is_500_while_postgres_crashes_and_comes_back(database: Database, serve: Serve) -> None:
    with serve(database.service.url) as live:
        visitors = [Visitor(live, database.password) for _ in range(4)]
        over = threading.Event()

        def visit(visitor: Visitor) -> None:
            while not over.is_set():
                with suppress(requests.ConnectionError):
                    visitor.ask()

        threads = [threading.Thread(target=visit, args=(visitor,)) for visitor in visitors]
        for thread in threads:
            thread.start()
        for _ in range(CRASHES):
            time.sleep(2)
            database.crash()
            time.sleep(0.5)
            assert requests.get(f"{live.url}/healthz", timeout=60).status_code == 200
            database.start()
        time.sleep(2)
        over.set()
        for thread in threads:
            thread.join()
        seen = sum((visitor.seen for visitor in visitors), Counter[tuple[str, int]]())
        assert sum((visitor.wrong for visitor in visitors), Counter[str]()) == {}
        assert {status for _, status in seen} >= {200, 503}
        assert requests.get(f"{live.url}/demo", timeout=60).status_code == 200


def test_what_was_booked_is_answered_so_although_nobody_can_be_told(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After COMMIT nothing turns the answer into a failure: here the connection for the notice cannot be had."""
    slot, asked = build.slot(build.host()), []

    def refused() -> None:
        asked.append(1)
        raise psycopg.OperationalError("the server closed the connection unexpectedly")

    def crash(_session: Session) -> None:
        monkeypatch.setattr(db.engine, "raw_connection", refused)

    event.listen(db.session, "after_commit", crash)
    try:
        build.booking(slot)
    finally:
        event.remove(db.session, "after_commit", crash)
        monkeypatch.undo()
    assert asked
    assert [row.status for row in build.rows("SELECT status FROM booking")] == ["confirmed"]
