"""Guests confirm by mail first: a stranger whose address somebody types gets one mail with nobody's text in it, and
nobody else is told of anything."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.builders import Build, tomorrow
from tests.live import Live, Person, link_in
from tests.web.pages import forms_of

NAME, SUBJECT = "Buy cheap watches", "You have won a prize"
VICTIM = "victim@example.net"


@pytest.fixture
def slot(build: Build, host: int) -> Any:
    build.event_type(host, requires_mail_confirmation=True, title="Our great offer")
    return build.slot(host, tomorrow(10))


def book(live: Live, slot: Any, **changes: str) -> requests.Response:
    body = {"slot_id": str(slot.public_id), "name": NAME, "email": VICTIM, "subject": SUBJECT, "notes": "Visit us"}
    return requests.post(
        f"{live.url}/api/v1/bookings", json={**body, "time_zone": "Europe/Paris", **changes}, timeout=60
    )


def state(build: Build) -> tuple[Any, ...]:
    return tuple(build.row("SELECT status, awaits_guest FROM booking"))


def lines(live: Live, number: int = 1) -> str:
    return live.mails_to(VICTIM, count=number)[number - 1].as_string()


def test_a_stranger_gets_one_mail_without_anybodys_text(live: Live, build: Build, slot: Any) -> None:
    answer = book(live, slot)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    mail = live.mails_to(VICTIM)[0]
    body = mail.get_body(("plain",))
    assert body is not None
    words = f"{mail['Subject']} {mail['From']} {mail['Reply-To']} {body.get_content()}"
    assert [text for text in (NAME, SUBJECT, "Visit us", "Our great offer", "Ada", "Lovelace") if text in words] == []
    assert not any(part.get_content_type() == "text/calendar" for part in mail.walk())
    assert requests.delete(
        f"{live.url}/api/v1/bookings/{answer.json()['id']}",
        headers={"X-Manage-Token": answer.json()["manage_token"]},
        timeout=60,
    ).ok
    assert state(build) == ("cancelled", True)
    build.booking(build.slot(build.host(), tomorrow(9)), email="other@example.net")  # its mails come after all others
    live.mails_to("other@example.net")
    assert [message.recipients for message in live.sink.messages if VICTIM in message.recipients] == [(VICTIM,)]
    assert [message for message in live.sink.messages if "ada@example.org" in message.recipients] == []


def test_neither_the_typist_nor_a_mail_scanner_confirms(live: Live, build: Build, slot: Any) -> None:
    """Who typed the address holds the manage link; a scanner opens links and sends forms as they are."""
    made = book(live, slot).json()
    url = link_in(live.mails_to(VICTIM)[0], "/confirm-booking/")
    as_manage_link = f"{live.url}/confirm-booking/{made['manage_token']}"
    assert requests.get(as_manage_link, timeout=60).status_code == 404
    page = requests.get(url, timeout=60)
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    requests.head(url, timeout=60)
    target, fields = forms_of(page.text)[0]
    assert requests.post(live.url + target, data=fields, timeout=60).status_code == 422
    assert state(build) == ("pending", True)
    move = {"start": tomorrow(11).astimezone(UTC).isoformat()}
    headers = {"X-Manage-Token": made["manage_token"]}
    moved = requests.post(f"{live.url}/api/v1/bookings/{made['id']}/reschedule", json=move, headers=headers, timeout=60)
    assert (moved.status_code, moved.json()["code"]) == (409, "not_active")


def test_the_guest_confirms_and_everybody_is_told(
    live: Live, build: Build, slot: Any, person: Callable[[], Person]
) -> None:
    book(live, slot)
    url = link_in(live.mails_to(VICTIM)[0], "/confirm-booking/")
    answer = person().submit(url, action="/confirm-booking/", sure="y")
    assert "/manage/" in answer.url
    assert state(build) == ("confirmed", False)
    assert SUBJECT not in lines(live, 2)
    assert live.mails_to("ada@example.org")
    assert "/manage/" in person().open(url).url  # again: nothing changes, the booking is shown


def test_a_time_that_is_not_confirmed_is_free_again(live: Live, build: Build, slot: Any) -> None:
    book(live, slot)
    url = link_in(live.mails_to(VICTIM)[0], "/confirm-booking/")
    target, fields = forms_of(requests.get(url, timeout=60).text)[0]
    left = build.row("SELECT expires_at FROM booking")[0] - datetime.now(UTC)
    assert 13 * 60 < left.total_seconds() < 15 * 60 + 5
    build.row("UPDATE booking SET expires_at = now() - interval '1 second' RETURNING 1")
    late = requests.post(live.url + target, data=fields | {"sure": "y"}, timeout=60)
    assert (late.status_code, state(build)) == (410, ("pending", True))
    with build.app.app_context():
        from webapp.services.bookings.decisions import expire_pending

        expire_pending()
    assert state(build) == ("declined", True)
    assert requests.get(url, timeout=60).status_code == 410
    assert book(live, slot, email="next@example.net").status_code == 201
    live.mails_to("next@example.net")
    assert len(live.mails_to(VICTIM)) == 1


@pytest.mark.parametrize(("days", "status"), [(1, "pending"), (8, "confirmed")])
def test_at_a_host_who_has_just_registered_guests_confirm(
    live: Live, build: Build, host: int, days: int, status: str
) -> None:
    build.row("UPDATE host SET registered_at = now() - make_interval(days => :days) RETURNING 1", days=days)
    assert book(live, build.slot(host, tomorrow(10))).json()["status"] == status
