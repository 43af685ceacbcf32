"""Why a start is not offered: the engine's reasons for one host and event type (rule 15), active or not."""

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from webapp.core.db import session
from webapp.domain.availability.instants import instant, local_date
from webapp.domain.availability.reasons import Reason, reasons
from webapp.domain.errors import NotFound
from webapp.models import EventType, Host
from webapp.services.availability.offering import Offering, offering_from, offering_select
from webapp.services.availability.offers import facts
from webapp.services.availability.schedule_facts import engine_schedule


class Answer(NamedTuple):
    """`reasons`: every rule that excludes the start; empty if and only if it is offered. `holidays_known_until`: set
    only if the start is later."""

    offered: bool
    reasons: list[Reason]
    holidays_known_until: date | None


def find_any_offering(host_slug: str, event_type_slug: str, *, now: datetime | None = None) -> Offering:
    """Like `find_offering`, but includes inactive ones; `now` replaces the database's. Raises NotFound."""
    query = offering_select(with_inactive=True)
    row = session().execute(query.where(Host.slug == host_slug, EventType.slug == event_type_slug)).first()
    if row is None:
        raise NotFound
    offering = offering_from(row)
    if now is None:
        return offering
    moment = instant(now)
    return replace(offering, now=moment, schedule=engine_schedule(row, moment), source=None)


def why(offering: Offering, start: datetime) -> Answer:
    """What excludes this start, as of `offering.now`: the same facts and rules as for listing and booking."""
    second = instant(start)
    found = reasons(facts(session(), offering, second, second + 1), second)
    return Answer(not found, found, _known_until(offering, second))


def _known_until(offering: Offering, second: int) -> date | None:
    schedule = offering.schedule
    if schedule is None or schedule.holidays_known_until is None:
        return None
    is_later = local_date(schedule.time_zone, second) > schedule.holidays_known_until
    return schedule.holidays_known_until if is_later else None
