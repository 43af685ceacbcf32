"""Bookings by guests, and operations on them that only hosts may use."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.api.caller import Caller, code_of, fields_at_fault
from tests.api.test_accounts import written
from tests.builders import Build, tomorrow

GUEST: dict[str, Any] = {
    "name": "Gita Guest", "email": "gita@example.net", "subject": "Engines", "time_zone": "Europe/Lisbon",
}  # fmt: skip
KEYS = {
    "id", "status", "host", "event_type", "slot_id", "start", "end", "guest", "subject", "notes", "answers", "version",
    "created_at", "cancelled_at", "cancelled_by", "cancel_reason",
}  # fmt: skip


@pytest.fixture
def booked(guest: Caller, build: Build, ada: int) -> dict[str, Any]:
    """A booking of Gita's, with its manage token."""
    slot = build.slot(ada)
    answer: dict[str, Any] = guest.post("/bookings", GUEST | {"slot_id": str(slot.public_id)}).get_json()
    return answer


@pytest.fixture
def gita(guest: Caller, booked: dict[str, Any]) -> Caller:
    """The guest, with the manage token of that booking."""
    return Caller(guest.client, guest.specification, booked["manage_token"])


def test_a_published_slot_is_booked_by_its_id(guest: Caller, build: Build, ada: int) -> None:
    slot = build.slot(ada)
    body = GUEST | {"slot_id": str(slot.public_id), "notes": "n", "locale": "en-GB"}
    response = guest.post("/bookings", body)
    booking = response.get_json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/bookings/{booking['id']}"
    assert set(booking) == KEYS | {"manage_token"}
    assert booking["guest"] == {"name": "Gita Guest", "email": "gita@example.net", "time_zone": "Europe/Lisbon"}
    assert booking["host"] == {"slug": "ada", "name": "Ada Lovelace"}
    assert (booking["status"], booking["start"], booking["slot_id"]) == (
        "confirmed", written(slot.start), str(slot.public_id),
    )  # fmt: skip
    assert "ada@example.org" not in response.text


def test_a_start_is_booked_in_any_offset(guest: Caller, build: Build, ada: int) -> None:
    slot = build.slot(ada)
    local = (slot.start + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S+05:30")
    body = GUEST | {"host": "ada", "event_type": "30min", "start": local}
    assert guest.post("/bookings", body).get_json()["start"] == written(slot.start)


def test_a_taken_slot_and_one_that_never_was(guest: Caller, booked: dict[str, Any]) -> None:
    other = GUEST | {"email": "b@example.net"}
    response = guest.post("/bookings", other | {"slot_id": booked["slot_id"]})
    assert (response.status_code, code_of(response)) == (409, "slot_taken")
    place = {"host": "ada", "event_type": "30min", "start": written(tomorrow(3))}
    response = guest.post("/bookings", other | place)
    assert (response.status_code, code_of(response)) == (409, "slot_unavailable")
    assert "reasons" not in response.get_json()  # they are the host's
    for nowhere in ({"slot_id": str(uuid.uuid4())}, place | {"host": "nobody"}, place | {"event_type": "none"}):
        assert guest.post("/bookings", other | nowhere).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": " "}, "name"), ({"name": "a\r\nBcc: b"}, "name"), ({"name": 7}, "name"), ({"name": None}, "name"),
     ({"name": "a\0"}, "name"), ({"subject": "\ud800"}, "subject"), ({"email": "nobody"}, "email"),
     ({"email": ["a@example.net"]}, "email"), ({"time_zone": "Berlin"}, "time_zone"), ({"notes": {}}, "notes"),
     ({"subject": "x" * 201}, "subject"), ({"start": "2027-03-14T09:00:00"}, "start"), ({"start": 5}, "start"),
     ({"start": "2027-02-30T09:00:00Z"}, "start"), ({"start": "9999-12-31T23:59:59-23:59"}, "start"),
     ({"start": "2027-03-14T09:00:00.5Z"}, "start"), ({"answers": []}, "answers"), ({"answers": {"a": {}}}, "answers"),
     ({"answers": {"nobody": "asked"}}, "answers.nobody"), ({"locale": "../.."}, "locale"),
     ({"slot_id": "no uuid"}, "slot_id"), ({"id": "x"}, "id"), ({"status": "confirmed"}, "status"),
     ({"manage_token": "x"}, "manage_token"), ({"host_id": 1}, "host_id"), ({"end": "2027-03-14T09:00:00Z"}, "end")],
)  # fmt: skip
def test_bad_bodies_are_named_by_field(
    guest: Caller, build: Build, ada: int, change: dict[str, Any], field: str
) -> None:
    slot = build.slot(ada)
    place = {"slot_id": str(slot.public_id)} if "start" not in change else {"host": "ada", "event_type": "30min"}
    response = guest.post("/bookings", GUEST | place | change)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert field in fields_at_fault(response)
    assert build.row("SELECT count(*) FROM booking")[0] == 0


