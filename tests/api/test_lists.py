"""Lists for programs: what they ask, and pages of what changes while they read."""

import base64

import pytest

from tests.api.caller import Caller, fields_at_fault
from tests.api.test_public import written
from tests.builders import Build, tomorrow
from webapp.api.examples import NEW_WEBHOOK

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
    "text", ["", "30min", "x y", "5", "5 ", "5 a b", "5 \0", "-1 a", "9" * 40 + " a", "\0", "a\0b"]
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
     ("status=booked&status=booked", "status"), ("status=", "status"),
     ("cursor=", "cursor"), ("limit=", "limit"), ("from=", "from"),
     ("from=2027-03-14&to=2027-03-13", "to"), ("from=2027-03-14T00:00:00Z&to=2027-03-13T23:59:59Z", "to")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/bookings", "/slots"])
def test_a_question_has_one_meaning(host: Caller, path: str, query: str, field: str) -> None:
    assert fields_at_fault(host.get(f"{path}?{query}")) == [field]


def test_nobody_has_no_address(host: Caller) -> None:
    assert fields_at_fault(host.get("/bookings?email=")) == ["email"]


def test_a_span_may_be_short_and_an_unknown_parameter_is_nothing(host: Caller, build: Build, ada: int) -> None:
    build.slot(ada, tomorrow(9))
    day = f"{tomorrow():%Y-%m-%d}"
    assert len(host.get(f"/slots?from={day}&to={day}&_=1&_=2").get_json()["data"]) == 1
    assert len(host.get(f"/slots?from={written(tomorrow(8))}&to={day}").get_json()["data"]) == 1
    moment = written(tomorrow(9))
    assert host.get(f"/slots?from={moment}&to={moment}").get_json()["data"] == []
