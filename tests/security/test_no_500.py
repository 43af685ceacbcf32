"""No request makes the server fail: each route of the URL map, as a guest, a host and an admin and with a token, gets
what nobody would type. Every answer has a status below 500."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

import pytest
import requests
from flask import Flask
from werkzeug.routing import Rule

from tests.builders import Build, tomorrow
from tests.live import Live, Person
from tests.security.hostile import (
    BODIES,
    BROKEN,
    BYTES,
    HEADERS,
    HUGE,
    INTEGERS,
    LONG,
    MULTIPART,
    PARAMETERS,
    TEXTS,
    VALUES,
)
from tests.web.pages import forms_of
from webapp.domain.actor import host_actor
from webapp.services.accounts.tokens import NewToken, Scope, create_token
from webapp.services.shared.links import manage_token
from webapp.web.shared.form_tokens import form_token
from webapp.web.shared.guards import Guard, guard_of


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def ada(live: Live, build: Build, password_hash: str) -> Person:
    """Host and admin, with one of everything, logged in."""
    host = build.host(slug="ada", email="ada@example.org", password_hash=password_hash, roles=("host", "admin"))
    build.booking(build.slot(host, tomorrow(10)), event_type="30min")
    build.slot(host, tomorrow(12))
    person = Person(live)
    person.log_in("ada@example.org")
    return person


def test_no_page_fails(live: Live, app: Flask, build: Build, ada: Person) -> None:
    values, session = values_of(app, build), ada.session
    token = forms_of(ada.open("/settings").text)[0][1]["csrf_token"]
    names = {name for path in FORM_PAGES for _, fields in forms_of(ada.open(path).text) for name in fields}
    names |= set(PARAMETERS)
    asks = [
        with_token(app, ask, None if is_guests(app, rule) else token)
        for rule, method in rules(app, api=False)
        for ask in pages_asked(rule, method, values, sorted(names))
    ]
    refused_only(live, session.cookies, asks)


@pytest.mark.parametrize("page", ["/login", "/settings/password", "/verify"])
def test_long_passwords_are_refused(live: Live, ada: Person, page: str) -> None:
    person = ada if page in ("/settings/password", "/verify") else Person(live)
    for target, fields in forms_of(person.open(page).text):
        typed = {name: LONG for name in fields if "password" in name}
        if typed:
            filled = {name: value or "ada@example.org" for name, value in fields.items()} | typed
            answer = person.session.post(live.url + (target or page), data=filled, timeout=60)
            assert answer.status_code == 422
            return
    pytest.fail("no form asks for a password")


def test_an_id_that_no_row_can_have_is_not_found(live: Live, app: Flask, build: Build, ada: Person) -> None:
    values, token = values_of(app, build), forms_of(ada.open("/settings").text)[0][1]["csrf_token"]
    found = {}
    for rule, method in rules(app, api=False):
        for name in rule.arguments if method == "POST" and "<int:" in rule.rule else ():
            url = live.url + path_of(rule, values, **{name: HUGE})
            found[rule.rule] = ada.session.post(url, data={"csrf_token": token}, timeout=60).status_code
    assert len(found) > 5
    assert set(found.values()) == {404}, found


def test_no_page_fails_for_strangers(live: Live, app: Flask, build: Build, ada: Person) -> None:
    values = values_of(app, build)
    asks = [Ask(method, path_of(rule, values)) for rule, method in rules(app, api=False)]
    asks += [Ask("GET", path, headers=headers) for path in ("/ada/30min", "/login", "/") for headers in HEADERS]
    refused_only(live, None, asks)


def test_no_operation_of_the_api_fails(live: Live, app: Flask, build: Build, ada: Person) -> None:
    values = values_of(app, build)
    host = build.row("SELECT id FROM host WHERE slug = 'ada'")[0]
    with app.app_context():
        bearer = create_token(NewToken(name="x", scope=Scope.WRITE), host_id=host, actor=host_actor(host))
    spec = requests.get(f"{live.url}/openapi.json", timeout=60).json()
    asks = []
    for rule, method in rules(app, api=True):
        for number, ask in enumerate(operations_asked(rule, method, values, spec)):
            token = {} if number % 7 == 6 else {"Authorization": f"Bearer {bearer}"}
            asks.append(Ask(ask.method, ask.path, ask.body, token | ask.headers))
    refused_only(live, None, asks)


FORM_PAGES = (
    "/settings", "/settings/password", "/settings/webhooks", "/settings/tokens", "/settings/feeds", "/event-types/new",
    "/event-types/30min/edit", "/availability", "/availability/blocked", "/availability/new", "/calendar/slots/new",
    "/calendar/slots/many", "/ada/30min/book?start=2199-01-01T00:00:00Z", "/login", "/privacy", "/admin/bookings/",
)  # fmt: skip


def refused_only(live: Live, cookies: Any, asks: Iterable[Ask]) -> None:
    """Send them all, several at once."""

    def send(chunk: list[Ask]) -> list[str]:
        session = requests.Session()
        if cookies is not None:
            session.cookies.update(cookies)
        return [found for ask in chunk if (found := _failure(live, session, ask))]

    queue = list(asks)
    with ThreadPoolExecutor(6) as pool:
        failures = [one for found in pool.map(send, (queue[number::6] for number in range(6))) for one in found]
    assert not failures, f"{len(failures)} of {len(queue)}:\n" + "\n".join(sorted(failures)[:40])
    assert requests.get(f"{live.url}/healthz", timeout=60).ok


def _failure(live: Live, session: requests.Session, ask: Ask) -> str:
    headers = {name: value.encode("latin-1") for name, value in ask.headers.items()}
    given: dict[str, Any] = {"data": ask.body, "headers": headers, "timeout": 60, "allow_redirects": False}
    try:
        status = session.request(ask.method, live.url + ask.path, **given).status_code
    except requests.ConnectionError:
        # The server closes a connection whose body it does not read; the next request may meet the end of it.
        try:
            status = requests.request(ask.method, live.url + ask.path, cookies=session.cookies, **given).status_code
        except requests.ConnectionError:
            return "" if len(str(ask.body)) > 64_000 else f"closed {ask.method} {ask.path[:150]} {str(ask.body)[:150]}"
    return f"{status} {ask.method} {ask.path[:150]} {str(ask.body)[:150]}" if status >= 500 else ""


def rules(app: Flask, *, api: bool) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") is api and rule.endpoint not in LEFT_OUT:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


LEFT_OUT = ("security.logout",)  # it would end the session of all the rest


def values_of(app: Flask, build: Build) -> dict[str, str]:
    """Of rows that exist."""
    (uid,) = build.row("SELECT uid FROM booking LIMIT 1")
    (slot,) = build.row("SELECT public_id FROM slot WHERE seats_taken = 0 LIMIT 1")
    (schedule,) = build.row("SELECT id FROM schedule LIMIT 1")
    with app.app_context():
        token = manage_token(uid)
    ids = {"uid": uid, "booking_id": uid, "public_id": slot, "slot_id": slot, "schedule_id": schedule}
    return {name: str(value) for name, value in ids.items()} | {
        "token": token, "host_slug": "ada", "event_type": "30min", "export_type": "csv", "filename": "x",
    }  # fmt: skip


def path_of(rule: Rule, values: dict[str, str], **other: str) -> str:
    """`other`: already percent-encoded."""
    parts = []
    for is_dynamic, part in rule._trace:
        name = part
        if not is_dynamic:
            parts.append(part.lstrip("|"))
        elif name in other:
            parts.append(other[name])
        elif name == "slug":
            parts.append("30min" if "/event-types/" in rule.rule else "ada")
        else:
            known = str(uuid.UUID(int=1)) if name.endswith("_id") and "uuid" in rule.rule else "1"
            parts.append(values.get(name, known))
    return "".join(parts)


def hostile_paths(rule: Rule, values: dict[str, str]) -> Iterator[str]:
    for name in rule.arguments:
        for value in (*INTEGERS[2:], "1,2", "x" * 4097, "%20", *BYTES[:3]):
            yield path_of(rule, values, **{name: value})


def rotations(names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Each name with other texts each time."""
    for number in range(0, len(TEXTS), 5):
        yield dict(zip(names, islice(cycle(TEXTS), number, None), strict=False))


