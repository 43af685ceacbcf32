"""Header fields of a mail (RFC 5322), with non-ASCII text in encoded words (RFC 2047).

Nothing here parses what it writes. `EmailMessage` does: it treats a value as header source and decodes it, so that a
guest named `=?utf-8?q?a=0D=0ABcc=3A_...?=` could inject a header field (python/cpython#121650, #144125).
"""

import re
from binascii import b2a_base64
from unicodedata import category

from webapp.core.mailbox import Mailbox
from webapp.domain.text import flattened

WIDTH = 76  # characters of a line with encoded words in it (RFC 2047 2)
OPEN, CLOSE = "=?utf-8?b?", "?="
ROOM = (75 - len(OPEN + CLOSE)) // 4 * 3  # octets of text in an encoded word, which has at most 75 characters

# ASCII words with single spaces between, so that folding at the spaces is reversible.
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*", re.ASCII)
_JOINERS = "\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # zero width, and skin tones


class MalformedAddressError(ValueError):
    """Mail programs would disagree on which address this is."""

    def __init__(self) -> None:
        super().__init__("the address is not one that mail can be sent to")


def text_field(name: str, text: str) -> str:
    """A free-text field, such as Subject."""
    text = flattened(text)
    words = text.split(" ") if _is_plain(text) else []
    if not words or max(map(len, words)) > WIDTH - len(f"{name}: "):
        words = _encoded(text, len(f"{name}: "))
    return _folded(name, words)


def mailbox_field(name: str, mailbox: Mailbox) -> str:
    """A field with one mailbox. Raises MalformedAddressError."""
    if not mailbox.is_well_formed:
        raise MalformedAddressError
    if not (called := flattened(mailbox.name)):
        return f"{name}: {mailbox.address}\r\n"
    return _folded(name, [*_phrase(called, len(f"{name}: ")), f"<{mailbox.address}>"])


def _phrase(text: str, taken: int) -> list[str]:
    """The display name before an address. In one piece or in encoded words: not every reader unfolds a quoted
    string."""
    if _is_plain(text):
        phrase = text if _ATOMS.fullmatch(text) else '"{}"'.format(re.sub(r'(["\\])', r"\\\1", text))
        if taken + len(phrase) <= WIDTH:
            return [phrase]
    return _encoded(text, taken)


def _is_plain(text: str) -> bool:
    return "=?" not in text and _PLAIN.fullmatch(text) is not None


def _encoded(text: str, taken: int) -> list[str]:
    """Encoded words; the first one shares its line with `taken` characters. Each ends with a whole character; spaces go
    inside them, since readers drop those between encoded words (RFC 2047 6.2)."""
    words, room = [], (WIDTH - taken - len(OPEN + CLOSE)) // 4 * 3
    while text:
        end = _cut(text, room)
        words.append(f"{OPEN}{b2a_base64(text[:end].encode(), newline=False).decode()}{CLOSE}")
        text, room = text[end:], ROOM
    return words


def _cut(text: str, room: int) -> int:
    """How many characters fit, if possible without separating a character from the combining ones that follow it."""
    fitting = len(text[:room].encode()[:room].decode(errors="ignore"))
    end = fitting
    while 0 < end < len(text) and _is_joined(text[end - 1], text[end]):
        end -= 1
    return end or fitting


def _is_joined(before: str, character: str) -> bool:
    return category(character).startswith("M") or character in _JOINERS or before == _JOINERS[0]


def _folded(name: str, words: list[str]) -> str:
    """Break the line before each word that does not fit; the first word always follows the name, since a line with only
    a name is taken for an empty field."""
    lines = [" ".join([f"{name}:", *words[:1]])]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines) + "\r\n"
