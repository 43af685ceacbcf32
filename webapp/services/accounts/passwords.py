"""Which passwords are refused: too short or too long, one of the 10,000 commonest, such a word with a few characters
added, or made of the account's own words. Nothing leaves the instance."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

SHORTEST, LONGEST = 10, 128  # characters
COMMONEST = 10_000
SHORTEST_WORD = 4  # characters; shorter ones occur in others by chance
_ADDED = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class Weakness(StrEnum):
    LENGTH = "length"
    COMMON = "common"
    OWN_WORD = "own_word"


def weakness_of(password: str, own_words: Iterable[str]) -> Weakness | None:
    """`password`: normalised. `own_words`: names and addresses of the account and the instance."""
    if not SHORTEST <= len(password) <= LONGEST:
        return Weakness.LENGTH
    lower = password.casefold()
    if any(word in lower for text in own_words for word in _words(text)):
        return Weakness.OWN_WORD
    core = _ADDED.sub("", lower)
    is_padded = len(core) * 2 >= len(lower) and core in _commonest()
    return Weakness.COMMON if lower in _commonest() or is_padded else None


def _words(text: str) -> Iterable[str]:
    """`Ada Lovelace` also as one word; the last part of a domain is no word."""
    parts = re.split(r"[\W_]+", text.casefold().rpartition(".")[0] if "@" in text else text.casefold())
    return [word for word in (*parts, "".join(parts)) if len(word) >= SHORTEST_WORD]


@lru_cache(maxsize=1)
def _commonest() -> frozenset[str]:
    """Loaded when the first password is chosen: the lists take 14 MB."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"][:COMMONEST])
