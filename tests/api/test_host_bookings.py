"""A host's bookings: page by page, and filtered."""

import pytest

from tests.api.caller import Caller, fields_at_fault
from tests.api.test_accounts import written
from tests.builders import Build, tomorrow


def test_bookings_are_listed_page_by_page(host: Caller, other_host: Caller, build: Build, ada: int) -> None:
    made = [build.booking(slot) for slot in build.slots(ada, [tomorrow(hour) for hour in range(8, 13)])]
    seen, cursor = [], ""
    while True:
        page = host.get(f"/bookings?limit=2{cursor}").get_json()
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [str(one.uid) for one in made]
    assert other_host.get("/bookings").get_json() == {"data": [], "next_cursor": None}


def test_bookings_are_filtered(host: Caller, build: Build, ada: int) -> None:
    first, second = build.slots(ada, [tomorrow(9, days=2), tomorrow(9, days=5)])
    mine = build.booking(first, email="Gita@example.net")
    build.booking(second)
    host.delete(f"/bookings/{mine.uid}")

    def count(query: str) -> int:
        return len(host.get(f"/bookings?{query}").get_json()["data"])

    assert (count(""), count("status=cancelled"), count("status=confirmed"), count("status=pending")) == (2, 1, 1, 0)
    assert (count("email=gita@EXAMPLE.net"), count("email=nobody@example.net")) == (1, 0)
    assert count("email=%E2%80%8EGita@example.net%C2%A0") == 1  # with a mark before and a blank behind
    day = f"{first.start:%Y-%m-%d}"
    assert (count(f"from={day}&to={day}"), count(f"to={written(first.start)}")) == (1, 0)
    assert count(f"from={written(second.start)}") == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=all", "status"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
     ("limit=1e3", "limit"),
     ("cursor=nonsense", "cursor"), ("cursor=!!", "cursor"), ("cursor=" + "A" * 5000, "cursor"),
     ("from=soon", "from"),
     ("to=2027-03-14T09:00:00", "to")],
)  # fmt: skip
def test_filters_that_make_no_sense_are_refused(host: Caller, query: str, field: str) -> None:
    response = host.get(f"/bookings?{query}")
    assert response.status_code == 422
    assert fields_at_fault(response) == [field]
