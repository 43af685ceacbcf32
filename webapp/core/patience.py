"""Whether the current thread goes on waiting for the database. Statements that take long ask this again and again
(`postgres.Connection`), and are cancelled if not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Condition = Callable[[], bool]
_conditions: ContextVar[tuple[Condition, ...]] = ContextVar("conditions", default=())


@contextmanager
def waiting_only_if(condition: Condition) -> Iterator[None]:
    """Statements inside end with QueryCanceled as soon as `condition` is false. It is not asked about those that take
    less than a quarter of a second. A COMMIT that is cancelled may have been done."""
    token = _conditions.set((*_conditions.get(), condition))
    try:
        yield
    finally:
        _conditions.reset(token)


def may_wait() -> bool:
    return all(condition() for condition in _conditions.get())
