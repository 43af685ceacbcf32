"""Event types, the schedule and blocked times in the API."""

import uuid
from typing import Any

import pytest

from tests.api.caller import Caller, code_of, fields_at_fault
from tests.api.test_accounts import written
from tests.builders import Build, tomorrow
from webapp.api.spec.examples import EVENT_TYPE

NEW = {"slug": "intro", "title": "Introduction", "duration_minutes": 30}
EMPTY: dict[str, Any] = {
    "time_zone": "Europe/Berlin", "week_start": 0, "weekly_hours": [], "overrides": [], "holidays": None,
}  # fmt: skip


def test_an_event_type_is_made_with_defaults(host: Caller) -> None:
    response = host.post("/event-types", NEW)
    assert response.status_code == 201
    assert response.headers["Location"] == "/api/v1/event-types/intro"
    made = response.get_json()
    assert set(made) == set(EVENT_TYPE)
    assert made | NEW == made
    assert (made["location"], made["questions"], made["max_per_day"], made["is_active"]) == (None, [], None, True)
    assert host.get("/event-types/intro").get_json() == made
    assert [one["slug"] for one in host.get("/event-types").get_json()["data"]] == ["15min", "30min", "60min", "intro"]


def test_everything_that_is_sent_comes_back(host: Caller) -> None:
    whole = EVENT_TYPE | {
        "increment_minutes": 15, "buffer_before_minutes": 5, "notice_minutes": 120, "window_days": 60,
        "max_per_week": 9, "capacity": 3, "requires_confirmation": True, "is_public": False, "color": "ocean",
    }  # fmt: skip
    assert host.post("/event-types", whole).get_json() == whole
    dates = {"window_days": None, "window_from": "2027-01-01", "window_to": "2027-02-01"}
    assert host.patch("/event-types/intro", dates).get_json() == whole | dates


def test_no_limit_is_zero_or_null(host: Caller) -> None:
    none = {"max_per_day": 0, "max_per_week": None, "increment_minutes": 0}
    made = host.post("/event-types", NEW | none).get_json()
    assert (made["max_per_day"], made["max_per_week"], made["increment_minutes"]) == (None, None, None)


def test_what_is_left_out_of_a_change_stays(host: Caller, build: Build) -> None:
    build.row("UPDATE event_type SET has_follow_up = true, change_notice_minutes = 60 WHERE slug = '30min' RETURNING 1")
    before = host.get("/event-types/30min").get_json()
    assert host.patch("/event-types/30min", {"title": "Half an hour"}).get_json() == before | {"title": "Half an hour"}
    assert host.patch("/event-types/30min", {"slug": "half"}).get_json()["slug"] == "half"
    assert host.get("/event-types/30min").status_code == 404
    row = build.row("SELECT has_follow_up, change_notice_minutes FROM event_type WHERE slug = 'half'")
    assert tuple(row) == (True, 60)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"slug": "No Slug"}, "slug"), ({"title": ""}, "title"), ({"duration_minutes": 31}, "duration_minutes"),
     ({"duration_minutes": 10**30}, "duration_minutes"), ({"capacity": 0}, "capacity"), ({"color": "pink"}, "color"),
     ({"window_days": 5, "window_from": "2027-01-01", "window_to": "2027-01-02"}, "window_days"),
     ({"window_from": "2027-01-02", "window_to": "2027-01-01"}, "window_to"), ({"is_active": 1}, "is_active"),
     ({"is_public": "yes"}, "is_public"), ({"location": {"kind": "moon"}}, "location.kind"),
     ({"location": {"kind": "place"}}, "location_detail"), ({"questions": [{"key": "a"}]}, "questions.0.label"),
     ({"questions": [{"key": "A!", "label": "x"}]}, "questions"), ({"schedule_id": 1}, "schedule_id"),
     ({"host_id": 1}, "host_id"), ({"notice_minutes": -1}, "notice_minutes"), ({"title": "a\u202eb"}, "title")],
)  # fmt: skip
def test_wrong_event_types_are_named_by_field(host: Caller, change: dict[str, Any], field: str) -> None:
    for response in (host.post("/event-types", NEW | change), host.patch("/event-types/30min", change)):
        assert (response.status_code, code_of(response)) == (422, "invalid")
        assert field in fields_at_fault(response)


def test_two_event_types_need_two_slugs(host: Caller) -> None:
    response = host.post("/event-types", NEW | {"slug": "30min"})
    assert (response.status_code, code_of(response)) == (409, "slug_taken")
    assert host.patch("/event-types/15min", {"slug": "30min"}).status_code == 409


def test_deleting_archives_what_has_been_booked(host: Caller, build: Build, ada: int) -> None:
    build.booking(build.slot(ada))
    for slug in ("30min", "15min"):
        assert host.delete(f"/event-types/{slug}").status_code == 204
        assert host.get(f"/event-types/{slug}").status_code == 404
    assert build.row("SELECT count(*) FROM event_type WHERE archived_at IS NOT NULL")[0] == 1
    assert [one["slug"] for one in host.get("/event-types").get_json()["data"]] == ["60min"]


def test_event_types_are_paged(host: Caller) -> None:
    first = host.get("/event-types?limit=2").get_json()
    rest = host.get(f"/event-types?limit=2&cursor={first['next_cursor']}").get_json()
    assert [one["slug"] for one in first["data"] + rest["data"]] == ["15min", "30min", "60min"]
    assert rest["next_cursor"] is None


def test_an_old_etag_changes_no_event_type(host: Caller) -> None:
    tag = host.get("/event-types/30min").headers["ETag"]
    assert host.patch("/event-types/30min", {"title": "One"}, If_Match=tag).status_code == 200
    assert host.patch("/event-types/30min", {"title": "Two"}, If_Match=tag).status_code == 412
    assert host.get("/event-types/30min").get_json()["title"] == "One"


