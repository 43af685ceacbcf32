"""No two booked slots of a host overlap, whichever program writes and however many write at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.models.attacker import INSERT_BOOKING, INSERT_CLAIM, INSERT_SLOT, Attacker, Refusal

OVERLAP = Refusal("23P01", "ex_claim_overlap")
UNCLAIMED = Refusal("23503", "fk_slot_id_claimed_host_id_claim")
DRIFTED = Refusal("23503", "fk_claim_slot_id_busy_slot")


@pytest.mark.parametrize(("hour", "refusal"), [(11.75, OVERLAP), (12.25, OVERLAP), (11.5, None), (12.5, None)])
def test_a_claim_that_overlaps_another_is_refused_and_one_that_touches_is_not(
    attacker: Attacker, ids: dict[str, int], hour: float, refusal: Refusal | None
) -> None:
    slot = attacker.value(INSERT_SLOT, **ids, hour=hour, capacity=1)
    assert attacker.refusal(INSERT_CLAIM, slot=slot) == refusal


def test_the_buffers_count(attacker: Attacker, ids: dict[str, int]) -> None:
    slot = attacker.value(INSERT_SLOT, **ids, hour=11.25, capacity=1)
    pad = "UPDATE slot SET busy = tstzrange(starts_at, ends_at + interval '16 min') WHERE id = %(slot)s"
    attacker.run(pad, slot=slot)
    assert attacker.refusal(INSERT_CLAIM, slot=slot) == OVERLAP


def test_another_host_may_claim_the_same_time(attacker: Attacker, ids: dict[str, int]) -> None:
    theirs = {"host": ids["other_host"], "event_type": ids["other_event_type"]}
    slot = attacker.value(INSERT_SLOT, **theirs, hour=12, capacity=1)
    assert attacker.refusal(INSERT_CLAIM, slot=slot) is None


def test_claims_of_neighbouring_host_ids_do_not_meet(attacker: Attacker, ids: dict[str, int]) -> None:
    """int8range(7, 7, '[]') is [7, 8) inside: host 8 begins where it ends."""
    assert ids["other_host"] == ids["host"] + 1
    attacker.run(INSERT_CLAIM, slot=ids["free"])
    assert attacker.refusal(INSERT_CLAIM, slot=ids["other_slot"]) is None


@pytest.mark.parametrize(("commits", "refusal"), [(True, OVERLAP), (False, None)])
def test_of_two_uncommitted_claims_the_second_waits_for_the_first(
    attacker: Attacker,
    rival: Attacker,
    ids: dict[str, int],
    wait_until_blocked: Callable[[Attacker], None],
    commits: bool,
    refusal: Refusal | None,
) -> None:
    attacker.run(INSERT_CLAIM, slot=ids["free"])
    slot = rival.value(INSERT_SLOT, **ids, hour=10.25, capacity=1)
    with ThreadPoolExecutor(1) as pool:
        second: Future[Refusal | None] = pool.submit(rival.refusal, INSERT_CLAIM, slot=slot)
        wait_until_blocked(rival)
        attacker.connection.commit() if commits else attacker.connection.rollback()
        assert second.result() == refusal


def test_a_claim_cannot_say_another_time_than_its_slot(attacker: Attacker, ids: dict[str, int]) -> None:
    shrink = "UPDATE claim SET busy = tstzrange(lower(busy), lower(busy) + interval '1 min') WHERE slot_id = %(taken)s"
    assert attacker.refusal(shrink, **ids) == DRIFTED
    later = "tstzrange(ends_at, ends_at + interval '1 min')"
    other = f"INSERT INTO claim SELECT id, host_id, {later} FROM slot WHERE id = %(free)s"
    assert attacker.refusal(other, **ids) == DRIFTED


def test_a_claim_follows_its_slot_and_is_refused_where_it_would_land_on_another(
    attacker: Attacker, ids: dict[str, int]
) -> None:
    shift = """UPDATE slot SET starts_at = starts_at + %(by)s::interval, ends_at = ends_at + %(by)s::interval,
               busy = tstzrange(starts_at + %(by)s::interval, ends_at + %(by)s::interval) WHERE id = %(taken)s"""
    attacker.run(shift, **ids, by="15 min")
    same = "SELECT c.busy = s.busy FROM claim c JOIN slot s ON s.id = c.slot_id WHERE s.id = %(taken)s"
    assert attacker.value(same, **ids)
    assert attacker.refusal(shift, **ids, by="90 min") == OVERLAP


def test_a_slot_with_a_seat_taken_cannot_be_committed_without_its_claim(
    attacker: Attacker, ids: dict[str, int]
) -> None:
    attacker.run(INSERT_BOOKING, host=ids["host"], guest=ids["guest"], slot=ids["free"], seat=1, capacity=1)
    assert attacker.commit() == UNCLAIMED


def test_the_claim_of_a_taken_slot_can_be_neither_dropped_nor_given_away(
    attacker: Attacker, ids: dict[str, int]
) -> None:
    attacker.run("DELETE FROM claim WHERE slot_id = %(taken)s", **ids)
    assert attacker.commit() == UNCLAIMED
    attacker.run("UPDATE claim SET host_id = %(other_host)s WHERE slot_id = %(taken)s", **ids)
    assert attacker.commit() == UNCLAIMED


def test_a_seat_taken_while_the_claim_is_let_go_cannot_be_committed(
    attacker: Attacker, rival: Attacker, ids: dict[str, int], wait_until_blocked: Callable[[Attacker], None]
) -> None:
    """The race of a cancellation with a booking, without any lock of the application."""
    attacker.run("UPDATE booking SET status = 'cancelled', cancelled_at = now(), cancelled_by = 'host'"
                 " WHERE id = %(booking)s", **ids)  # fmt: skip
    attacker.run("DELETE FROM claim WHERE slot_id = %(taken)s", **ids)
    seat = {"host": ids["host"], "guest": ids["second_guest"], "slot": ids["taken"], "seat": 1, "capacity": 1}
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(rival.refusal, INSERT_BOOKING, **seat)
        wait_until_blocked(rival)
        assert attacker.commit() is None
        assert second.result() == UNCLAIMED
