"""Changes by others during a request: they take effect before it or after it, and no change is lost."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.api.caller import Caller
from tests.api.conftest import TokenMaker
from tests.api.test_accounts import written
from tests.api.test_bookings import GUEST
from tests.builders import Build, tomorrow
from webapp.api import event_types
from webapp.api.http import conditions
from webapp.core.extensions import db
from webapp.domain.actor import host_actor
from webapp.services.bookings import bookings, decisions
from webapp.services.event_types import event_types as services
from webapp.services.webhooks import endpoints
from webapp.services.webhooks.content import WebhookChange

SECONDS = 0.5  # in which a rival is through, unless something keeps them waiting


class Rivals:
    """Others, each in a thread and context of their own."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self._app = app
        self._monkeypatch = monkeypatch
        self._threads: list[threading.Thread] = []
        self.faults: list[Exception] = []

    def act_after(self, place: Any, name: str, act: Callable[[], object]) -> None:
        """As soon as the function of this name has been called for the first time."""
        function = getattr(place, name)

        def called(*given: Any) -> Any:
            found = function(*given)
            if not self._threads:
                self._begin(act)
            return found

        self._monkeypatch.setattr(place, name, called)

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    def _begin(self, act: Callable[[], object]) -> None:
        self._threads.append(threading.Thread(target=self._run, args=(act,)))
        self._threads[-1].start()
        self._threads[-1].join(SECONDS)

    def _run(self, act: Callable[[], object]) -> None:
        with self._app.app_context():
            try:
                act()
            except Exception as fault:  # noqa: BLE001  shown by the assertion
                self.faults.append(fault)
            finally:
                db.session.remove()


@pytest.fixture
def rivals(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rivals]:
    found = Rivals(app, monkeypatch)
    yield found
    found.wait()


def test_a_guest_cancels_what_they_saw_and_not_what_the_host_made_of_it_since(
    guest: Caller, build: Build, ada: int, rivals: Rivals
) -> None:
    made = guest.post("/bookings", GUEST | {"slot_id": str(build.slot(ada).public_id)}).get_json()
    gita = Caller(guest.client, guest.specification, made["manage_token"])
    free, path = build.slot(ada, tomorrow(15)), f"/bookings/{made['id']}"

    def move() -> None:
        bookings.reschedule(uuid.UUID(made["id"]), free.start, actor=host_actor(ada))

    rivals.act_after(conditions, "require_match", move)
    assert gita.delete(path, If_Match=gita.get(path).headers["ETag"]).status_code == 204
    rivals.wait()
    assert [type(fault).__name__ for fault in rivals.faults] == ["AlreadyCancelled"]
    assert gita.get(path).get_json()["start"] == made["start"]


def test_a_host_moves_what_they_saw_and_not_what_was_accepted_since(
    host: Caller, build: Build, ada: int, rivals: Rivals
) -> None:
    build.event_type(ada, requires_confirmation=True)
    made, free = build.booking(build.slot(ada)), build.slot(ada, tomorrow(15))
    path = f"/bookings/{made.uid}"
    rivals.act_after(conditions, "require_match", lambda: decisions.accept(made.uid, actor=host_actor(ada)))
    moved = host.post(f"{path}/reschedule", {"start": written(free.start)}, If_Match=host.get(path).headers["ETag"])
    assert (moved.status_code, moved.get_json()["status"]) == (200, "pending")


def test_of_two_who_change_different_things_of_an_event_type_none_loses_theirs(
    host: Caller, make_token: TokenMaker, ada: int, rivals: Rivals
) -> None:
    path = "/event-types/30min"
    other = Caller(host.client.application.test_client(), host.specification, make_token(ada))
    change = {"buffer_after_minutes": 10}
    rivals.act_after(event_types, "get_event_type_content", lambda: other.patch(path, change))
    assert host.patch(path, {"title": "New"}).status_code == 200
    rivals.wait()
    now = host.get(path).get_json()
    assert (now["title"], now["buffer_after_minutes"], rivals.faults) == ("New", 10, [])


def test_what_a_host_switches_off_on_a_page_meanwhile_stays_off(host: Caller, ada: int, rivals: Rivals) -> None:
    path = "/event-types/30min"

    def switch_off() -> None:
        services.switch_event_type("30min", is_active=False, host_id=ada, actor=host_actor(ada))

    rivals.act_after(event_types, "get_event_type_content", switch_off)
    assert host.patch(path, {"title": "New"}).status_code == 200
    rivals.wait()
    now = host.get(path).get_json()
    assert (now["title"], now["is_active"], rivals.faults) == ("New", False, [])


def test_a_program_changes_the_webhook_it_saw_and_not_what_a_page_made_of_it_since(
    host: Caller, ada: int, rivals: Rivals
) -> None:
    made = host.post("/webhooks", {"url": "https://example.org/hook", "events": ["booking.created"]}).get_json()
    path = f"/webhooks/{made['id']}"

    def change() -> None:
        wanted = WebhookChange(description="Of the page")
        endpoints.change_webhook(uuid.UUID(made["id"]), wanted, host_id=ada, actor=host_actor(ada))

    rivals.act_after(conditions, "require_match", change)
    answer = host.patch(path, {"events": ["booking.cancelled"]}, If_Match=host.get(path).headers["ETag"])
    assert (answer.status_code, answer.get_json()["description"]) == (200, "")
    rivals.wait()
    assert (host.get(path).get_json()["description"], rivals.faults) == ("Of the page", [])
