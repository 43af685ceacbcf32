"""A new booking as the server receives it: the client's round trips, and that its statement is readable in one file."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.pq import Trace

from tests.builders import Build, tomorrow
from tests.schedule_builders import set_schedule
from webapp.core.config.tables import NO_QUOTAS, QuotaSettings
from webapp.core.db import session
from webapp.core.extensions import booking_quotas
from webapp.domain.actor import GUEST
from webapp.services.availability.offering import find_offering
from webapp.services.bookings import bookings, insert

pytestmark = pytest.mark.usefixtures("context")

# In a trace of libpq: a statement (its text, between quotes, may have several lines), and what has to be answered.
SENT = re.compile(
    r'^F\t\d+\t(?:(?P<kind>Parse\t ""|Query\t) "(?P<statement>.*?)"[ \d]*|Sync)$', re.MULTILINE | re.DOTALL
)
INSERTED = re.compile(r"INSERT INTO (\w+)")


def sent_until_commit(trace: Path, act: Callable[[], object]) -> list[list[str]]:
    """The statements that the session sends up to COMMIT, in groups: after each, the client waits for the server."""
    driver = session().connection().connection.driver_connection
    driver.prepare_threshold = None  # what is prepared is sent without its text
    with trace.open("w") as file:
        driver.pgconn.trace(file.fileno())
        driver.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            act()
        finally:
            driver.pgconn.untrace()
    session().invalidate()  # the connection
    groups: list[list[str]] = [[]]
    for sent in SENT.finditer(trace.read_text()):
        if sent["kind"]:
            groups[-1].append(sent["statement"])
        if sent["kind"] is None or sent["kind"].startswith("Query"):
            if "COMMIT" in groups[-1]:
                return groups
            groups.append([])
    raise AssertionError("no COMMIT")


@pytest.fixture(params=[NO_QUOTAS, QuotaSettings(3, 60, 20)], ids=["no limits", "limits"])
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> QuotaSettings:
    """What guests may book with one host: whether or not it is counted, no round trip is added."""
    monkeypatch.setattr(booking_quotas, "limits", request.param)
    return request.param


def book(build: Build, trace: Path, **given: object) -> list[list[str]]:
    host = build.host(slug="ada", time_zone="UTC")
    set_schedule(build, host, time_zone="UTC", weekdays="0123456")
    time = {"slot_id": build.slot(host).public_id} if given.pop("has_row", False) else {"start": tomorrow()}
    seen = None if "slot_id" in time else find_offering("ada", "30min")
    command = build.command(**{"host": "ada", "event_type": "30min"} | time | given)
    return sent_until_commit(trace, lambda: bookings.book(command, actor=GUEST, seen=seen))


@pytest.mark.usefixtures("limits")
def test_the_host_is_held_for_two_round_trips(build: Build, tmp_path: Path) -> None:
    groups = book(build, tmp_path / "trace")
    [locks] = [i for i, group in enumerate(groups) if "FOR NO KEY UPDATE" in group[0]]
    # Lock, event type, busy times, counts and whether the address is blocked; booking, COMMIT.
    assert [len(group) for group in groups[locks:]] == [4, 2]


@pytest.mark.parametrize(("given", "round_trips"), [({}, 3), ({"idempotency_key": "k1"}, 4), ({"has_row": True}, 8)])
def test_a_booking_takes_no_more_round_trips_than_it_did(
    build: Build, tmp_path: Path, limits: QuotaSettings, given: dict[str, object], round_trips: int
) -> None:
    groups = book(build, tmp_path / "trace", **given)
    assert len(groups) == round_trips, [[statement[:60] for statement in group] for group in groups]


def test_what_is_written_can_be_read_in_one_file_in_its_order(build: Build, tmp_path: Path) -> None:
    statement = book(build, tmp_path / "trace")[-1][0]
    tables = ["slot", "claim", "guest", "booking", "audit_entry", "outbox_event"]
    assert INSERTED.findall(statement) == tables
    assert INSERTED.findall(Path(insert.__file__).read_text()) == tables
