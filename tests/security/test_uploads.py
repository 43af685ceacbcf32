"""Files that hosts upload, and how much of a host is public: neither may keep the web server from everybody else."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders import Build, tomorrow
from tests.live import Live, Person
from tests.processes.conftest import Serve, Server, serve  # noqa: F401
from tests.services.portability.documents import exported
from webapp.domain.actor import host_actor
from webapp.embedded.mailcatcher.sink import MailSink
from webapp.services.accounts.tokens import NewToken, create_token
from webapp.services.event_types.content import EventTypeContent
from webapp.services.event_types.event_types import create_event_type

PAGE = "/settings/data"
MOST_PUBLIC = 100
UPLOADS = 3
MOST_SECONDS = 1.0  # of processor time, for all uploads together


@pytest.fixture
def alone(serve: Serve, clean: None) -> Iterator[Live]:  # noqa: F811
    """A web server without a worker."""
    server: Server = serve(WEB_THREADS="4").wait_until_up()
    with MailSink() as sink:
        yield Live(f"http://localhost:{server.port}", sink)


@pytest.fixture
def document(build: Build, host: int) -> dict[str, Any]:
    """Of a host with a slot."""
    build.slot(host, tomorrow(10))
    with build.app.app_context():
        return dict(json.loads(exported(host)))


def large(document: dict[str, Any]) -> str:
    """The document with 12,000 slots in a row: some three megabytes."""
    slot = document["slots"][0]
    times = ("start", "end", "busy_from", "busy_until")

    def later(hours: int) -> dict[str, str]:
        moved = {name: datetime.fromisoformat(slot[name]) + timedelta(hours=hours) for name in times}
        return {name: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for name, moment in moved.items()}

    return json.dumps(document | {"slots": [slot | later(hours) for hours in range(12_000)]})


def newcomer(build: Build, live: Live, password_hash: str, name: str) -> Person:
    build.host(email=f"{name}@example.org", slug=name, password_hash=password_hash)
    person = Person(live)
    person.log_in(f"{name}@example.org")
    return person


def upload(person: Person, content: str) -> requests.Response:
    token = person.open(PAGE).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    files = {"file": ("openslot.json", content, "application/json")}
    return person.session.post(f"{person.live.url}{PAGE}/restore", data={"csrf_token": token}, files=files, timeout=120)


def eventually(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not is_so() and time.monotonic() < until:
        time.sleep(0.2)
    return is_so()


def seconds_of(port: int) -> float:
    """Processor time of the web server that listens there, with its worker processes."""
    found = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes().split(b"\0")
            spent = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
        except (OSError, ValueError):
            continue
        if f"PORT={port}".encode() in environ:
            found += sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")
    return found


def test_the_web_server_only_stores_what_is_uploaded(
    alone: Live, build: Build, document: dict[str, Any], password_hash: str
) -> None:
    content, port = large(document), int(alone.url.rpartition(":")[2])
    people = [newcomer(build, alone, password_hash, f"new-{number}") for number in range(UPLOADS)]
    before = seconds_of(port)
    answers = [upload(person, content) for person in people]
    took = seconds_of(port) - before
    assert took < MOST_SECONDS, f"{UPLOADS} uploads took the web server {took:.1f} s"
    assert [answer.status_code for answer in answers] == [200] * UPLOADS, answers[0].text[-1500:]
    assert all("is being restored" in answer.text for answer in answers)
    assert "still empty" not in people[0].open(PAGE).text


def test_one_upload_of_a_host_waits_at_a_time(
    alone: Live, build: Build, document: dict[str, Any], password_hash: str
) -> None:
    person = newcomer(build, alone, password_hash, "bob")
    assert upload(person, json.dumps(document)).status_code == 200
    again = upload(person, json.dumps(document))
    assert again.status_code == 409
    assert "is being restored" in again.text
    assert build.row("SELECT count(*) FROM host_import")[0] == 1


def test_the_worker_restores_and_the_page_says_so(
    live: Live, build: Build, document: dict[str, Any], password_hash: str
) -> None:
    person = newcomer(build, live, password_hash, "bob")
    upload(person, json.dumps(document))
    assert eventually(lambda: "Restored: 3 event types" in person.open(PAGE).text), person.open(PAGE).text
    assert build.rows("SELECT 1 FROM host_import WHERE document IS NOT NULL") == []


def test_the_page_names_what_is_wrong_in_the_file(
    live: Live, build: Build, document: dict[str, Any], password_hash: str
) -> None:
    person = newcomer(build, live, password_hash, "bob")
    document["slots"][0]["capacity"] = "many"
    upload(person, json.dumps(document))
    assert eventually(lambda: "slots[0].capacity" in person.open(PAGE).text), person.open(PAGE).text
    assert "still empty" in person.open(PAGE).text
    assert build.rows("SELECT 1 FROM host_import WHERE document IS NOT NULL") == []


def with_many_event_types(build: Build, host: int, count: int) -> None:
    """So that this many are public: a new host has three."""
    with build.app.app_context():
        for number in range(count - 3):
            content = EventTypeContent(slug=f"type-{number}", title=f"Type {number}", duration_minutes=30)
            create_event_type(content, host_id=host, actor=host_actor(host))


def public_ones(live: Live) -> int:
    return len(requests.get(f"{live.url}/api/v1/hosts/ada", timeout=60).json()["event_types"])


def test_at_most_100_event_types_are_public(live: Live, build: Build, host: int) -> None:
    with_many_event_types(build, host, MOST_PUBLIC)
    with build.app.app_context():
        token = create_token(NewToken(name="test"), host_id=host, actor=host_actor(host))
    auth = {"Authorization": f"Bearer {token}"}
    url, ada = f"{live.url}/api/v1/event-types", Person(live)
    one_more = {"slug": "more", "title": "More", "duration_minutes": 30}
    refused = requests.post(url, json=one_more, headers=auth, timeout=60)
    assert refused.status_code == 422, f"{public_ones(live)} are public"
    assert "is_public" in refused.json()["errors"]
    assert requests.post(url, json=one_more | {"is_public": False}, headers=auth, timeout=60).status_code == 201
    listed = requests.patch(f"{url}/more", json={"is_public": True}, headers=auth, timeout=60)
    assert listed.status_code == 422
    ada.log_in("ada@example.org")
    page = ada.submit("/event-types/new", action="/new", title="Another", is_public="y", is_active="y", duration="30")
    assert page.status_code == 422
    assert "At most 100" in page.text
    ada.submit("/event-types", action="/type-0/duplicate")
    switched = ada.submit("/event-types", action="/type-0-2/switch", to="on")
    assert "At most 100" in switched.text
    assert public_ones(live) == MOST_PUBLIC


def test_at_most_100_event_types_of_a_file_are_public(
    live: Live, build: Build, document: dict[str, Any], password_hash: str
) -> None:
    person = newcomer(build, live, password_hash, "bob")
    first = document["event_types"][0]
    document["event_types"] = [first | {"number": n, "slug": f"type-{n}"} for n in range(1, MOST_PUBLIC + 2)]
    upload(person, json.dumps(document))
    assert eventually(lambda: "At most 100" in person.open(PAGE).text), person.open(PAGE).text[-3000:]
    assert "still empty" in person.open(PAGE).text
