"""Writing and strict reading of JSON."""

import json
import re
from collections.abc import Sequence
from typing import Any

NOT_UTF_8 = "The body is not JSON: its text is not UTF-8."
_HALF = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):
    """The text is not JSON, or is ambiguous. The message is meant for the caller."""


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parsed(body: bytes) -> Any:
    """Parse strict JSON (RFC 8259): UTF-8, no NaN or Infinity, no duplicate names in an object. Raises NotJson, also if
    the nesting is too deep."""
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
    except ValueError:  # raised by Python for numbers with thousands of digits
        raise NotJson("The body has a number that is too long.") from None


def _refuse(name: str) -> None:
    raise NotJson(f"The body is not JSON, which has no {name}.")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse duplicate names, because one of the values would be lost silently, and lone surrogates, because no
    response could contain them."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotJson("The body has one name twice in an object.")
    if any(map(_HALF.search, members)):
        raise NotJson("The body has a name with half a character.")
    return members
