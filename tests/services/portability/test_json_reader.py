"""Documents that no export has written: refused with a reason, never by an internal error."""

import json
from typing import Any

import pytest

from tests.builders import Build
from tests.services.portability.documents import changed, imported
from webapp.domain.errors import AlreadyBooked, Invalid

pytestmark = pytest.mark.usefixtures("context")
HALF = "\ud800"  # of a surrogate pair: JSON can name it, UTF-8 cannot carry it
SIGMA = (
    "\N{GREEK CAPITAL LETTER ALPHA}\N{GREEK CAPITAL LETTER SIGMA}@example.gr",
    "\N{GREEK CAPITAL LETTER ALPHA}\N{GREEK SMALL LETTER SIGMA}@example.gr",
)


def refusal(text: str, host: int) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        imported(text, host)
    return dict(refused.value.errors)


def booked(text: str, *, guests: int) -> list[tuple[str | int, ...]]:
    """The places of the bookings of the first slot that has so many."""
    slots = json.loads(text)["slots"]
    at = next(at for at, slot in enumerate(slots) if len(slot["bookings"]) == guests)
    return [("slots", at, "bookings", number) for number in range(guests)]


def test_a_name_that_no_page_can_show_is_refused(document: str, build: Build) -> None:
    host = build.host()
    for path in ((HALF,), ("profile", HALF), ("slots", 0, HALF), ("slots", 0, "bookings", 0, "answers", HALF)):
        for place, messages in refusal(changed(document, *path, to=1), host).items():
            f"{place}{messages}".encode()


@pytest.mark.parametrize("name", [HALF, "a\u202eb", "a\nb", "\0"])
def test_a_holiday_that_is_no_line_is_refused(document: str, build: Build, name: str) -> None:
    hostile = changed(document, "schedules", 1, "holidays_off", to=[name])
    assert set(refusal(hostile, build.host())) == {"schedules[1].holidays"}


def test_what_is_said_twice_is_refused(document: str, build: Build) -> None:
    """The last one would win, and what the first one said would be lost without a word."""
    twice = document.replace('"profile": {', '"profile": {"name": "Somebody", ', 1)
    assert refusal(twice, build.host()) == {"": ["“name” is there twice in the same place."]}


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("start", "2027-05-04T07:00:00.5Z"),
        ("end", "2027-05-04T07:30:00.000001Z"),
        ("end", "2027-05-04T07:00:01Z"),
        ("busy_from", "2027-05-04T06:59:59.999999Z"),
        ("busy_until", "2027-05-04T07:30:00.1Z"),
    ],
)
def test_slots_last_whole_minutes(document: str, build: Build, name: str, to: Any) -> None:
    times = {"start": "2027-05-04T07:00:00Z", "end": "2027-05-04T07:30:00Z"}
    slot = json.loads(document)["slots"][0] | times
    slot |= {"busy_from": slot["start"], "busy_until": slot["end"], name: to}
    assert set(refusal(changed(document, "slots", 0, to=slot), build.host())) == {f"slots[0].{name}"}


def test_what_is_one_address_the_database_says(document: str, build: Build) -> None:
    """Where Python and Postgres write an address differently in lower case."""
    first, last = booked(document, guests=3)[0], booked(document, guests=1)[0]
    host = build.host()
    hostile = changed(document, *first, "guest", "email", to=SIGMA[0])
    assert imported(changed(hostile, *last, "guest", "email", to=SIGMA[1]), host).bookings == 9
    assert build.row("SELECT count(*) FROM guest WHERE email LIKE '%example.gr'")[0] == 1


def test_one_address_has_one_seat_of_a_slot(document: str, build: Build) -> None:
    first, second, _ = booked(document, guests=3)
    hostile = changed(document, *first, "guest", "email", to=SIGMA[0])
    with pytest.raises(AlreadyBooked):
        imported(changed(hostile, *second, "guest", "email", to=SIGMA[1]), build.host())
    assert build.row("SELECT count(*) FROM booking")[0] == 0
