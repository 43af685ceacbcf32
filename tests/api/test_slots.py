"""A host's slots: published one by one or many at once, moved, withdrawn, listed."""

import uuid
from typing import Any

import pytest

from tests.api.caller import Caller, code_of, fields_at_fault
from tests.api.test_accounts import written
from tests.builders import Build, tomorrow
from webapp.domain.actor import host_actor
from webapp.services.bookings import bookings


def new(hour: int = 10, minute: int = 0, **more: Any) -> dict[str, Any]:
    return {"start": written(tomorrow(hour, minute)), "duration_minutes": 30} | more


def test_a_slot_is_published(host: Caller, build: Build) -> None:
    response = host.post("/slots", new())
    slot = response.get_json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/slots/{slot['id']}"
    assert slot == {
        "id": slot["id"], "start": written(tomorrow(10)), "end": written(tomorrow(10, 30)), "duration_minutes": 30,
        "event_type": "30min", "status": "available", "capacity": 1, "seats_taken": 0, "origin": "published",
    }  # fmt: skip
    assert host.get(f"/slots/{slot['id']}").get_json() == slot
    assert build.row("SELECT count(*) FROM slot")[0] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"start": "2020-01-01T09:00:00Z"}, "start"), ({"start": "2199-01-01T09:00:00Z"}, "start"),
     ({"start": "2027-03-14T09:00:00"}, "start"), ({"start": None}, "start"), ({"start": "2027-03-14"}, "start"),
     ({"duration_minutes": 25}, "duration_minutes"), ({"duration_minutes": -30}, "duration_minutes"),
     ({"duration_minutes": 10**12}, "duration_minutes"), ({"duration_minutes": 30.5}, "duration_minutes"),
     ({"duration_minutes": "30"}, "duration_minutes"), ({"duration_minutes": True}, "duration_minutes"),
     ({"event_type": "none"}, "event_type"), ({"event_type": 5}, "event_type"), ({"capacity": 0}, "capacity"),
     ({"capacity": 1001}, "capacity"), ({"seats_taken": 1}, "seats_taken"), ({"id": str(uuid.uuid4())}, "id"),
     ({"origin": "schedule"}, "origin"), ({"end": "2027-03-14T09:00:00Z"}, "end")],
)  # fmt: skip
def test_what_cannot_be_published_is_named(host: Caller, build: Build, change: dict[str, Any], field: str) -> None:
    response = host.post("/slots", new() | change)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert fields_at_fault(response) == [field]
    assert build.row("SELECT count(*) FROM slot")[0] == 0


def test_overlaps_are_refused(host: Caller, build: Build, ada: int) -> None:
    assert host.post("/slots", new(10)).status_code == 201
    response = host.post("/slots", new(10, 15))
    assert (response.status_code, code_of(response)) == (409, "slot_overlap")
    assert host.post("/slots", new(10, 30)).status_code == 201  # touching is not overlapping
    build.booking(build.slot(ada, tomorrow(14), 60))
    assert host.post("/slots", new(14, 30)).status_code == 409


def test_many_are_published_all_or_none(host: Caller, build: Build) -> None:
    response = host.post("/slots/batch", {"slots": [new(9), new(10), new(11)]})
    assert response.status_code == 201
    assert [one["start"] for one in response.get_json()["data"]] == [written(tomorrow(hour)) for hour in (9, 10, 11)]
    response = host.post("/slots/batch", {"slots": [new(15), new(9, 15)]})
    assert (response.status_code, code_of(response), fields_at_fault(response)) == (409, "slot_overlap", ["slots.1"])
    response = host.post("/slots/batch", {"slots": [new(15), new(16) | {"start": "2020-01-01T09:00:00Z"}]})
    assert (response.status_code, fields_at_fault(response)) == (422, ["slots.1"])
    response = host.post("/slots/batch", {"slots": [new(15), new(16), new(17, end="x")]})
    assert (response.status_code, fields_at_fault(response)) == (422, ["slots.2.end"])
    assert build.row("SELECT count(*) FROM slot")[0] == 3


def test_a_batch_has_its_bounds(host: Caller) -> None:
    assert host.post("/slots/batch", {"slots": []}).status_code == 422
    assert host.post("/slots/batch", {"slots": [new()] * 201}).status_code == 422
    many = [new(hour, minute, start=written(tomorrow(hour, minute, days=day)))
            for day in range(2, 12) for hour in range(5, 15) for minute in (0, 30)]  # fmt: skip
    assert len(host.post("/slots/batch", {"slots": many}).get_json()["data"]) == 200


