"""Addresses of pages: nobody takes one that somebody else has just left, and a link for one booking is the only way."""

from collections.abc import Callable

import pytest
import requests

from tests.builders import Build, tomorrow
from tests.live import Live, Person
from tests.web.pages import forms_of
from webapp.domain.actor import host_actor
from webapp.services.event_types.single_use_links import create_link

GUEST = {"name": "Bob", "email": "bob@example.net", "subject": "Hello"}


@pytest.fixture
def ada(live: Live, host: int) -> Person:
    """Logged in."""
    person = Person(live)
    person.log_in("ada@example.org")
    return person


@pytest.fixture
def start(build: Build, host: int) -> str:
    return f"{build.slot(host, tomorrow(10, days=3)).start:%Y-%m-%dT%H:%M:%SZ}"


def rename(person: Person, slug: str) -> requests.Response:
    return person.submit("/settings", action="/settings", slug=slug)


def other(build: Build, live: Live, password_hash: str) -> Person:
    build.host(email="cleo@example.org", slug="cleo", password_hash=password_hash)
    person = Person(live)
    person.log_in("cleo@example.org")
    return person


def test_a_slug_that_was_left_cannot_be_taken_by_others(
    ada: Person, live: Live, build: Build, password_hash: str
) -> None:
    rename(ada, "ada-lovelace")
    refused = rename(other(build, live, password_hash), "ada")
    assert refused.status_code in (409, 422), "somebody else has the address now"
    assert build.row("SELECT slug FROM host WHERE email = 'cleo@example.org'")[0] == "cleo"
    rename(ada, "ada")
    assert build.row("SELECT slug FROM host WHERE email = 'ada@example.org'")[0] == "ada"


def test_a_slug_is_free_after_90_days(ada: Person, live: Live, build: Build, password_hash: str) -> None:
    rename(ada, "ada-lovelace")
    build.row("UPDATE former_host_slug SET left_at = now() - interval '91 days' RETURNING slug")
    rename(other(build, live, password_hash), "ada")
    assert build.row("SELECT slug FROM host WHERE email = 'cleo@example.org'")[0] == "ada"


def test_nobody_keeps_many_addresses_from_others(ada: Person, build: Build) -> None:
    answers = [rename(ada, f"ada-{number}") for number in range(8)]
    assert answers[-1].status_code in (409, 422)
    assert build.row("SELECT count(*) FROM former_host_slug")[0] <= 5


def test_old_addresses_lead_to_the_new_ones(ada: Person, live: Live, host: int, start: str) -> None:
    stranger = Person(live)
    form = stranger.open(f"/ada/30min/book?start={start}&zone=Europe/Berlin")
    rename(ada, "ada-lovelace")
    ada.submit("/event-types/30min/edit", action="/edit", slug="half-an-hour", title="Half an hour", duration="30",
               window_kind="none", location_kind="", color="spruce", is_active="y", is_public="y")  # fmt: skip
    assert stranger.open("/ada").url == f"{live.url}/ada-lovelace"
    assert stranger.open("/ada/30min?zone=UTC").url == f"{live.url}/ada-lovelace/half-an-hour?zone=UTC"
    assert stranger.open("/ada-lovelace/30min").url == f"{live.url}/ada-lovelace/half-an-hour"
    assert requests.get(f"{live.url}/api/v1/hosts/ada", timeout=60).json()["slug"] == "ada-lovelace"
    day = start[:10]
    listed = f"{live.url}/api/v1/hosts/ada/event-types/30min/slots?from={day}&to={day}&time_zone=UTC"
    assert requests.get(listed, timeout=60).json()["data"]
    [fields] = [fields for target, fields in forms_of(form.text) if target.endswith("/book")]
    done = stranger.session.post(f"{live.url}/ada/30min/book", data=fields | GUEST, timeout=60)
    assert "/manage/" in done.url, done.text[-2000:]


def test_a_program_books_at_the_old_address(ada: Person, live: Live, start: str) -> None:
    rename(ada, "ada-lovelace")
    body = GUEST | {"host": "ada", "event_type": "30min", "start": start, "time_zone": "UTC"}
    made = requests.post(f"{live.url}/api/v1/bookings", json=body, timeout=60)
    assert made.status_code == 201, made.text
    assert made.json()["host"]["slug"] == "ada-lovelace"


def link_only(build: Build, host: int) -> str:
    """The path of a single-use link to an event type that cannot be reached otherwise."""
    build.event_type(host, needs_link=True)
    with build.app.app_context():
        return f"/once/{create_link('30min', host_id=host, actor=host_actor(host))}"


def test_what_needs_a_link_is_nowhere_without_one(live: Live, build: Build, host: int, start: str) -> None:
    slot_id = build.row("SELECT public_id FROM slot")[0]
    link_only(build, host)
    guest, query, day = Person(live), f"?start={start}&zone=UTC", start[:10]
    assert guest.open("/ada/30min").status_code == 404
    assert guest.open(f"/ada/30min/book{query}").status_code == 404
    assert "30 minutes" not in guest.open("/ada").text
    public = requests.get(f"{live.url}/api/v1/hosts/ada", timeout=60).json()
    assert "30min" not in [one["slug"] for one in public["event_types"]]
    slots = f"{live.url}/api/v1/hosts/ada/event-types/30min/slots?from={day}&to={day}&time_zone=UTC"
    assert requests.get(slots, timeout=60).status_code == 404
    body = GUEST | {"time_zone": "UTC"}
    for place in ({"host": "ada", "event_type": "30min", "start": start}, {"slot_id": str(slot_id)}):
        answer = requests.post(f"{live.url}/api/v1/bookings", json=body | place, timeout=60)
        assert answer.status_code == 404, answer.text
    assert build.row("SELECT count(*) FROM booking")[0] == 0


def test_a_link_books_once_and_its_guest_may_move(
    live: Live, build: Build, host: int, start: str, person: Callable[[], Person]
) -> None:
    later = f"{build.slot(host, tomorrow(12, days=3)).start:%Y-%m-%dT%H:%M:%SZ}"
    once, query = link_only(build, host), f"?start={start}&zone=UTC"
    guest = person()
    done = guest.submit(f"{once}/book{query}", action="/book", **GUEST)
    assert "/manage/" in done.url, done.text[-2000:]
    assert person().open(f"{once}/book{query}").status_code == 410
    token = done.url.rpartition("/")[2].partition("?")[0]
    booking = build.row("SELECT uid FROM booking")[0]
    moved = requests.post(
        f"{live.url}/api/v1/bookings/{booking}/reschedule",
        json={"start": later},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    assert moved.status_code == 200, moved.text
