"""Keys of repeated requests: nobody gets the answer of somebody else, least of all a manage token."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.builders import Build, tomorrow
from tests.live import Live, Person

BODY = {
    "host": "ada",
    "event_type": "30min",
    "name": "Bob",
    "email": "bob@example.net",
    "subject": "Hello",
    "time_zone": "Europe/Berlin",
}


class From(HTTPAdapter):
    """Connects from another address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


@pytest.fixture
def book(live: Live, build: Build, host: int) -> Callable[..., requests.Response]:
    """Books with a key, as a program at an address."""
    slots = build.slots(host, [tomorrow(hour, days=3) for hour in range(8, 12)])

    def send(key: str, *, at: str = "127.0.0.1", slot: int = 0, **changes: str) -> requests.Response:
        with requests.Session() as session:
            session.mount("http://", From(at))
            body = BODY | {"start": f"{slots[slot].start:%Y-%m-%dT%H:%M:%SZ}"} | changes
            url = f"{live.url}/api/v1/bookings"
            return session.post(url, json=body, headers={"Idempotency-Key": key}, timeout=60)

    return send


def test_a_repeated_request_gets_the_first_answer(book: Callable[..., requests.Response]) -> None:
    first, again = book("1"), book("1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert book("1", subject="Another").json()["code"] == "idempotency_mismatch"


def test_nobody_else_gets_the_token_of_a_guessed_key(book: Callable[..., requests.Response]) -> None:
    token = book("1").json()["manage_token"]
    stranger = book("1", at="127.0.0.2")
    assert "Idempotent-Replayed" not in stranger.headers
    assert token not in stranger.text, f"{stranger.status_code} with the token of the guest"
    assert stranger.json()["code"] == "slot_taken"


def test_nobody_occupies_the_keys_of_others(book: Callable[..., requests.Response]) -> None:
    assert book("1", at="127.0.0.2", slot=1, email="eve@example.net").status_code == 201
    assert book("1").status_code == 201


def test_a_form_with_the_key_of_another_form_books_for_itself(
    live: Live, build: Build, host: int, person: Callable[[], Person]
) -> None:
    """Forms carry keys of the server; one that was sent to somebody else says nothing about that booking."""
    start = build.slot(host, tomorrow(9, days=4)).start
    other = build.host(slug="cleo")
    build.slot(other, start)
    key = "6f1f2e9e-0b1a-4c6e-9d55-0a2b2b0f7a11"
    typed = {"name": "Bob", "email": "bob@example.net", "subject": "Hello", "key": key}
    when = f"start={start:%Y-%m-%dT%H:%M:%SZ}&zone=Europe/Berlin"
    assert "/manage/" in person().submit(f"/ada/30min/book?{when}", action="/book", **typed).url
    assert "/manage/" in person().submit(f"/cleo/30min/book?{when}", action="/book", **typed).url
