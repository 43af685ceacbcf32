"""A question in words for somebody whose browser filled in the hidden field of a form, as robots do.

Its token is signed and not stored: the base64url of 5 bytes (when it was asked, in Unix seconds), both numbers (one
byte each) and 16 bytes (a signature of these and of the path that the form is sent to).
"""

import secrets
import time
from dataclasses import dataclass
from typing import Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from webapp.core.extensions import signer
from webapp.domain.urls import base64url, from_base64url

PURPOSE = "question"
LIFETIME_SECONDS = 3600
NUMBERS = (
    *(_l("zero"), _l("one"), _l("two"), _l("three"), _l("four"), _l("five"), _l("six"), _l("seven"), _l("eight")),
    *(_l("nine"), _l("ten"), _l("eleven"), _l("twelve"), _l("thirteen"), _l("fourteen"), _l("fifteen")),
    *(_l("sixteen"), _l("seventeen"), _l("eighteen")),
)


@dataclass(frozen=True, slots=True)
class Question:
    first: int
    second: int
    token: str

    @classmethod
    def ask(cls, path: str) -> Self:
        """Another question, for a form that is sent to this path."""
        first, second = 1 + secrets.randbelow(9), 1 + secrets.randbelow(9)
        asked = int(time.time()).to_bytes(5) + bytes((first, second))
        return cls(first, second, base64url(asked + signer.tag(PURPOSE, asked + path.encode())))

    @classmethod
    def asked(cls, token: str, path: str) -> Self | None:
        """The question of a token; None unless it was asked on a form for this path within the last hour."""
        raw = from_base64url(token)
        if raw is None or len(raw) < 7 or not signer.verifies(PURPOSE, raw[:7] + path.encode(), raw[7:]):
            return None
        is_old = int.from_bytes(raw[:5]) + LIFETIME_SECONDS < time.time()
        return None if is_old else cls(raw[5], raw[6], token)

    @property
    def text(self) -> str:
        return gettext(
            "What is %(first)s plus %(second)s?", first=str(NUMBERS[self.first]), second=str(NUMBERS[self.second])
        )

    def is_answered_by(self, typed: str) -> bool:
        """In digits of any script, or in a word of the reader's language."""
        given, answer = typed.strip().rstrip(".!").casefold(), self.first + self.second
        return given == str(NUMBERS[answer]).casefold() or (
            given.isdecimal() and len(given) < 9 and int(given) == answer
        )
