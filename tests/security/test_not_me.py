"""Somebody books with a stranger's address. Each mail to the stranger has a link that ends it."""

import re
from email.message import EmailMessage
from urllib.parse import urljoin

import pytest
import requests

from tests.builders import Build, tomorrow
from tests.live import Live
from tests.schedule_builders import set_schedule
from tests.web.pages import forms_of

EVE = "eve@example.net"


@pytest.fixture(autouse=True)
def hosts(host: int, build: Build) -> None:
    grace = build.host(email="grace@example.org", name="Grace Hopper", slug="grace")
    for each in (host, grace):
        set_schedule(build, each, "00:00-24:00", "0123456", time_zone="UTC")


def book(live: Live, hour: int, email: str = EVE, host: str = "ada") -> requests.Response:
    body = {"host": host, "event_type": "30min", "start": tomorrow(hour, days=3).isoformat()}
    body |= {"name": "Bob", "email": email, "subject": "Talk", "time_zone": "UTC"}
    return requests.post(f"{live.url}/api/v1/bookings", json=body, timeout=60)


def link_of(mail: EmailMessage) -> str:
    """The same in both parts of the mail."""
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    links = {match for part in parts if part for match in re.findall(r"https?://[^\s\"<]+/not-me/\S{43}", str(part))}
    assert len(links) == 1, f"{len(links)} links that say it was not me"
    return str(links.pop())


def press(url: str, **typed: str) -> requests.Response:
    session = requests.Session()
    [(action, fields)] = forms_of(session.get(url, timeout=60).text)
    return session.post(urljoin(url, action), data=fields | typed, timeout=60)


def status_of(build: Build, uid: str) -> str:
    return str(build.row(f"SELECT status FROM booking WHERE uid = '{uid}'")[0])


def test_the_link_cancels_and_blocks_and_can_be_taken_back(live: Live, build: Build) -> None:
    uid = book(live, 9).json()["id"]
    link = link_of(live.mails_to(EVE)[0])
    assert press(link).status_code == 422  # as a mail scanner would
    assert status_of(build, uid) == "confirmed"
    done = press(link, sure="y")
    assert (done.status_code, done.headers["Cache-Control"], status_of(build, uid)) == (200, "no-store", "cancelled")
    refused = book(live, 10, email="Eve@Example.net")
    assert (refused.status_code, refused.json()["code"]) == (409, "address_refused")
    assert book(live, 11, email="bob@example.org").status_code == book(live, 12, host="grace").status_code == 201
    actions = "SELECT count(*) FROM audit_entry WHERE action = 'guest.not_me'"
    assert build.row(actions)[0] == 1
    assert press(link, sure="y").status_code == 200
    assert book(live, 10).status_code == 201


def test_who_typed_the_address_does_not_get_the_link(live: Live) -> None:
    """Else anybody could have anybody else refused."""
    made = book(live, 9)
    token = made.json()["manage_token"]
    assert "not-me" not in made.text
    assert requests.get(f"{live.url}/not-me/{token}", timeout=60).status_code == 404
