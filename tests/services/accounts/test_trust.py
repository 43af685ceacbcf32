"""Which hosts count as new."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.builders import Build
from webapp.core.db import session
from webapp.models import Host
from webapp.services.accounts.trust import is_new_host, new_host


@pytest.mark.parametrize(
    ("registered", "is_new"),
    [(None, False), (timedelta(minutes=1), True), (timedelta(days=6, hours=23), True), (timedelta(days=7), False)],
)
def test_only_who_registered_by_themselves_less_than_a_week_ago(
    build: Build, context: None, registered: timedelta | None, is_new: bool
) -> None:
    host_id = build.host()
    if registered:
        at = datetime.now(UTC) - registered
        build.row("UPDATE host SET registered_at = :at WHERE id = :id RETURNING id", at=at, id=host_id)
    host = session().execute(select(Host.registered_at, new_host().label("is_new")).where(Host.id == host_id)).one()
    assert host.is_new is is_new
    assert is_new_host(host) is is_new
