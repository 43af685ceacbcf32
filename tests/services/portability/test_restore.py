"""Moving a host's data from one instance to another: nothing is lost, and nothing is restored partially."""

import json
from typing import Any

import pytest

from tests.builders import Build, tomorrow
from tests.services.portability.documents import changed, exported, imported, later
from tests.services.threads import at_once
from webapp.domain.actor import GUEST, SYSTEM, host_actor
from webapp.domain.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.services.event_types.content import furthest_window_date
from webapp.services.event_types.event_types import host_event_types
from webapp.services.event_types.single_use_links import create_link
from webapp.services.portability import restore
from webapp.services.portability.restore import AccountNotEmpty, import_host

pytestmark = pytest.mark.usefixtures("context")
EVERYTHING = "SELECT count(*) FROM {}"
TABLES = ("event_type", "schedule", "weekly_hours", "slot", "claim", "booking", "guest", "outbox_event", "audit_entry")


def counts(build: Build) -> dict[str, int]:
    return {table: build.row(EVERYTHING.format(table))[0] for table in TABLES}


def place_of(text: str, host: int) -> str:
    with pytest.raises(Invalid) as refused:
        imported(text, host)
    return next(iter(refused.value.errors))


def test_a_document_goes_round(document: str, build: Build) -> None:
    host = build.host()
    report = imported(document, host)
    assert exported(host) == document
    seen = json.loads(document)
    assert (report.slots, report.bookings) == (len(seen["slots"]), 9)
    assert report.kept_slug is None
    statuses = {booking["status"] for slot in seen["slots"] for booking in slot["bookings"]}
    assert statuses == {"confirmed", "pending", "cancelled", "declined", "completed"}
    assert sum(slot["withdrawn_at"] is not None for slot in seen["slots"]) >= 3
    assert max(len(slot["bookings"]) for slot in seen["slots"]) == 3


def test_a_booking_window_of_centuries_is_cut(document: str, build: Build) -> None:
    seen = json.loads(document)
    seen["event_types"][0] |= {"window_days": None, "window_from": "2027-01-01", "window_to": "2199-12-31"}
    host = build.host()
    imported(json.dumps(seen), host)
    windows = [view.content.window_to for view in host_event_types(host, with_archived=True)]
    assert furthest_window_date() in windows


def test_a_document_from_before_a_field_was_added_gets_its_default(document: str, build: Build) -> None:
    seen = json.loads(document)
    assert {event_type.pop("requires_proof") for event_type in seen["event_types"]} == {True, False}
    host = build.host()
    imported(json.dumps(seen), host)
    assert {view.content.requires_proof for view in host_event_types(host, with_archived=True)} == {False}


def test_taken_time_is_claimed_and_seats_are_counted(document: str, build: Build) -> None:
    imported(document, build.host())
    taken = build.row("SELECT count(*) FROM slot WHERE seats_taken > 0")[0]
    assert taken == build.row("SELECT count(*) FROM claim")[0] > 3
    assert build.row("SELECT max(seats_taken) FROM slot")[0] == 3


def test_it_holds_no_secret(build: Build) -> None:
    host = build.host(password_hash="$argon2id$a-hash")
    text = exported(host)
    assert "argon2" not in text
    assert "example.org" not in text
    assert build.row("SELECT fs_uniquifier FROM host")[0] not in text
    assert set(json.loads(text)) == {
        "format", "version", "profile", "schedules", "event_types", "blocked_times", "slots",
    }  # fmt: skip


def test_only_into_an_empty_account(document: str, build: Build) -> None:
    for spoil in (
        build.slot,
        lambda host: build.event_type(host, title="Changed"),
        lambda host: create_link("30min", host_id=host, actor=host_actor(host)),
        lambda host: build.row(
            "INSERT INTO weekly_hours (schedule_id, weekday, start_minute, end_minute)"
            " SELECT id, 1, 540, 600 FROM schedule WHERE host_id = :host RETURNING id",
            host=host,
        ),
    ):
        host = build.host()
        spoil(host)
        before = counts(build)
        with pytest.raises(AccountNotEmpty):
            imported(document, host)
        assert counts(build) == before


def test_what_is_here_already_is_refused_with_its_places(document: str, build: Build) -> None:
    imported(document, build.host())
    host = build.host()
    before = counts(build)
    assert place_of(document, host).endswith(".uid")
    assert counts(build) == before


def test_a_slug_that_is_taken_or_reserved_is_not_taken_over(document: str, build: Build) -> None:
    build.host(slug="ada")
    host = build.host(slug="lovelace")
    assert imported(document, host).kept_slug == "lovelace"
    other = build.host(slug="other")
    empty = json.loads(document) | {"slots": []}
    assert imported(json.dumps(empty | {"profile": empty["profile"] | {"slug": "admin"}}), other).kept_slug == "other"


def taken_slots(text: str) -> list[int]:
    slots = json.loads(text)["slots"]
    return [at for at, slot in enumerate(slots) if any(b["status"] == "confirmed" for b in slot["bookings"])]


def test_an_overlap_is_named(document: str, build: Build) -> None:
    first, second, *_ = taken_slots(document)
    slot = json.loads(document)["slots"][first]
    crossed = document
    for name in ("start", "end", "busy_from", "busy_until"):
        crossed = changed(crossed, "slots", second, name, to=later(slot[name], minutes=4))
    host = build.host()
    before = counts(build)
    assert place_of(crossed, host) == f"slots[{second}]"
    assert counts(build) == before


