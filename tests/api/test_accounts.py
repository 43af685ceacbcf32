"""Public operations: a host, and the slots that can be booked."""

from datetime import timedelta

import pytest

from tests.api.caller import Caller, code_of, fields_at_fault
from tests.builders import Build, tomorrow

SLOTS = "/hosts/ada/event-types/30min/slots"


def written(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def days(first: int, last: int, zone: str = "UTC") -> str:
    return f"?from={tomorrow(days=first):%Y-%m-%d}&to={tomorrow(days=last):%Y-%m-%d}&time_zone={zone}"


def test_a_host_shows_what_can_be_booked_and_nothing_more(guest: Caller, build: Build, ada: int) -> None:
    build.event_type(ada, "15min", is_public=False)
    build.event_type(ada, "60min", is_active=False)
    build.event_type(ada, "30min", capacity=4, description="Talk")
    answer = guest.get("/hosts/ada")
    shown = {"slug": "30min", "title": "30 minutes", "duration_minutes": 30, "description": "Talk", "capacity": 4}
    assert answer.get_json() == {
        "slug": "ada", "name": "Ada Lovelace", "time_zone": "Europe/Berlin", "event_types": [shown],
    }  # fmt: skip
    assert "ada@example.org" not in answer.text


def test_slots_are_listed_by_start_with_ids_where_they_have_rows(guest: Caller, build: Build, ada: int) -> None:
    later, sooner = build.slots(ada, [tomorrow(12), tomorrow(9)])
    sooner, later = sorted((later, sooner), key=lambda one: one.start)
    answer = guest.get(SLOTS + days(0, 2)).get_json()
    assert answer == {
        "time_zone": "UTC",
        "data": [
            {"start": written(one.start), "end": written(one.end), "seats_left": 1, "slot_id": str(one.public_id)}
            for one in (sooner, later)
        ],
    }


def test_hours_are_listed_without_ids(guest: Caller, host: Caller, ada: int) -> None:
    day = tomorrow(days=10)
    hours = [{"weekday": day.weekday(), "start": "09:00", "end": "11:00"}]
    body = {"time_zone": "UTC", "week_start": 0, "weekly_hours": hours, "overrides": [], "holidays": None}
    assert host.put("/schedule", body).status_code == 200
    found = guest.get(SLOTS + days(10, 10)).get_json()["data"]
    assert [one["start"][11:16] for one in found] == ["09:00", "09:30", "10:00", "10:30"]
    assert all(set(one) == {"start", "end", "seats_left"} for one in found)


def test_dates_are_those_of_the_zone_and_both_included(guest: Caller, build: Build, ada: int) -> None:
    midnight_in_tokyo = tomorrow(15, days=3)  # 00:00 of the day after, there
    build.slot(ada, midnight_in_tokyo)
    assert len(guest.get(SLOTS + days(3, 3)).get_json()["data"]) == 1
    assert guest.get(SLOTS + days(3, 3, "Asia/Tokyo")).get_json()["data"] == []
    assert len(guest.get(SLOTS + days(4, 4, "Asia/Tokyo")).get_json()["data"]) == 1
    assert len(guest.get(SLOTS + days(1, 62)).get_json()["data"]) == 1


def test_without_a_zone_dates_are_the_hosts(guest: Caller, ada: int) -> None:
    asked = days(0, 1).partition("&time_zone")[0]
    assert guest.get(SLOTS + asked).get_json() == {"time_zone": "Europe/Berlin", "data": []}


def test_a_group_says_how_many_seats_are_left(guest: Caller, build: Build, ada: int) -> None:
    slot = build.slot(ada, capacity=3)
    build.booking(slot)
    assert [one["seats_left"] for one in guest.get(SLOTS + days(0, 2)).get_json()["data"]] == [2]


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "from"), ("?from=2027-03-14", "to"), ("?from=2027-3-14&to=2027-03-20", "from"),
     ("?from=2027-03-14&to=2027-03-13", "to"), ("?from=2027-01-01&to=2027-03-04", "to"),
     ("?from=2027-02-30&to=2027-03-01", "from"), ("?from=0001-01-01&to=0001-01-02", "from"),
     ("?from=9999-12-31&to=9999-12-31", "from"), ("?from=2027-03-14&to=2027-03-20&time_zone=Mars/Base", "time_zone"),
     ("?from=2027-03-14&to=2027-03-20&time_zone=../../etc/passwd", "time_zone"),
     ("?from=20270314&to=2027-03-20", "from"), ("?from=2027-W10-1&to=2027-03-20", "from")],
)  # fmt: skip
def test_questions_that_make_no_sense_are_refused(guest: Caller, ada: int, query: str, field: str) -> None:
    response = guest.get(SLOTS + query)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert field in fields_at_fault(response)


