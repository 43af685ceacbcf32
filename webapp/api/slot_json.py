"""The listing of offered slots as JSON text, written by hand: it is asked for more than all else together.

Dumping a thousand slots by a schema takes ten times as long as computing them. The specification still comes from
the schema, and tests hold each listing against it.
"""

import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache

from webapp.api.http.json import dumped
from webapp.domain.availability.instants import DAY_SECONDS, to_datetime
from webapp.domain.availability.offers import Offer


def offered_slots(offers: Sequence[Offer], time_zone: str, ids: Mapping[int, uuid.UUID]) -> str:
    """As `schemas.hosts.OfferedSlots`. `ids`: public ids of the offers that have a row."""
    data = ",".join([_plain(start, end, left) if row is None else _with_id(start, end, left, ids[row])
                     for start, end, left, row in offers])  # fmt: skip
    return f'{{"time_zone":{dumped(time_zone)},"data":[{data}]}}'


@lru_cache(maxsize=8192)  # 3 MB; a day has 96 quarters of an hour, a listing 62 days
def _plain(start: int, end: int, left: int) -> str:
    return f'{{"start":"{written(start)}","end":"{written(end)}","seats_left":{left}}}'


def _with_id(start: int, end: int, left: int, slot_id: uuid.UUID) -> str:
    return f'{_plain(start, end, left)[:-1]},"slot_id":"{slot_id}"}}'


def written(instant: int) -> str:
    """Unix seconds as RFC 3339 in UTC."""
    day, second = divmod(instant, DAY_SECONDS)
    minute, second = divmod(second, 60)
    return f"{_date(day)}T{minute // 60:02}:{minute % 60:02}:{second:02}Z"


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return to_datetime(day * DAY_SECONDS).date().isoformat()