# -- schedule


def test_a_schedule_that_is_sent_back_changes_nothing(host: Caller, build: Build, ada: int) -> None:
    whole = EMPTY | {
        "week_start": 6,
        "weekly_hours": [{"weekday": 0, "start": "09:00", "end": "17:00"},
                         {"weekday": 0, "start": "22:00", "end": "02:00"},
                         {"weekday": 6, "start": "10:00", "end": "24:00"}],
        "overrides": [{"on": "2027-05-04", "windows": [{"start": "10:00", "end": "12:00"}]},
                      {"on": "2027-05-05", "windows": []}],
        "holidays": {"country": "DE", "subdivision": "BE"},
    }  # fmt: skip
    assert host.put("/schedule", whole).get_json() == whole
    build.row("UPDATE schedule SET holidays_off = '{Ostermontag}' RETURNING 1")
    before = build.rows("SELECT * FROM schedule"), build.rows("SELECT * FROM audit_entry")
    hours = build.rows("SELECT * FROM weekly_hours ORDER BY id")
    assert host.put("/schedule", host.get("/schedule").get_json()).get_json() == whole
    assert (build.rows("SELECT * FROM schedule"), build.rows("SELECT * FROM audit_entry")) == before
    assert build.rows("SELECT * FROM weekly_hours ORDER BY id") == hours
    host.put("/schedule", whole | {"holidays": {"country": "FR"}})
    assert build.row("SELECT holidays_off FROM schedule")[0] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [({"time_zone": "Berlin"}, "time_zone"), ({"week_start": 7}, "week_start"),
     ({"weekly_hours": [{"weekday": 7, "start": "09:00", "end": "10:00"}]}, "weekly_hours.0.weekday"),
     ({"weekly_hours": [{"weekday": 0, "start": "9:00", "end": "10:00"}]}, "weekly_hours.0.start"),
     ({"weekly_hours": [{"weekday": 0, "start": "09:00", "end": "24:30"}]}, "weekly_hours.0.end"),
     ({"weekly_hours": [{"weekday": 0, "start": "24:00", "end": "10:00"}]}, "weekly_hours.0.start"),
     ({"weekly_hours": [{"weekday": 1, "start": "09:00", "end": "11:00"},
                        {"weekday": 1, "start": "10:00", "end": "12:00"}]}, "weekly_hours.1"),
     ({"weekly_hours": [{"weekday": 3, "start": "09:00", "end": "11:00"},
                        {"weekday": 3, "start": "10:00", "end": "12:00"}]}, "weekly_hours.0"),
     ({"overrides": [{"on": "2027-02-03", "windows": []},
                     {"on": "2027-02-04", "windows": [{"start": "09:00", "end": "11:00"}] * 2}]}, "overrides.1"),
     ({"overrides": [{"on": "2027-02-30", "windows": []}]}, "overrides.0.on"),
     ({"overrides": [{"on": "2027-02-03", "windows": []}] * 2}, "overrides"),
     ({"holidays": {"country": "XX"}}, "holidays"), ({"holidays": {}}, "holidays.country"),
     ({"name": "x"}, "name"), ({"overrides": {}}, "overrides"), ({"weekly_hours": None}, "weekly_hours")],
)  # fmt: skip
def test_wrong_schedules_are_named_by_field(host: Caller, change: dict[str, Any], field: str) -> None:
    before = host.get("/schedule").get_json()
    response = host.put("/schedule", EMPTY | change)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert field in fields_at_fault(response)
    assert host.get("/schedule").get_json() == before


def test_the_whole_schedule_is_required(host: Caller) -> None:
    assert fields_at_fault(host.put("/schedule", {})) == sorted(EMPTY)


def test_an_old_etag_replaces_no_schedule(host: Caller) -> None:
    tag = host.get("/schedule").headers["ETag"]
    assert host.put("/schedule", EMPTY | {"week_start": 3}, If_Match=tag).status_code == 200
    assert host.put("/schedule", EMPTY, If_Match=tag).status_code == 412
    assert host.get("/schedule").get_json()["week_start"] == 3


# -- blocked times


def test_time_is_blocked_and_opened(host: Caller, guest: Caller, build: Build, ada: int) -> None:
    slot = build.slot(ada)
    body = {"start": written(tomorrow(0)), "end": written(tomorrow(23)), "note": "Away"}
    response = host.post("/blocked-times", body)
    blocked = response.get_json()
    assert (response.status_code, blocked) == (201, body | {"id": blocked["id"]})
    assert host.get("/blocked-times").get_json() == {"data": [blocked], "next_cursor": None}
    wanted = {"slot_id": str(slot.public_id), "name": "a", "email": "a@example.net", "subject": "s", "time_zone": "UTC"}
    assert guest.post("/bookings", wanted).status_code == 409
    assert host.delete(f"/blocked-times/{blocked['id']}").status_code == 204
    assert host.delete(f"/blocked-times/{blocked['id']}").status_code == 404
    assert guest.post("/bookings", wanted).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [({"end": written(tomorrow(0))}, "end"), ({"end": "2020-01-01T00:00:00Z"}, "end"), ({"note": "x" * 201}, "note"),
     ({"end": "2150-01-01T00:00:00Z"}, "end"), ({"note": "a\nb"}, "note"), ({"id": str(uuid.uuid4())}, "id")],
)  # fmt: skip
def test_wrong_blocked_times_are_named_by_field(host: Caller, change: dict[str, Any], field: str) -> None:
    body = {"start": written(tomorrow(1)), "end": written(tomorrow(2))} | change
    response = host.post("/blocked-times", body)
    assert (response.status_code, fields_at_fault(response)) == (422, [field])
