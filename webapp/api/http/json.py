"""Writing and strict reading of JSON."""

import json
import re
from collections.abc import Sequence
from typing import Any

NOT_UTF_8 = "The body is not JSON: its text is not UTF-8."
_HALF = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):
    """What came is no JSON, or none that has one meaning; in words for whoever sent it."""


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parsed(body: bytes) -> Any:
    """Strict JSON (RFC 8259): UTF-8, no NaN, no Infinity, no name twice in an object. Raises NotJson, also for what is
    too deep."""
    if not json.detect_encoding(body).startswith("utf-8"):  # Python would read UTF-16 and UTF-32 as well
        raise NotJson(NOT_UTF_8)
    try:
        return json.loads(body, parse_constant=_refuse, object_pairs_hook=_object)
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        raise NotJson(f"The body is not JSON: see line {error.lineno}, column {error.colno}.") from None
    except UnicodeDecodeError:
        raise NotJson(NOT_UTF_8) from None
    except RecursionError:
        raise NotJson("The body is JSON too deep to be meant.") from None
    except ValueError:  # what Python says to thousands of digits
        raise NotJson("The body has a number that is too long.") from None


def _refuse(name: str) -> None:
    raise NotJson(f"The body is not JSON, which has no {name}.")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that occurs twice, of which one value would be lost silently, and lone surrogates, which no answer
    could repeat."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotJson("The body has one name twice in an object.")
    if any(map(_HALF.search, members)):
        raise NotJson("The body has a name with half a character.")
    return members
