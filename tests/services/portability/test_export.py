"""A host's export contains all their data and their guests', and all of it can be restored."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Engine

from tests.builders import Build
from tests.conftest import empty_tables
from tests.services.portability.documents import build_busy_host, exported, imported
from webapp.core.extensions import db
from webapp.domain.errors import Invalid
from webapp.models import Base
from webapp.models.base import OF_GUEST, OF_HOST, columns_of

SECRET = "holds a secret of this instance, or goes with one"
LEFT_OUT = {
    "host.email": "an account is made first, and then filled",
    "host.password": SECRET,
    "api_token.name": SECRET,
    "api_token.scope": SECRET,
    "api_token.expires_at": SECRET,
    "feed.name": SECRET,
    "feed.detail": SECRET,
    "webhook_endpoint.url": SECRET,
    "webhook_endpoint.description": SECRET,
    "webhook_endpoint.events": SECRET,
    "webhook_endpoint.is_active": SECRET,
    "event_type.schedule_id": "the schedule is named; that a document goes round shows whether it is the same one",
    "event_type.position": "the order is kept, and the numbers begin at 1",
    "host_import.document": "a file that the host has; dropped as soon as it is read",
    "host_import.result": "what became of that file, kept for a day",
    "delivery.last_error": "what a mail server answered this instance",
    "idempotency_key.key": "kept for a day, to answer a request that is sent again",
    "idempotency_key.request_hash": "a hash of that request",
}
COLUMNS = [
    column
    for table in Base.metadata.sorted_tables
    for column in columns_of(table, OF_GUEST, OF_HOST)
    if str(column) not in LEFT_OUT
]
DEFAULT = "SELECT column_default FROM information_schema.columns WHERE table_name = :table AND column_name = :name"


@pytest.mark.usefixtures("context")
def test_each_column_of_host_and_guests_comes_back(build: Build, owner: Engine) -> None:
    text = exported(build_busy_host(build))
    before = {str(column): values(build, column) for column in COLUMNS}
    alike = [str(column) for column in COLUMNS if has_default_only(build, column)]
    assert alike == [], (
        f"Nobody would see {', '.join(alike)} get lost: give build_busy_host (tests/services/portability/documents.py)"
        " a row where it is not what it is by default."
    )
    db.session.remove()
    empty_tables(owner)
    try:
        imported(text, build.host())
    except Invalid as fault:
        pytest.fail(
            f"Restore refuses what export wrote: {fault}. Read it in webapp/services/portability/document_slots.py"
            " or document.py there."
        )
    lost = [str(column) for column in COLUMNS if values(build, column) != before[str(column)]]
    assert lost == [], (
        f"{', '.join(lost)} is lost by export and restore: write it in webapp/services/portability/export.py and read"
        " it in document.py or document_slots.py there, or say in LEFT_OUT why not."
    )


def values(build: Build, column: Column[Any]) -> Sequence[Any]:
    return build.rows(f"SELECT {column.name}::text FROM {column.table.name} ORDER BY 1")


def has_default_only(build: Build, column: Column[Any]) -> bool:
    default = build.row(DEFAULT, table=column.table.name, name=column.name)[0] or "NULL"
    rows = f"SELECT 1 FROM {column.table.name} WHERE {column.name} IS DISTINCT FROM {default}"
    return not build.rows(rows)
