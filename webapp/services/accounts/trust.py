"""Which hosts are new: they registered by themselves less than a week ago, and nobody has vouched for them.

Hosts made by the operator, by invitation or as demo data are trusted from the start.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func

from webapp.models import Host

NEW_FOR = timedelta(days=7)


def is_new_host(host: Host | Any, *, now: datetime | None = None) -> bool:
    """`host`: a Host, or a row of a query with its column `registered_at`."""
    registered_at: datetime | None = host.registered_at
    return registered_at is not None and registered_at > (now or datetime.now(UTC)) - NEW_FOR


def new_host() -> ColumnElement[bool]:
    """The same as a condition on the table of hosts, never NULL."""
    return func.coalesce(Host.registered_at > func.now() - NEW_FOR, False)
