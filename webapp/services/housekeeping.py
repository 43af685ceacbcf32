"""What the clock clears away from time to time. Events, deliveries and the audit log stay."""

from datetime import timedelta

from sqlalchemy import delete, func
from sqlalchemy.orm import Session

from webapp.models import IdempotencyKey

KEYS_KEPT = timedelta(hours=24)


def forget_idempotency_keys(session: Session) -> None:
    """A retry later than `KEYS_KEPT` after the first try is a new request."""
    session.execute(
        delete(IdempotencyKey)
        .where(IdempotencyKey.created_at < func.now() - KEYS_KEPT)
        .execution_options(synchronize_session=False)
    )