def pages_asked(rule: Rule, method: str, values: dict[str, str], names: list[str]) -> Iterator[Ask]:
    path = path_of(rule, values)
    if rule.rule.startswith("/admin/") and not rule.endpoint.startswith(("admin_bookings", "admin_hosts")):
        # The other tables have the same views.
        yield from (Ask(method, f"{path}?id={value}&flt0_0={value}&page={value}") for value in ("1,2", HUGE, "%ff"))
        return
    yield from (Ask(method, other) for other in hostile_paths(rule, values))
    yield from (Ask(method, f"{path}?id={value}") for value in ("1,2", *INTEGERS[2:]))
    if method == "GET":
        for given in rotations(PARAMETERS):
            yield Ask(method, path + "?" + "&".join(f"{name}={quote(value[:900])}" for name, value in given.items()))
        for value in (quote("1,2"), HUGE, *BYTES[:2]):
            yield Ask(method, path + "?" + "&".join(f"{name}={value}" for name in PARAMETERS))
        return
    yield from (Ask(method, path, given) for given in rotations(names))
    for value in ("", LONG):
        yield Ask(method, path, dict.fromkeys(names, value))
    yield Ask(method, path, [(name, "1,2") for name in names for _ in range(2)])
    yield Ask(method, path, "&".join(f"{quote(name)}=%ed%a0%80" for name in names), FORM)
    yield from (Ask(method, path, body, {"Content-Type": MULTIPART}) for body in BROKEN)
    yield Ask(method, path, b'{"email": {}}', JSON)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def is_guests(app: Flask, rule: Rule) -> bool:
    return guard_of(app.view_functions[rule.endpoint]) in (Guard.PUBLIC, Guard.MANAGE_LINK)


