"""The public view of a host, their offered slots, why a start is not offered (for that host only), and the host that a
token belongs to.

The list of offered slots is requested more often than everything else together, so it is written directly as JSON text:
dumping a thousand slots with a schema takes ten times as long as computing them. The specification still comes from the
schema, and tests check each list against it.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Response

from webapp.api.http.answers import etag_of, json_answer
from webapp.api.http.callers import Access, host
from webapp.api.http.json import dumped
from webapp.api.http.operation import Blueprint
from webapp.api.schemas import accounts as schemas
from webapp.api.schemas.accounts import Me
from webapp.api.spec import examples
from webapp.core.memo import Memo
from webapp.domain.availability.instants import DAY_SECONDS, to_datetime
from webapp.domain.availability.offers import Offer
from webapp.domain.errors import Invalid, NotFound
from webapp.services.accounts.public_page import PublicHost, public_host
from webapp.services.accounts.tokens import TokenHolder
from webapp.services.availability import why
from webapp.services.availability.offering import find_offering
from webapp.services.availability.offers import Availability, public_slot_ids, read_availability_on
from webapp.words.reasons import in_words

MOST_DAYS = 62

# (body, ETag). Most bodies are about 30 kB; a month of a host who is always open takes 200 kB.
_BODIES: Memo[tuple[bytes, str]] = Memo(entries=64)

blueprint = Blueprint("Public", __name__, description="A host as guests see them: no token, but for the question why.")


@blueprint.operation("GET", "/hosts/<slug>", Access.PUBLIC, answer=schemas.PublicHost, example=examples.HOST)
def get_host(slug: str) -> PublicHost:
    """A host and what they can be booked for"""
    return public_host(slug)


@blueprint.operation(
    "GET",
    "/hosts/<host_slug>/event-types/<slug>/slots",
    Access.PUBLIC,
    query=schemas.OfferedSlotsQuery,
    answer=schemas.OfferedSlots,
    example=examples.OFFERED_SLOTS,
)
def list_offered_slots(query: dict[str, Any], host_slug: str, slug: str) -> Response:
    """Slots that can be booked, by start"""
    first, last = query["first"], query["last"]
    _require_few_days(first, last)
    offering = find_offering(host_slug, slug)
    zone = query["time_zone"] or offering.host_time_zone
    availability = read_availability_on(offering, first, last, time_zone=zone)
    body, tag = _BODIES.get((availability.key, zone)) or _render(availability, zone)
    response = json_answer(body)
    response.set_etag(tag)
    return response


def _render(availability: Availability, zone: str) -> tuple[bytes, str]:
    offers = availability.offers()
    rows = [offer.slot_id for offer in offers if offer.slot_id is not None]
    body = offered_slots(offers, zone, public_slot_ids(rows) if rows else {}).encode()
    rendered = body, etag_of(body)
    if availability.key is not None:
        _BODIES.keep((availability.key, zone), rendered)
    return rendered


@blueprint.operation(
    "GET",
    "/hosts/<host_slug>/event-types/<slug>/slots/why",
    Access.READ,
    query=schemas.WhyQuery,
    answer=schemas.Why,
    example=examples.WHY,
)
def explain_slot(query: dict[str, Any], host_slug: str, slug: str) -> dict[str, Any]:
    """Why a start is offered or not, for the host"""
    if host_slug != host().slug:
        raise NotFound
    explanation = why.why(why.find_any_offering(host_slug, slug), query["start"])
    if explanation.offered:
        return {"offered": True}
    zone = host().time_zone
    return {
        "offered": False,
        "reasons": [{"code": str(one.code), "detail": in_words(one, time_zone=zone)} for one in explanation.reasons],
    }


def _require_few_days(first: date, last: date) -> None:
    if last < first:
        raise Invalid({"to": ["Must not be before from."]})
    if (last - first).days >= MOST_DAYS:
        raise Invalid({"to": [f"At most {MOST_DAYS} days at once."]})


token_blueprint = Blueprint("Token", __name__, description="The token itself.")


@token_blueprint.operation("GET", "/me", Access.READ, answer=Me, example=examples.ME)
def get_me() -> TokenHolder:
    """Whose token this is, and what it may do"""
    return host()


def offered_slots(offers: Sequence[Offer], time_zone: str, ids: Mapping[int, uuid.UUID]) -> str:
    """JSON as described by `schemas.OfferedSlots`. `ids`: public ids of the offers that have a row."""
    data = ",".join([_plain(start, end, left) if row is None else _with_id(start, end, left, ids[row])
                     for start, end, left, row in offers])  # fmt: skip
    return f'{{"time_zone":{dumped(time_zone)},"data":[{data}]}}'


@lru_cache(maxsize=8192)  # 3 MB; a day has 96 quarters of an hour, a list at most 62 days
def _plain(start: int, end: int, left: int) -> str:
    return f'{{"start":"{written(start)}","end":"{written(end)}","seats_left":{left}}}'


def _with_id(start: int, end: int, left: int, slot_id: uuid.UUID) -> str:
    return f'{_plain(start, end, left)[:-1]},"slot_id":"{slot_id}"}}'


def written(instant: int) -> str:
    """Unix seconds in the format of RFC 3339, in UTC."""
    day, second = divmod(instant, DAY_SECONDS)
    minute, second = divmod(second, 60)
    return f"{_date(day)}T{minute // 60:02}:{minute % 60:02}:{second:02}Z"


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return to_datetime(day * DAY_SECONDS).date().isoformat()
