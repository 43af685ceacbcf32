"""Everything still works after a guest is erased: pages, files, feeds, API, later bookings by the same address."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.builders import Build, tomorrow
from tests.conftest import empty_tables
from tests.services.portability.documents import exported, imported
from tests.web.desk import Desk
from webapp.domain.actor import host_actor
from webapp.services.accounts import tokens
from webapp.services.bookings import bookings
from webapp.services.bookings.view import BookingView
from webapp.services.privacy.erase import Erasure, erase_address
from webapp.services.shared.links import manage_token

EMAIL = "gone@example.net"
ERASED = "Erased guest"


@pytest.fixture
def erased(desk: Desk, build: Build) -> list[BookingView]:
    """Two bookings of a guest who is erased: one to come, one cancelled before; and one of somebody else's."""
    first, second, third = build.slots(desk.host_id, [tomorrow(hour, days=2) for hour in (8, 10, 12)])
    coming = build.booking(first, email=EMAIL, name="Gone Girl", subject="Secrets", notes="More")
    cancelled = build.booking(second, email=EMAIL, name="Gone Girl")
    build.booking(third, name="Still Here")
    with build.app.app_context():
        bookings.cancel(cancelled.uid, actor=host_actor(desk.host_id), reason="No, Girl")
        assert erase_address(EMAIL.upper()) == Erasure(1, 2)
    return [coming, cancelled]


def test_a_coming_meeting_is_cancelled_and_its_slot_free(erased: list[BookingView], build: Build) -> None:
    row = build.row(
        "SELECT b.status, cancelled_by, version, seats_taken"
        " FROM booking b JOIN slot s ON s.id = slot_id WHERE uid = :uid",
        uid=erased[0].uid,
    )
    assert tuple(row) == ("cancelled", "guest", 1, 0)
    assert build.row("SELECT count(*) FROM claim")[0] == 1
    assert build.rows("SELECT actor_kind, details FROM audit_entry WHERE action = 'guest.erased'") == [("guest", {})]


def test_the_host_sees_that_somebody_was_there(erased: list[BookingView], desk: Desk) -> None:
    for url in ("/bookings?which=cancelled", f"/bookings/{erased[0].uid}", f"/bookings/{erased[1].uid}"):
        page = desk.open(url)
        assert page.status_code == 200
        assert ERASED in page.text
        assert "erased.invalid" not in page.text
        assert "Girl" not in page.text
    assert "Still Here" in desk.open("/bookings").text
    assert desk.open(f"/calendar?on={tomorrow(days=2):%Y-%m-%d}").status_code == 200


def test_the_guests_links_are_dead(erased: list[BookingView], client: FlaskClient) -> None:
    for path in ("", "/cancel", "/reschedule", "/invite.ics"):
        with client.application.app_context():
            token = manage_token(erased[0].uid)
        assert client.get(f"/manage/{token}{path}").status_code == 404


def test_the_api_gives_a_valid_form(erased: list[BookingView], desk: Desk, client: FlaskClient) -> None:
    with client.application.app_context():
        new = tokens.NewToken(name="x")
        token = tokens.create_token(new, host_id=desk.host_id, actor=host_actor(desk.host_id))
    headers = {"Authorization": f"Bearer {token}"}
    found = client.get(f"/api/v1/bookings/{erased[0].uid}", headers=headers).get_json()
    assert re.fullmatch(r"guest-[0-9a-f]{16}@erased\.invalid", found["guest"].pop("email"))
    assert found["guest"] == {"name": ERASED, "time_zone": "UTC"}
    assert (found["subject"], found["notes"], found["answers"], found["cancel_reason"]) == ("", "", {}, None)
    assert len(client.get("/api/v1/bookings", headers=headers).get_json()["data"]) == 3
    invite = client.get(f"/api/v1/bookings/{erased[0].uid}/invite.ics", headers=headers)
    assert b"STATUS:CANCELLED" in invite.data
    assert b"Girl" not in invite.data
    assert client.get(f"/api/v1/bookings?email={EMAIL}", headers=headers).get_json()["data"] == []


def test_files(erased: list[BookingView], desk: Desk, build: Build, owner: Engine) -> None:
    with desk.open("/settings/data/bookings.csv") as answer:
        table = answer.get_data(as_text=True)
    names = [row["guest_name"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))]
    assert names == [ERASED, ERASED, "Still Here"]
    with build.app.app_context():
        text = exported(desk.host_id)
        empty_tables(owner)
        host = build.host()
        assert imported(text, host).bookings == 3
        assert exported(host) == text


def test_a_later_booking_by_the_same_address_is_a_new_guest(
    erased: list[BookingView], desk: Desk, build: Build
) -> None:
    again = build.booking(build.slot(desk.host_id, tomorrow(14, days=2)), email=EMAIL, name="Back Again")
    guests = build.rows("SELECT guest_id FROM booking ORDER BY id")
    assert len({row.guest_id for row in guests}) == 3
    assert again.guest_email == EMAIL


def test_nobody_can_book_as_an_erased_guest(erased: list[BookingView], desk: Desk, build: Build) -> None:
    from webapp.domain.errors import Invalid

    address = build.row("SELECT email FROM guest WHERE email LIKE '%erased%'")[0]
    with pytest.raises(Invalid):
        build.booking(build.slot(desk.host_id, tomorrow(14, days=2)), email=address)


def test_two_hosts_and_other_spellings_are_one_guest(desk: Desk, build: Build) -> None:
    other = build.host()
    build.booking(build.slot(desk.host_id), email="ÄDA@example.net")
    build.booking(build.slot(other), email="äda@EXAMPLE.net")
    build.booking(build.slot(other, tomorrow(15)), email="xäda@example.net")
    with build.app.app_context():
        assert erase_address("Äda@example.net") == Erasure(2, 2)
    assert [row.email for row in build.rows("SELECT email FROM guest WHERE email LIKE '%example%'")] == [
        "xäda@example.net"
    ]
