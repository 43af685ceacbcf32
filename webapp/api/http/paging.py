"""Cursors, which are opaque to callers: the position at which a page ended."""

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from webapp.api.http.answers import Page
from webapp.domain.errors import Invalid
from webapp.domain.urls import base64url, from_base64url
from webapp.services.bookings.lists import ListPage, Place

T = TypeVar("T")

Key = tuple[int, str]  # (sort key, unique name): the position of a row in its list

LONGEST = 300
_SEPARATOR = " "
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_of(cursor: str | None) -> Place | None:
    """The position that a cursor stands for. Raises Invalid."""
    if cursor is None:
        return None
    start, _, public_id = _decoded(cursor).partition(_SEPARATOR)
    try:
        return Place(datetime.fromisoformat(start).astimezone(UTC), uuid.UUID(public_id))
    except (ValueError, OverflowError):
        raise _no_cursor() from None


def page_of(list_page: ListPage[T]) -> Page:
    """A page of rows that the database has already limited."""
    end = list_page.next
    return Page(list_page.rows, _encoded(f"{end.start.isoformat()}{_SEPARATOR}{end.public_id}") if end else None)


def cut(
    rows: Sequence[T], *, limit: int, cursor: str | None, key: Callable[[T], Key], newest_first: bool = False
) -> Page:
    """A page of a short list that has been read completely, in the order of `key`. Raises Invalid.

    A page begins after a position, not after a row, because rows may be deleted while a client pages through the list.
    """
    rest = sorted(rows, key=key, reverse=newest_first)
    if cursor is not None:
        end = _key(cursor)
        rest = [row for row in rest if (key(row) < end if newest_first else key(row) > end)]
    page = rest[:limit]
    return Page(page, _of_key(key(page[-1])) if len(rest) > limit else None)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, for a Key; negative before that."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def older_than(cursor: str | None) -> str | None:
    """The key of the last row of the page before. Raises Invalid."""
    if cursor is None:
        return None
    name = _decoded(cursor)
    if not _NAME.fullmatch(name):
        raise _no_cursor()
    return name


def older(rows: Sequence[T], *, limit: int, key: Callable[[T], str]) -> Page:
    """A page of rows that came newest first, one more than `limit` if there are more."""
    page = rows[:limit]
    return Page(page, _encoded(key(page[-1])) if len(rows) > limit else None)


def _of_key(key: Key) -> str:
    number, name = key
    return _encoded(f"{number}{_SEPARATOR}{name}")


def _key(cursor: str) -> Key:
    number, _, name = _decoded(cursor).partition(_SEPARATOR)
    if not _NUMBER.fullmatch(number) or not _NAME.fullmatch(name):
        raise _no_cursor()
    return int(number), name


def _encoded(text: str) -> str:
    return base64url(text.encode())


def _decoded(cursor: str) -> str:
    raw = from_base64url(cursor) if len(cursor) <= LONGEST else None
    if raw is None:
        raise _no_cursor()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _no_cursor() from None


def _no_cursor() -> Invalid:
    return Invalid({"cursor": ["Must be the next_cursor of a page of this list."]})