def test_a_booking_needs_one_place(guest: Caller, ada: int) -> None:
    assert fields_at_fault(guest.post("/bookings", GUEST)) == ["event_type", "host", "start"]
    both = GUEST | {"slot_id": str(uuid.uuid4()), "host": "ada"}
    assert fields_at_fault(guest.post("/bookings", both)) == ["host"]
    assert fields_at_fault(guest.post("/bookings", {})) == [
        "email", "event_type", "host", "name", "start", "subject", "time_zone",
    ]  # fmt: skip


def test_questions_are_answered(guest: Caller, host: Caller, build: Build, ada: int) -> None:
    questions = [{"key": "size", "label": "Size", "kind": "select", "required": True, "options": ["S", "L"]},
                 {"key": "ok", "label": "Agreed", "kind": "checkbox"}]  # fmt: skip
    assert host.patch("/event-types/30min", {"questions": questions}).status_code == 200
    slot = build.slot(ada)
    body = GUEST | {"slot_id": str(slot.public_id)}
    assert fields_at_fault(guest.post("/bookings", body | {"answers": {"size": "M"}})) == ["answers.size"]
    answers = {"size": "L", "ok": True}
    assert guest.post("/bookings", body | {"answers": answers}).get_json()["answers"] == answers


def test_where_the_guest_is_asked_for_a_place_it_is_required(
    guest: Caller, host: Caller, build: Build, ada: int
) -> None:
    host.patch("/event-types/30min", {"location": {"kind": "ask"}})
    body = GUEST | {"slot_id": str(build.slot(ada).public_id)}
    assert fields_at_fault(guest.post("/bookings", body)) == ["location"]
    assert guest.post("/bookings", body | {"location": "+49 30 1234567"}).status_code == 201


def test_the_guest_sees_the_booking_by_either_header(guest: Caller, gita: Caller, booked: dict[str, Any]) -> None:
    token = booked.pop("manage_token")
    assert gita.get(f"/bookings/{booked['id']}").get_json() == booked
    assert guest.get(f"/bookings/{booked['id']}", X_Manage_Token=token).get_json() == booked


def test_the_host_sees_it_and_nobody_else(
    host: Caller, guest: Caller, other_host: Caller, build: Build, booked: dict[str, Any]
) -> None:
    path = f"/bookings/{booked['id']}"
    assert host.get(path).get_json()["guest"]["email"] == "gita@example.net"
    assert "manage_token" not in host.get(path).get_json()
    assert guest.get(path).status_code == 401
    assert guest.get(path, X_Manage_Token="x" * 43).status_code == 401
    absent = other_host.get(f"/bookings/{uuid.uuid4()}")
    assert (other_host.get(path).status_code, other_host.get(path).data) == (404, absent.data)
    second = build.booking(build.slot(build.host()))
    from webapp.services.shared.links import manage_token

    with build.app.app_context():
        token = manage_token(second.uid)
    assert guest.get(path, X_Manage_Token=token).data == absent.data


def test_cancelling_is_for_good_and_once(gita: Caller, booked: dict[str, Any]) -> None:
    path = f"/bookings/{booked['id']}"
    assert gita.delete(path, {"reason": "Ill"}).status_code == 204
    after = gita.get(path).get_json()
    assert (after["status"], after["cancelled_by"], after["cancel_reason"], after["version"]) == (
        "cancelled", "guest", "Ill", 1,
    )  # fmt: skip
    again = gita.delete(path)
    assert (again.status_code, code_of(again)) == (409, "already_cancelled")


