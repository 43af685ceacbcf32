"""A guest with a unique word in each of their columns, in every table."""

from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Column

from tests.builders import Build
from webapp.core.db import transaction
from webapp.models import Base
from webapp.models.base import OF_GUEST, columns_of
from webapp.services.mail.dispatch import dispatch_events
from webapp.services.privacy.guests import ask_for_data

WORD = "quagmire"
COLUMNS = [column for table in Base.metadata.sorted_tables for column in columns_of(table, OF_GUEST)]

# What a guest gets to see neither in the copy nor on the page.
LEFT_OUT = {
    "delivery.last_error": "what a mail server answered this instance; addresses are taken out before it is kept",
    "idempotency_key.key": "kept for a day, to answer a request that is sent again",
    "idempotency_key.request_hash": "a hash of that request",
}


def build_guest(build: Build) -> dict[str, str]:
    """What was written, by column. The guest has met the only host, and has asked for their data."""
    host = build.host()
    build.event_type(host, location_kind="ask")
    booking = build.booking(build.slot(host), location="At the gate", idempotency_key="once")
    ask_for_data(booking.guest_email)
    with transaction() as session:
        dispatch_events(session)
    build.row("UPDATE booking SET status = 'completed' RETURNING id")
    return {str(column): _write(build, column) for column in COLUMNS}


def _write(build: Build, column: Column[Any]) -> str:
    word = f"{WORD}-{column}"
    values = {str: word, object: Jsonb({"topic": word})}  # an object of any kind is JSON
    kind = column.type.python_type
    assert kind in values, f"{column} needs a value that can be found again: say in {__file__} which {kind} has."
    statement = f"UPDATE {column.table.name} SET {column.name} = :value RETURNING {column.name}"
    assert build.rows(statement, value=values[kind]), f"No row has {column}: make one in {__file__}."
    return word
