"""What one public request can cost, with its worst parameters and of the worst host: processor time and memory of the
web server. Each public route has its requests in `REQUESTS`; a new one fails until it has."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from tests.builders import Build
from tests.processes.conftest import Serve, Server, serve  # noqa: F401  a fixture
from tests.security.worst_host import WIDE, WorstHosts, worst_hosts
from webapp.api.http.callers import Access
from webapp.api.http.operation import operation_of
from webapp.domain.actor import host_actor
from webapp.services.event_types.single_use_links import create_link
from webapp.services.ical.feeds import Detail, NewFeed, create_feed
from webapp.services.privacy.guests import privacy_token
from webapp.services.shared.links import confirm_booking_url, manage_token, not_me_url
from webapp.web.shared.form_tokens import form_token
from webapp.web.shared.guards import Guard, guard_of

MOST_SECONDS, MOST_MB = 0.2, 20
TICK = os.sysconf("SC_CLK_TCK")
PUBLIC_GUARDS = (Guard.PUBLIC, Guard.VISITOR, Guard.MANAGE_LINK, Guard.FEED_LINK)
PUBLIC_ACCESS = (Access.PUBLIC, Access.BOOKING, Access.CHANGE_BOOKING)
# Each time another one: what is in the server's memory must not hide what an answer costs.
ZONES = ("Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham", "Africa/Casablanca")
NOW = datetime.now(UTC)
SOON, LATER = (NOW + timedelta(days=days) for days in (3, 400))
MONTH = f"{SOON:%Y-%m}"
TIMES = f"?month={MONTH}&zone={{zone}}"
IN_62_DAYS = f"from={NOW:%Y-%m-%d}&to={NOW + timedelta(days=61):%Y-%m-%d}&time_zone={{zone}}"
TAKEN = f"{SOON:%Y-%m-%d}T12:00:00Z"


@dataclass(frozen=True)
class Ask:
    """A request. Braces in its path and values are filled in. `form`: of a page that needs no session, whose token is
    added; `session_form`: of one whose page must be opened first."""

    path: str
    form: dict[str, str] | None = None
    session_form: dict[str, str] | None = None
    json: dict[str, Any] | None = None
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)


HTMX = {"HX-Request": "true"}
BEARER = {"Authorization": "Bearer {manage}"}
GUEST = {"name": WIDE * 120, "email": f"{'g' * 60}@example.net", "subject": WIDE * 200, "notes": WIDE * 2000}
ANSWERS = {f"answer-q{number}": f"{number}-99" for number in range(30)}
BOOKING = GUEST | ANSWERS | {"start": TAKEN, "zone": "{zone}"}
LOG_IN = {"email": "dense@example.org", "password": "p" * 128}

REQUESTS: dict[str, Sequence[Ask]] = {
    "home.index": [Ask("/")],
    "booking.host": [Ask("/dense"), Ask("/full")],
    "booking.times": [
        *(Ask(f"/{host}/worst{TIMES}") for host in ("dense", "rare", "full")),
        Ask(f"/dense/worst{TIMES}&day={SOON:%Y-%m-%d}", headers=HTMX),
        *(
            Ask(f"/{host}/worst?month={month}&zone={{zone}}")
            for host in ("dense", "rare", "full")
            for month in ("2199-12", f"{LATER:%Y-%m}")
        ),
    ],
    "booking.details": [Ask(f"/{host}/worst/book?start={TAKEN}&zone={{zone}}") for host in ("dense", "rare", "full")]
    + [Ask("/dense/worst/book?start=2199-12-31T12:00:00Z&zone={zone}")],
    "booking.book": [Ask(f"/{host}/worst/book", form=BOOKING) for host in ("rare", "full")]
    + [Ask("/full/worst/book", form=BOOKING | {"start": "2199-12-31T12:00:00Z"})],
    "calendar_files.busy_times": [Ask("/full/freebusy.ics"), Ask("/dense/freebusy.ics")],
    "calendar_files.bookings": [Ask("/feeds/{feed}.ics"), Ask("/feeds/{busy_feed}.ics")],
    "security_txt.security_txt": [Ask("/.well-known/security.txt")],
    "health.healthz": [Ask("/healthz")],
    "health.readyz": [Ask("/readyz")],
    "manage.booking": [Ask("/manage/{manage}")],
    "manage.ask_cancel": [Ask("/manage/{manage}/cancel")],
    "manage.cancel": [Ask("/manage/{manage}/cancel", form={"reason": WIDE * 4000})],
    "manage.invite": [Ask("/manage/{manage}/invite.ics")],
    "manage.choose": [
        Ask(f"/manage/{{manage}}/reschedule?month={month}&zone={{zone}}") for month in (MONTH, "2199-12")
    ],
    "manage.move": [Ask("/manage/{manage}/reschedule", form={"start": TAKEN})],
    "manage.confirm_move": [
        Ask(f"/manage/{{manage}}/reschedule/confirm?start={start}") for start in (TAKEN, "2199-12-31T12:00:00Z")
    ],
    "booking.once": [Ask(f"/once/{{link}}{TIMES}"), Ask("/once/{link}?month=2199-12")],
    "booking.once_details": [Ask(f"/once/{{link}}/book?start={TAKEN}&zone={{zone}}")],
    "booking.once_book": [Ask("/once/{link}/book", form=BOOKING)],
    "confirmation.ask": [Ask("/confirm-booking/{confirm}")],
    "confirmation.confirm": [Ask("/confirm-booking/{confirm}", form={})],
    "not_me.ask": [Ask("/not-me/{not_me}")],
    "not_me.send": [Ask("/not-me/{not_me}/report", form={})],
    "not_me.undo": [Ask("/not-me/{not_me}/take-back", form={})],
    "privacy.ask": [Ask("/privacy")],
    "privacy.send": [Ask("/privacy", form={"email": "guest@example.net"})],
    "privacy.asked": [Ask("/privacy/asked")],
    "privacy.erased": [Ask("/privacy/erased")],
    "privacy.held": [Ask("/privacy/{privacy}")],
    "privacy.download": [Ask("/privacy/{privacy}/data.json")],
    "privacy.ask_erase": [Ask("/privacy/{privacy}/erase")],
    "privacy.erase": [Ask("/privacy/{privacy}/erase", form={})],
    "security.login": [Ask("/login"), Ask("/login", session_form=LOG_IN)],
    "security.logout": [Ask("/logout", session_form={})],
    "security.register": [Ask("/register"), Ask("/register", session_form=LOG_IN | {"name": WIDE * 120})],
    "security.forgot_password": [Ask("/reset", session_form=LOG_IN)],
    "security.reset_password": [Ask(f"/reset/{'x' * 4000}")],
    "security.send_confirmation": [Ask("/confirm", session_form=LOG_IN)],
    "security.confirm_email": [Ask(f"/confirm/{'x' * 4000}")],
    "api_docs.tester": [Ask("/docs")],
    "api_docs.problems": [Ask("/docs/problems")],
    "api_docs.specification": [Ask("/openapi.json")],
    "api_public.get_host": [Ask("/api/v1/hosts/dense")],
    "api_public.list_offered_slots": [
        Ask(f"/api/v1/hosts/{host}/event-types/worst/slots?{span}")
        for host in ("dense", "rare", "full")
        for span in (IN_62_DAYS, "from=2199-11-01&to=2199-12-31", "from=2025-01-01&to=2025-03-03")
    ],
    "api_bookings.create_booking": [
        Ask(
            "/api/v1/bookings",
            json=GUEST
            | {
                "host": "full",
                "event_type": "worst",
                "start": TAKEN,
                "time_zone": "{zone}",
                "answers": {f"q{number}": "x" * 1000 for number in range(30)},
            },
        ),
        Ask("/api/v1/bookings", json={f"unknown{number}": [[[]]] for number in range(3000)}),
    ],
    "api_bookings.create_challenge": [Ask("/api/v1/challenges", json={})],
    "api_bookings.get_booking": [Ask("/api/v1/bookings/{booking}", headers=BEARER)],
    "api_bookings.get_invitation": [Ask("/api/v1/bookings/{booking}/invite.ics", headers=BEARER)],
    "api_bookings.cancel_booking": [
        Ask(
            "/api/v1/bookings/{booking}",
            method="DELETE",
            headers=BEARER,
            json={f"unknown{number}": [[[]]] for number in range(3000)},
        )
    ],
    "api_bookings.reschedule_booking": [
        Ask("/api/v1/bookings/{booking}/reschedule", headers=BEARER, json={"start": TAKEN})
    ],
}


def test_each_public_route_has_its_worst_requests(app: Flask) -> None:
    public = {rule.endpoint for rule in app.url_map.iter_rules() if is_public(app, rule.endpoint)}
    assert public == set(REQUESTS), "write the dearest requests of each public route into REQUESTS"


def is_public(app: Flask, endpoint: str) -> bool:
    view = app.view_functions[endpoint]
    operation = operation_of(view)
    if endpoint.startswith("api_docs.") or guard_of(view) in PUBLIC_GUARDS:
        return True
    return operation is not None and operation.access in PUBLIC_ACCESS


class Meter:
    """Processor time and memory of the processes that serve requests."""

    def __init__(self, server: Server) -> None:
        self.pids = [server.process.pid, *_children(server.process.pid)]

    def seconds(self) -> float:
        return sum(_ticks(pid) for pid in self.pids) / TICK

    def mb(self, name: str) -> float:
        return sum(_kb(pid, name) for pid in self.pids) / 1024

    def forget_peak(self) -> None:
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _children(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child)
        yield from _children(int(child))


def _ticks(pid: int) -> int:
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(values[11]) + int(values[12])


def _kb(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def test_no_public_request_costs_much(build: Build, app: Flask, serve: Serve) -> None:  # noqa: F811
    server = serve(LOG_LEVEL="error").wait_until_up()
    values = _values(app, build, worst_hosts(build))
    meter, dear = Meter(server), {}
    for endpoint, asks in REQUESTS.items():
        for ask in asks:
            seconds, mb, status = _cost(app, server, meter, ask, values)
            assert status < 500, (endpoint, ask.path, status)
            print(f"{endpoint:32} {status} {1000 * seconds:6.0f} ms {mb:6.1f} MB  {ask.path[:80]}")
            if seconds > MOST_SECONDS or mb > MOST_MB:
                dear[f"{endpoint} {ask.path}"] = f"{1000 * seconds:.0f} ms, {mb:.0f} MB"
    assert not dear


def _values(app: Flask, build: Build, hosts: WorstHosts) -> dict[str, str]:
    with app.app_context():
        feeds = {
            name: create_feed(NewFeed(name="x", detail=detail), host_id=hosts.full, actor=host_actor(hosts.full))
            for name, detail in (("feed", Detail.FULL), ("busy_feed", Detail.BUSY))
        }
        link = create_link("worst", host_id=hosts.rare, actor=host_actor(hosts.rare))
        uid = hosts.booking
        mailed = {"confirm": confirm_booking_url(uid), "not_me": not_me_url(uid)}
        links = {name: url.rpartition("/")[2] for name, url in mailed.items()}
        manage, privacy = manage_token(uid), privacy_token(hosts.booking, hosts.email)
    return {**feeds, "link": link, "manage": manage, **links, "privacy": privacy, "booking": str(hosts.booking)}


def _cost(app: Flask, server: Server, meter: Meter, ask: Ask, values: dict[str, str]) -> tuple[float, float, int]:
    """Seconds and MB of one request, and its status; the least of some, as whatever else the
    machine does only adds; the first one loads modules."""
    costs = []
    for zone in ZONES[:4]:
        send = _prepared(app, server, ask, values | {"zone": zone})
        meter.forget_peak()
        seconds, mb = meter.seconds(), meter.mb("VmRSS")
        status = send().status_code
        costs.append((meter.seconds() - seconds, meter.mb("VmHWM") - mb))
    return min(cost[0] for cost in costs[1:]), min(cost[1] for cost in costs[1:]), status


def _prepared(app: Flask, server: Server, ask: Ask, values: dict[str, str]) -> Any:
    def filled(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    session, url = requests.Session(), f"http://localhost:{server.port}{filled(ask.path)}"
    given: dict[str, Any] = {"headers": {name: filled(value) for name, value in ask.headers.items()}}
    if ask.json is not None:
        given["json"] = json.loads(filled(json.dumps(ask.json)))
    if ask.form is not None:
        with app.app_context():
            given["data"] = {name: filled(value) for name, value in ask.form.items()} | {
                "csrf_token": form_token(filled(ask.path))
            }
    if ask.session_form is not None:
        page = session.get(url if "logout" not in url else url.replace("logout", "login"), timeout=60).text
        given["data"] = ask.session_form | {"csrf_token": page.partition('name="csrf_token"')[2].split('"')[3]}
    has_body = ask.form is not None or ask.session_form is not None or ask.json is not None
    method = ask.method or ("POST" if has_body else "GET")
    return lambda: session.request(method, url, timeout=120, allow_redirects=False, **given)