def test_a_host_cancels_without_a_body(host: Caller, booked: dict[str, Any]) -> None:
    assert host.delete(f"/bookings/{booked['id']}").status_code == 204
    assert host.get(f"/bookings/{booked['id']}").get_json()["cancelled_by"] == "host"


def test_a_booking_is_moved(gita: Caller, build: Build, ada: int, booked: dict[str, Any]) -> None:
    new = build.slot(ada, tomorrow(14))
    moved = gita.post(f"/bookings/{booked['id']}/reschedule", {"start": written(new.start)}).get_json()
    assert (moved["id"], moved["version"], moved["start"]) == (booked["id"], 1, written(new.start))
    response = gita.post(f"/bookings/{booked['id']}/reschedule", {"start": written(tomorrow(20))})
    assert (response.status_code, code_of(response)) == (409, "slot_unavailable")
    assert gita.get(f"/bookings/{booked['id']}").get_json() == moved
    assert gita.post(f"/bookings/{booked['id']}/reschedule", {}).status_code == 422


def test_guests_keep_to_the_change_notice(gita: Caller, host: Caller, build: Build, booked: dict[str, Any]) -> None:
    build.row("UPDATE event_type SET change_notice_minutes = 500000 WHERE slug = '30min' RETURNING 1")
    response = gita.delete(f"/bookings/{booked['id']}")
    assert (response.status_code, code_of(response)) == (409, "too_late")
    assert host.delete(f"/bookings/{booked['id']}").status_code == 204


def test_the_invitation_is_a_calendar_file(gita: Caller, host: Caller, booked: dict[str, Any]) -> None:
    path = f"/bookings/{booked['id']}/invite.ics"
    response = gita.get(path)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8; method=REQUEST"
    event = Calendar.from_ical(response.data).walk("VEVENT")[0]
    assert event["UID"].startswith(booked["id"])
    assert "Gita Guest" not in response.text  # may be anybody's words
    assert "Gita Guest" in host.get(path).text
    assert gita.get(path, If_None_Match=response.headers["ETag"]).status_code == 304
    gita.delete(f"/bookings/{booked['id']}")
    assert "METHOD:CANCEL" in gita.get(path).text


def test_a_pending_booking_is_accepted_or_declined(guest: Caller, host: Caller, build: Build, ada: int) -> None:
    build.event_type(ada, "30min", requires_confirmation=True)
    first, second = build.slots(ada, [tomorrow(10), tomorrow(11)])
    ids = [
        guest.post("/bookings", GUEST | {"slot_id": str(slot.public_id)}).get_json()["id"] for slot in (first, second)
    ]
    assert host.get(f"/bookings/{ids[0]}").get_json()["status"] == "pending"
    assert host.post(f"/bookings/{ids[0]}/accept").get_json()["status"] == "confirmed"
    declined = host.post(f"/bookings/{ids[1]}/decline", {"reason": "Away"}).get_json()
    assert (declined["status"], declined["cancel_reason"]) == ("declined", "Away")
    for path in (f"/bookings/{ids[0]}/accept", f"/bookings/{ids[1]}/accept", f"/bookings/{ids[0]}/no-show"):
        response = host.post(path)
        assert (response.status_code, code_of(response)) == (409, "not_active"), path


def test_a_guest_decides_nothing_for_the_host(gita: Caller, booked: dict[str, Any]) -> None:
    for what in ("accept", "decline", "no-show"):
        assert gita.post(f"/bookings/{booked['id']}/{what}").status_code == 401


def test_a_no_show_is_noted(host: Caller, build: Build, booked: dict[str, Any]) -> None:
    build.row(
        "UPDATE slot SET starts_at = starts_at - interval '9 days', ends_at = ends_at - interval '9 days',"
        " busy = tstzrange(lower(busy) - interval '9 days', upper(busy) - interval '9 days') RETURNING 1"
    )
    assert host.post(f"/bookings/{booked['id']}/no-show").get_json()["status"] == "no_show"


def test_a_token_that_may_read_cancels_nothing(reader: Caller, booked: dict[str, Any]) -> None:
    response = reader.delete(f"/bookings/{booked['id']}")
    assert (response.status_code, code_of(response)) == (403, "insufficient_scope")
    assert reader.get(f"/bookings/{booked['id']}").get_json()["status"] == "confirmed"