def test_a_question_is_read_the_same_each_time(guest: Caller, host: Caller, build: Build, ada: int) -> None:
    """Whatever was asked before, in the same words of something else or in other words."""
    build.slot(ada, tomorrow(15, days=3))
    for _ in range(2):
        for query, zone in ((days(3, 3), "UTC"), (days(4, 4, "Asia/Tokyo"), "Asia/Tokyo")):
            found = guest.get(SLOTS + query).get_json()
            assert (found["time_zone"], len(found["data"])) == (zone, 1)
            assert "from" in fields_at_fault(host.get(f"{SLOTS}/why{query}"))
            assert "to" in fields_at_fault(guest.get(SLOTS + query.replace("&to", "&to=2027-03-14&to")))


def test_unknown_hosts_and_event_types_are_not_found(guest: Caller, build: Build, ada: int) -> None:
    build.event_type(ada, "60min", is_active=False)
    bodies = set()
    for path in ("/hosts/nobody", "/hosts/nobody/event-types/30min/slots" + days(0, 1),
                 "/hosts/ada/event-types/none/slots" + days(0, 1),
                 "/hosts/ada/event-types/60min/slots" + days(0, 1), "/nothing/here"):  # fmt: skip
        response = guest.get(path)
        assert response.status_code == 404, path
        bodies.add(response.data)
    assert len(bodies) == 1


def test_what_has_not_changed_is_not_sent_again(guest: Caller, build: Build, ada: int) -> None:
    build.slot(ada)
    for path in ("/hosts/ada", SLOTS + days(0, 2)):
        first = guest.get(path)
        assert guest.get(path, If_None_Match=first.headers["ETag"]).status_code == 304
        assert guest.get(path, If_None_Match='"another"').status_code == 200
        assert first.headers["Cache-Control"] == "no-cache"
    tag = first.headers["ETag"]
    build.slot(ada, tomorrow(15))
    assert guest.get(SLOTS + days(0, 2), If_None_Match=tag).status_code == 200


def test_any_page_may_read_but_without_credentials(guest: Caller, ada: int) -> None:
    response = guest.get("/hosts/ada", Origin="https://elsewhere.example")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    preflight = guest.client.options("/api/v1/hosts/ada", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" not in preflight.headers["Access-Control-Allow-Methods"]


def test_nothing_else_is_open_to_other_pages(host: Caller, guest: Caller, ada: int) -> None:
    for path in ("/me", "/slots", "/bookings", "/schedule", SLOTS + "/why?start=2027-03-14T09:00:00Z"):
        assert "Access-Control-Allow-Origin" not in host.get(path, Origin="https://elsewhere.example").headers
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    preflight = guest.client.options("/api/v1/bookings", headers=asked)
    assert "Access-Control-Allow-Origin" not in preflight.headers


def test_a_host_learns_why_a_start_is_not_offered(
    host: Caller, other_host: Caller, guest: Caller, build: Build, ada: int
) -> None:
    slot = build.slot(ada)
    path = f"{SLOTS}/why?start={written(slot.start)}"
    assert host.get(path).get_json() == {"offered": True}
    build.booking(slot)
    answer = host.get(path).get_json()
    assert answer["offered"] is False
    assert "busy" in [reason["code"] for reason in answer["reasons"]]
    assert all(reason["detail"] for reason in answer["reasons"])
    assert guest.get(path).status_code == 401
    assert other_host.get(path).status_code == 404
    assert host.get(f"{SLOTS}/why").status_code == 422
    past = slot.start - timedelta(days=30)
    assert host.get(f"{SLOTS}/why?start={written(past)}").get_json()["reasons"][0]["code"] == "past"
    refused = host.get(f"{SLOTS}/why?start=2027-03-14T09:00:00+01:00").get_json()  # the plus of an address is a space
    assert "%2B" in refused["errors"]["start"][0]
