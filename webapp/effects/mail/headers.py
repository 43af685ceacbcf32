"""Fields of a mail's header (RFC 5322), with what is not plain ASCII in encoded words (RFC 2047).

Nothing here reads what it writes. `EmailMessage` does: it takes a value for the text of a header and decodes it, so
that a guest called `=?utf-8?q?a=0D=0ABcc=3A_...?=` writes a field of their own (python/cpython#121650, #144125).
"""

import re
from binascii import b2a_base64
from unicodedata import category

from webapp.core.mailbox import Mailbox
from webapp.domain.text import flattened

WIDTH = 76  # characters of a line with encoded words in it (RFC 2047 2)
OPEN, CLOSE = "=?utf-8?b?", "?="
ROOM = (75 - len(OPEN + CLOSE)) // 4 * 3  # octets of text in an encoded word, which has at most 75 characters

# Words of ASCII with one blank between, so that folding at the blanks changes nothing for whoever unfolds.
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*", re.ASCII)
_JOINERS = "\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # zero width, and skin tones


class MalformedAddressError(ValueError):
    """Programs would not agree on which address this is."""

    def __init__(self) -> None:
        super().__init__("the address is not one that mail can be sent to")


def text_field(name: str, text: str) -> str:
    """A field of free text, such as Subject."""
    text = flattened(text)
    words = text.split(" ") if _is_plain(text) else []
    if not words or max(map(len, words)) > WIDTH - len(f"{name}: "):
        words = _encoded(text, len(f"{name}: "))
    return _folded(name, words)


def mailbox_field(name: str, mailbox: Mailbox) -> str:
    """A field that names one mailbox. Raises MalformedAddressError."""
    if not mailbox.is_well_formed:
        raise MalformedAddressError
    if not (called := flattened(mailbox.name)):
        return f"{name}: {mailbox.address}\r\n"
    return _folded(name, [*_phrase(called, len(f"{name}: ")), f"<{mailbox.address}>"])


def _phrase(text: str, taken: int) -> list[str]:
    """What stands before an address. In one piece or in encoded words: not every reader unfolds a quoted string."""
    if _is_plain(text):
        phrase = text if _ATOMS.fullmatch(text) else '"{}"'.format(re.sub(r'(["\\])', r"\\\1", text))
        if taken + len(phrase) <= WIDTH:
            return [phrase]
    return _encoded(text, taken)


def _is_plain(text: str) -> bool:
    return "=?" not in text and _PLAIN.fullmatch(text) is not None


def _encoded(text: str, taken: int) -> list[str]:
    """Encoded words, the first of which shares its line with so many characters. Each ends with a whole character;
    blanks stand inside, since those between encoded words are dropped by readers (RFC 2047 6.2)."""
    words, room = [], (WIDTH - taken - len(OPEN + CLOSE)) // 4 * 3
    while text:
        end = _cut(text, room)
        words.append(f"{OPEN}{b2a_base64(text[:end].encode(), newline=False).decode()}{CLOSE}")
        text, room = text[end:], ROOM
    return words


def _cut(text: str, room: int) -> int:
    """How many characters fit; if possible without those that the next one belongs to."""
    fitting = len(text[:room].encode()[:room].decode(errors="ignore"))
    end = fitting
    while 0 < end < len(text) and _is_joined(text[end - 1], text[end]):
        end -= 1
    return end or fitting


def _is_joined(before: str, character: str) -> bool:
    return category(character).startswith("M") or character in _JOINERS or before == _JOINERS[0]


def _folded(name: str, words: list[str]) -> str:
    """With a line break before each word that has no room; the first stands beside the name in any case, since a
    line with a name alone is taken for an empty field."""
    lines = [" ".join([f"{name}:", *words[:1]])]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines) + "\r\n"
