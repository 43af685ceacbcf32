"""Lists in the API: query parameters, and paging through data that changes meanwhile."""

import base64
from datetime import UTC, datetime

import pytest

from tests.api.caller import Caller, fields_at_fault
from tests.api.test_accounts import written
from tests.builders import Build, tomorrow
from webapp.api.spec.examples import NEW_WEBHOOK
from webapp.domain.actor import host_actor
from webapp.services.schedules.blocked_times import NewBlockedTime, block

SHORT = ["/event-types", "/blocked-times", "/webhooks"]


@pytest.fixture
def lists(host: Caller) -> None:
    """Four rows and more in each of the short lists."""
    for number in range(4):
        host.post("/event-types", {"slug": f"kind-{number}", "title": "Kind", "duration_minutes": 45})
        day = {"start": written(tomorrow(9, days=10)), "end": written(tomorrow(10 + number, days=10))}
        host.post("/blocked-times", day)
        host.post("/webhooks", NEW_WEBHOOK)


def name_of(row: dict[str, str]) -> str:
    return row.get("id") or row["slug"]


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize("path", SHORT)
def test_a_program_deletes_what_it_lists(host: Caller, path: str) -> None:
    """Page by page, with the cursor of a page of which nothing is left."""
    whole = [name_of(row) for row in host.get(path).get_json()["data"]]
    seen, cursor = [], ""
    while cursor is not None:
        page = host.get(f"{path}?limit=2{cursor and f'&cursor={cursor}'}").get_json()
        for row in page["data"]:
            assert host.delete(f"{path}/{name_of(row)}").status_code == 204
            seen.append(name_of(row))
        cursor = page["next_cursor"]
    assert seen == whole
    assert host.get(path).get_json() == {"data": [], "next_cursor": None}


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize(
    "text", ["", "30min", "x y", "5", "5 ", "5 a b", "5 \0", "--1 a", "9" * 40 + " a", "\0", "a\0b"]
)
@pytest.mark.parametrize("path", SHORT)
def test_a_cursor_of_another_making_is_refused(host: Caller, path: str, text: str) -> None:
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    assert fields_at_fault(host.get(f"{path}?cursor={cursor}")) == ["cursor"]


@pytest.mark.parametrize("text", ["", "\0", "a\0b", "msg_ä", "msg_none", "' OR 1=1"])
def test_a_cursor_of_deliveries_is_one_of_them(host: Caller, text: str) -> None:
    webhook = host.post("/webhooks", NEW_WEBHOOK).get_json()["id"]
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    assert fields_at_fault(host.get(f"/webhooks/{webhook}/deliveries?cursor={cursor}")) == ["cursor"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=1&limit=2", "limit"), ("from=2027-03-14&from=2027-03-15", "from"),
     ("status=booked&status=booked", "status"), ("status=", "status"), ("state=booked", "state"),
     ("cursor=", "cursor"), ("limit=", "limit"),
     ("from=", "from"),
     ("from=2027-03-14&to=2027-03-13", "to"), ("from=2027-03-14T00:00:00Z&to=2027-03-13T23:59:59Z", "to")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/bookings", "/slots"])
def test_a_question_has_one_meaning(host: Caller, path: str, query: str, field: str) -> None:
    assert fields_at_fault(host.get(f"{path}?{query}")) == [field]


def test_all_that_is_wrong_with_a_question_is_said_at_once(host: Caller) -> None:
    assert fields_at_fault(host.get("/bookings?limit=1&limit=2&status=lost")) == ["limit", "status"]


def test_a_list_goes_on_after_what_began_long_ago(host: Caller, build: Build, ada: int) -> None:
    for year in (1950, 1960, 1980):
        long_time = NewBlockedTime(start=datetime(year, 1, 1, tzinfo=UTC), end=tomorrow(days=2))
        with build.app.app_context():
            block(long_time, host_id=ada, actor=host_actor(ada))
    first = host.get("/blocked-times?limit=1").get_json()
    rest = host.get(f"/blocked-times?cursor={first['next_cursor']}").get_json()
    assert [row["start"][:4] for row in first["data"] + rest["data"]] == ["1950", "1960", "1980"]


def test_nobody_has_no_address(host: Caller) -> None:
    assert fields_at_fault(host.get("/bookings?email=")) == ["email"]


def test_a_span_may_be_short(host: Caller, build: Build, ada: int) -> None:
    build.slot(ada, tomorrow(9))
    day = f"{tomorrow():%Y-%m-%d}"
    assert len(host.get(f"/slots?from={day}&to={day}").get_json()["data"]) == 1
    assert len(host.get(f"/slots?from={written(tomorrow(8))}&to={day}").get_json()["data"]) == 1
    moment = written(tomorrow(9))
    assert host.get(f"/slots?from={moment}&to={moment}").get_json()["data"] == []
