"""Invariants in every zone of the tz database, around every clock change in five years."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.domain.availability.builders import DAY, schedule
from tests.domain.availability.slow_engine import naive, slow_offers
from tests.domain.availability.strategies import FIRST_CHANGE, ZONES, changes, situations
from tests.examples import examples
from webapp.domain.availability.by_date import by_local_date
from webapp.domain.availability.facts import Busy, BusyKind, EventTypeRules, Facts, without_booking
from webapp.domain.availability.offers import Offer, offer_at, offers
from webapp.domain.availability.reasons import reasons

Situation = tuple[Facts, int, int]
bounded = settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])


@settings(bounded, max_examples=examples(100))
@given(situations())
def test_the_engine_agrees_with_the_rules_taken_minute_by_minute(situation: Situation) -> None:
    assert offers(*situation) == slow_offers(*situation)


@settings(bounded, max_examples=examples(40))
@given(situations(), st.integers(0, 1440 - 180))
def test_what_is_listed_books_and_what_is_not_has_a_reason(situation: Situation, minute: int) -> None:
    facts, first, _ = situation
    first += 60 * minute
    for grace in (0, 60):
        listed = {offer.start: offer for offer in offers(facts, first, first + 3 * 3600, listed_grace_seconds=grace)}
        for start in range(first, first + 3 * 3600, 60):
            assert offer_at(facts, start, listed_grace_seconds=grace) == listed.get(start)
            assert bool(reasons(facts, start, listed_grace_seconds=grace)) == (start not in listed)


@bounded
@given(situations(), st.integers(0, 2880), st.integers(0, 2880))
def test_listing_a_part_is_a_part_of_the_listing(situation: Situation, begin: int, end: int) -> None:
    facts, first, last = situation
    begin, end = first + 60 * begin, min(first + 60 * end, last)
    whole = [offer for offer in offers(facts, first, last) if begin <= offer.start < end]
    assert offers(facts, begin, end) == whole


@bounded
@given(situations())
def test_nothing_listed_overlaps_busy_time_or_comes_twice(situation: Situation) -> None:
    facts, *_ = situation
    found = offers(*situation)
    assert [offer.start for offer in found] == sorted({offer.start for offer in found})
    for offer in found:
        others = [busy for busy in facts.busy if offer.slot_id is None or busy.slot_id != offer.slot_id]
        assert all(busy.end <= offer.start or offer.end <= busy.start for busy in others)


def padded(facts: Facts, offer: Offer) -> tuple[int, int]:
    rules = facts.rules
    return offer.start - 60 * rules.buffer_before_minutes, offer.end + 60 * rules.buffer_after_minutes


@bounded
@given(situations(), st.data())
def test_booking_takes_only_what_it_overlaps_and_cancelling_gives_it_back(
    situation: Situation, data: st.DataObject
) -> None:
    facts, first, last = situation
    before = offers(*situation)
    free = [offer for offer in before if offer.slot_id is None]
    if not free:
        return
    chosen = data.draw(st.sampled_from(free))
    start, end = padded(facts, chosen)
    booked = replace(
        facts, busy=(*facts.busy, Busy(start, end, BusyKind.MEETING, chosen.start, chosen.end, slot_id=999))
    )
    after = offers(booked, first, last)
    assert set(after) <= set(before)
    for offer in set(before) - set(after):
        widest = 60 * 30  # no published slot in these situations has a larger buffer
        assert offer.start - widest < end
        assert start < offer.end + widest
    assert chosen not in after
    assert offers(without_booking(booked, slot_id=999, start=-1), first, last) == before


@bounded
@given(situations(), st.sampled_from(ZONES))
def test_the_zone_of_the_guest_only_groups(situation: Situation, zone: str) -> None:
    found = offers(*situation)
    assert [offer for group in by_local_date(found, zone).values() for offer in group] == found


@pytest.mark.parametrize("letter", sorted({zone[0] for zone in ZONES}))
def test_a_night_window_around_every_change_of_every_zone(letter: str) -> None:
    """Open from 00:00 to 06:00: from the first moment of each date to the wall clock's 06:00, without a hole."""
    for zone in ZONES:
        if zone.startswith(letter):
            for change in changes(zone) or [FIRST_CHANGE]:
                check_nights(zone, change)


def check_nights(zone: str, change: int) -> None:
    facts = Facts(EventTypeRules(15), change - 9 * DAY, schedule("00:00-06:00", zone=zone))
    noon = datetime.combine(naive(zone, change).date() - timedelta(days=1), time(12), ZoneInfo(zone))
    found = offers(facts, int(noon.timestamp()), int(noon.timestamp()) + 2 * DAY)
    nights = by_local_date(found, zone)
    assert len(nights) == 2, (zone, change)
    for day, night in nights.items():
        assert naive(zone, night[0].start - 1).date() < day == naive(zone, night[0].start).date()
        assert naive(zone, night[-1].end) == datetime.combine(day, time(6)), (zone, day)
        assert {two.start - one.start for one, two in pairwise(night)} == {900}
    busy = Busy(change - 600, change + 600, BusyKind.CALENDAR)
    left = offers(replace(facts, busy=(busy,)), found[0].start, found[-1].end)
    assert left == [one for one in found if one.end <= busy.start or busy.end <= one.start]
