"""JSON as it goes out and comes in."""

import json
from typing import Any


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parsed(body: bytes) -> Any:
    """Strict JSON: no NaN, no Infinity. ValueError for what is none, and for what is too deep or too long a number."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("too deep") from None


def _refuse(name: str) -> None:
    raise ValueError(name)
