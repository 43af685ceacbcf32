"""Finds traces of a word in every column of every table and every key of the queue server."""

from collections.abc import Iterator
from typing import Any

from redis import Redis
from sqlalchemy import Engine, text

COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
READERS: dict[bytes, str] = {b"string": "get", b"hash": "hgetall", b"set": "smembers", b"stream": "xrange"}


def traces_in_tables(owner: Engine, word: str) -> list[str]:
    """`table.column` of each that holds the word, in any case, as text or as bytes."""
    found = []
    with owner.connect() as connection:
        for table, column in connection.execute(text(COLUMNS)).all():
            values = connection.scalars(text(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'))
            if any(holds(value, word) for value in values):
                found.append(f"{table}.{column}")
    return found


def traces_in_valkey(url: str, word: str) -> list[str]:
    """Keys that hold the word in their name or their value."""
    return [repr(key) for key, value in _everything(Redis.from_url(url)) if holds(key, word) or holds(value, word)]


def holds(value: Any, word: str) -> bool:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value).lower()
        return word.encode() in raw or word.encode().hex().encode() in raw
    return word in str(value).lower() or word.encode().hex() in str(value).lower()


def _everything(server: Redis) -> Iterator[tuple[bytes, Any]]:
    for key in server.scan_iter():
        kind = server.type(key)
        if kind == b"list":
            yield key, server.lrange(key, 0, -1)
        elif kind == b"zset":
            yield key, server.zrange(key, 0, -1)
        else:
            yield key, getattr(server, READERS[kind])(key)