def with_token(app: Flask, ask: Ask, token: str | None) -> Ask:
    """The token of forms, so that the request gets further than to its check."""
    if ask.method == "GET":
        return ask
    if token is None:
        with app.app_context():
            token = form_token(ask.path.partition("?")[0])
    if ask.body is None:
        return Ask(ask.method, ask.path, {"csrf_token": token})
    if isinstance(ask.body, bytes):
        return Ask(ask.method, ask.path, ask.body, ask.headers | {"X-CSRFToken": token})
    if isinstance(ask.body, dict):
        return Ask(ask.method, ask.path, ask.body | {"csrf_token": token})
    if isinstance(ask.body, list):
        kept = [(name, value) for name, value in ask.body if name != "csrf_token"]
        return Ask(ask.method, ask.path, [*kept, ("csrf_token", token)])
    return Ask(ask.method, ask.path, f"csrf_token={quote(token)}&{ask.body}", ask.headers)


def operations_asked(rule: Rule, method: str, values: dict[str, str], spec: dict[str, Any]) -> Iterator[Ask]:
    path = path_of(rule, values)
    for other in hostile_paths(rule, values):
        yield Ask(method, other, None if method == "GET" else b"{}", {} if method == "GET" else JSON)
    operation = operation_in(spec, rule, method)
    if method == "GET":
        names = [one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"]
        for value in (*(quote(text[:900]) for text in TEXTS), *BYTES):
            yield Ask(method, path + "?" + "&".join(f"{name}={value}" for name in names))
        return
    for body in BODIES:
        yield Ask(method, path, body, JSON)
    example = example_of(operation)
    for value in VALUES:
        yield Ask(
            method, path, json.dumps(dict.fromkeys(example, value)), JSON | {"Idempotency-Key": str(uuid.uuid4())}
        )
        for name in example:
            yield Ask(method, path, json.dumps(example | {name: value}), JSON)
    yield Ask(method, path, b"a=1", FORM)
    yield Ask(method, path, b"{}", JSON | {"Idempotency-Key": "\xff"})


def operation_in(spec: dict[str, Any], rule: Rule, method: str) -> dict[str, Any]:
    shape = "".join("{}" if is_dynamic else part.lstrip("|") for is_dynamic, part in rule._trace)
    for path, operations in spec["paths"].items():
        parts = path.split("/")
        if "/".join("{}" if part.startswith("{") else part for part in parts) == shape and method.lower() in operations:
            return {"parameters": operations.get("parameters", [])} | dict(operations[method.lower()])
    return {}


def example_of(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return dict(content.get("example") or {})