def test_a_free_slot_is_moved_in_place(host: Caller, build: Build) -> None:
    slot = host.post("/slots", new(10)).get_json()
    moved = host.patch(f"/slots/{slot['id']}", {"start": written(tomorrow(10, 15)), "capacity": 3})
    assert moved.get_json() == slot | {
        "start": written(tomorrow(10, 15)), "end": written(tomorrow(10, 45)), "capacity": 3,
    }  # fmt: skip
    assert build.row("SELECT count(*) FROM slot")[0] == 1
    assert host.patch(f"/slots/{slot['id']}", {}).get_json() == moved.get_json()
    other = host.patch(f"/slots/{slot['id']}", {"duration_minutes": 60, "event_type": "60min"})
    assert (other.get_json()["event_type"], other.get_json()["duration_minutes"]) == ("60min", 60)
    assert host.get(other.headers["Location"].removeprefix("/api/v1")).get_json() == other.get_json()


def test_a_refused_move_leaves_the_slot(host: Caller) -> None:
    slot = host.post("/slots", new(10)).get_json()
    host.post("/slots", new(12))
    for change, status, code in (
        ({"start": written(tomorrow(12, 15))}, 409, "slot_overlap"),
        ({"start": "2020-01-01T09:00:00Z"}, 422, "invalid"),
        ({"duration_minutes": 35}, 422, "invalid"),
        ({"status": "booked"}, 422, "invalid"),
    ):
        response = host.patch(f"/slots/{slot['id']}", change)
        assert (response.status_code, code_of(response)) == (status, code)
        assert host.get(f"/slots/{slot['id']}").get_json() == slot


def test_a_slot_with_bookings_stays(host: Caller, build: Build, ada: int) -> None:
    slot = build.slot(ada)
    build.booking(slot)
    for response in (
        host.delete(f"/slots/{slot.public_id}"),
        host.patch(f"/slots/{slot.public_id}", {"start": written(tomorrow(15))}),
    ):
        assert (response.status_code, code_of(response)) == (409, "slot_booked")
    assert host.get(f"/slots/{slot.public_id}").get_json()["status"] == "booked"


def test_a_slot_that_was_booked_once_keeps_its_time_in_the_record(host: Caller, build: Build, ada: int) -> None:
    slot = build.slot(ada)
    booking = build.booking(slot)
    with build.app.app_context():
        bookings.cancel(booking.uid, actor=host_actor(ada))
    response = host.patch(f"/slots/{slot.public_id}", {"start": written(tomorrow(15))})
    moved = response.get_json()
    assert moved["id"] != str(slot.public_id)
    assert response.headers["Location"].endswith(moved["id"])
    assert host.get(f"/bookings/{booking.uid}").get_json()["start"] == written(slot.start)
    assert host.get(f"/slots/{slot.public_id}").status_code == 404
    assert host.delete(f"/slots/{moved['id']}").status_code == 204


def test_a_free_slot_is_taken_back(host: Caller) -> None:
    slot = host.post("/slots", new()).get_json()
    assert host.delete(f"/slots/{slot['id']}").status_code == 204
    assert host.delete(f"/slots/{slot['id']}").status_code == 404
    assert host.post("/slots", new()).status_code == 201


def test_slots_are_listed_filtered_and_paged(host: Caller, build: Build, ada: int) -> None:
    made = build.slots(ada, [tomorrow(hour) for hour in range(8, 13)])
    build.booking(made[0])
    assert len(host.get("/slots").get_json()["data"]) == 5
    assert [one["id"] for one in host.get("/slots?status=booked").get_json()["data"]] == [str(made[0].public_id)]
    first = host.get("/slots?status=available&limit=3").get_json()
    rest = host.get(f"/slots?status=available&limit=3&cursor={first['next_cursor']}").get_json()
    assert [one["id"] for one in first["data"] + rest["data"]] == [str(one.public_id) for one in made[1:]]
    assert rest["next_cursor"] is None
    assert len(host.get(f"/slots?from={written(made[2].start)}&to={written(made[4].start)}").get_json()["data"]) == 2
    assert host.get("/slots?status=free").status_code == 422


def test_an_old_etag_changes_nothing(host: Caller) -> None:
    slot = host.post("/slots", new()).get_json()
    path = f"/slots/{slot['id']}"
    tag = host.get(path).headers["ETag"]
    change = {"start": written(tomorrow(12))}
    response = host.patch(path, change, If_Match='"stale"')
    assert (response.status_code, code_of(response)) == (412, "precondition_failed")
    assert host.patch(path, change, If_Match=tag).status_code == 200
    assert host.delete(path, If_Match=tag).status_code == 412
    assert host.get(path).get_json()["start"] == change["start"]
    assert host.delete(path, If_Match=host.get(path).headers["ETag"]).status_code == 204
