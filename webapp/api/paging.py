"""Cursors: where a page ended, opaque to callers."""

import base64
import binascii
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from webapp.api.answers import Page
from webapp.domain.errors import Invalid
from webapp.services.lists import ListPage, Place

T = TypeVar("T")

LONGEST = 300
_SEPARATOR = " "


def place_of(cursor: str | None) -> Place | None:
    """Raises Invalid."""
    if cursor is None:
        return None
    start, _, public_id = _decoded(cursor).partition(_SEPARATOR)
    try:
        return Place(datetime.fromisoformat(start).astimezone(UTC), uuid.UUID(public_id))
    except (ValueError, OverflowError):
        raise _no_cursor() from None


def page_of(found: ListPage[T]) -> Page:
    """A page that the database cut."""
    end = found.next
    return Page(found.rows, _encoded(f"{end.start.isoformat()}{_SEPARATOR}{end.public_id}") if end else None)


def cut(rows: Sequence[T], *, limit: int, cursor: str | None, key: Callable[[T], str]) -> Page:
    """A page of a short list that is there as a whole. Raises Invalid."""
    keys = [key(row) for row in rows]
    first = 0
    if cursor is not None:
        last = _decoded(cursor)
        if last not in keys:  # gone meanwhile
            raise _no_cursor()
        first = keys.index(last) + 1
    page = rows[first : first + limit]
    has_more = first + limit < len(rows)
    return Page(page, _encoded(key(page[-1])) if has_more else None)


def older_than(cursor: str | None) -> str | None:
    """The key of the last row of the page before. Raises Invalid."""
    return None if cursor is None else _decoded(cursor)


def older(rows: Sequence[T], *, limit: int, key: Callable[[T], str]) -> Page:
    """A page of rows that came newest first, one more than `limit` if there are more."""
    page = rows[:limit]
    return Page(page, _encoded(key(page[-1])) if len(rows) > limit else None)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decoded(cursor: str) -> str:
    try:
        if len(cursor) > LONGEST:
            raise _no_cursor()
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise _no_cursor() from None


def _no_cursor() -> Invalid:
    return Invalid({"cursor": ["Must be the next_cursor of a page of this list."]})
