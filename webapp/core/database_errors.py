"""What an error of the database means, for code that may not know the database."""

from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from webapp.core.db import CONSTRAINT_ERRORS
from webapp.domain.errors import DomainError, Invalid, Overloaded

DATABASE_ERRORS: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout)
# No connection, a restart, a full disk, a cancelled or locked statement, a standby: all of them pass.
PASSING = (pg.OperationalError, pg.ReadOnlySqlTransaction, pg.IdleInTransactionSessionTimeout)


def meaning(error: Exception) -> DomainError | None:
    """The domain error behind it, or None: then it is a fault of ours."""
    if isinstance(error, PoolTimeout):
        return Overloaded("no database connection in time")
    cause = getattr(error, "orig", None)
    if getattr(error, "connection_invalidated", False) or isinstance(cause, PASSING):
        return Overloaded("the database does not answer")
    if isinstance(cause, pg.IntegrityError):
        known = CONSTRAINT_ERRORS.get(cause.diag.constraint_name or "")
        return known() if known else None
    if isinstance(cause, pg.DataError):  # a NUL, a number out of range: nothing of ours is like that
        return Invalid({"": ["Something here cannot be stored."]})
    return None