BOOKING = ("slots", 0, "bookings", 0)
FAULTS: list[tuple[tuple[str | int, ...], Any]] = [
    (("format",), "other"), (("version",), 2), (("version",), True), (("profile",), []), (("profile", "name"), ""),
    (("profile", "slug"), "No"), (("profile", "time_zone"), "Mars"), (("profile", "locale"), "x" * 50),
    (("profile", "is_admin"), True), (("schedules",), []), (("schedules", 0, "is_default"), False),
    (("schedules", 1, "name"), "Working hours"), (("schedules", 0, "weekly_hours", 0, "start"), "24:00"),
    (("schedules", 0, "weekly_hours", 0, "end"), "9:00"), (("schedules", 0, "holiday_country"), "XX"),
    (("event_types", 0, "slug"), "30min"), (("event_types", 0, "duration_minutes"), 7),
    (("event_types", 0, "schedule"), "None such"), (("event_types", 0, "number"), 2),
    (("event_types", 0, "reminder_minutes"), ["60"]), (("event_types", 0, "host_id"), 1),
    (("blocked_times", 0, "end"), "2020-01-01T00:00:00Z"), (("blocked_times", 0, "note"), "a\nb"),
    (("slots", 0, "event_type"), 99), (("slots", 0, "start"), "2027-01-01T00:00:00"),
    (("slots", 0, "busy_from"), "2001-01-01T00:00:00Z"), (("slots", 0, "capacity"), 0),
    (("slots", 0, "withdrawn_at"), "2027-01-01T00:00:00Z"), (("slots", 0, "origin"), "nowhere"),
    ((*BOOKING, "uid"), "1"), ((*BOOKING, "status"), "pending"), ((*BOOKING, "seat"), 5), ((*BOOKING, "seat"), 1e300),
    ((*BOOKING, "version"), -1), ((*BOOKING, "subject"), "a\u202eb"), ((*BOOKING, "answers"), {"a b": "x"}),
    ((*BOOKING, "answers"), []), ((*BOOKING, "cancelled_by"), "guest"), ((*BOOKING, "manage_token"), "x"),
    ((*BOOKING, "guest", "email"), "no address"), ((*BOOKING, "guest", "email"), "x@erased.invalid"),
    ((*BOOKING, "guest", "name"), "\0"), ((*BOOKING, "created_at"), 7), ((*BOOKING, "notes"), None),
]  # fmt: skip


# What contradicts another part is named where it is found.
FOUND_ELSEWHERE = {
    "schedules[0].is_default": "schedules",
    "schedules[1].name": "schedules",
    "event_types[0].slug": "event_types[2].slug",
    "schedules[0].holiday_country": "schedules[0].holidays",
    "slots[0].bookings[0].status": "slots[0].bookings[0].expires_at",
    "slots[0].bookings[0].cancelled_by": "slots[0].bookings[0].cancelled_at",
}


def test_each_fault_is_named_by_its_place_and_nothing_is_stored(document: str, build: Build) -> None:
    host = build.host()
    before = counts(build)
    wrong = {}
    for path, value in FAULTS:
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).strip(".")
        found = place_of(changed(document, *path, to=value), host)
        if found != FOUND_ELSEWHERE.get(where, where):
            wrong[where] = found
    assert wrong == {}
    assert counts(build) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"format": NaN}', b'{"version": ' + b"9" * 5000 + b"}", b"null"],
)
def test_what_is_no_document_is_refused(build: Build, content: bytes) -> None:
    with pytest.raises(Invalid):
        import_host(content, host_id=build.host(), reserved=(), actor=SYSTEM)


def test_seats_and_guests_of_a_group_are_checked(document: str, build: Build) -> None:
    group = next(at for at, slot in enumerate(json.loads(document)["slots"]) if len(slot["bookings"]) == 3)
    place = ("slots", group, "bookings", 1)
    host = build.host()
    assert place_of(changed(document, *place, "seat", to=1), host) == f"slots[{group}].bookings[1].seat"
    twice = changed(document, *place, "guest", "email", to="G0@example.net")
    assert place_of(twice, host) == f"slots[{group}].bookings[1].guest.email"


def test_who_imports_is_the_host_or_the_operator(document: str, build: Build) -> None:
    host, other = build.host(), build.host()
    for actor, refusal in ((GUEST, Forbidden), (host_actor(other), NotFound)):
        with pytest.raises(refusal):
            import_host(document.encode(), host_id=host, reserved=(), actor=actor)


def test_of_two_imports_at_once_one_is_done(document: str, build: Build) -> None:
    host, others = build.host(), [build.host() for _ in range(2)]
    faults = at_once(build.app, *[lambda: imported(document, host)] * 3)
    assert [type(fault) for fault in faults] == [AccountNotEmpty] * 2
    assert build.row("SELECT count(*) FROM booking")[0] == 9
    for other in others:
        assert place_of(document, other).endswith(".uid")


def test_a_booking_gets_to_one_of_two_accounts(document: str, build: Build) -> None:
    hosts = [build.host() for _ in range(3)]
    faults = at_once(build.app, *[lambda host=host: imported(document, host) for host in hosts])
    assert len(faults) == 2
    assert all(isinstance(fault, Conflict | Invalid) for fault in faults)
    assert build.row("SELECT count(DISTINCT host_id), count(*) FROM booking") == (1, 9)


def test_much_that_may_cause_mail_is_for_the_operator(
    document: str, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = build.host()
    monkeypatch.setattr(restore, "MOST_OPEN", 2)
    with pytest.raises(Invalid, match="Ask who runs this site"):
        restore.uploaded_document(document.encode())
    assert imported(document, host).bookings == 9


def test_a_published_time_can_be_booked_afterwards(document: str, build: Build) -> None:
    host = build.host()
    imported(document, host)
    slot = build.slot(host, tomorrow(6, days=7))
    assert build.booking(slot, answers={"topic": "x"}).version == 0
