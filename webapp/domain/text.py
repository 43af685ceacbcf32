"""What text from outside may contain. Every name, subject and note passes through here, whichever face it came by.

Line breaks and bidirectional controls are refused where one line is meant: in a mail header or a calendar file they
would begin a new field, in a list they would rewrite what stands beside them.
"""

import re
import unicodedata

# Unicode's Bidi_Control property.
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Controls (C0, DEL, C1), line and paragraph separators, and halves of surrogate pairs, which UTF-8 cannot carry.
_NEVER = "\ud800-\udfff\u2028\u2029" + BIDI_CONTROLS
_NOT_IN_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_NEVER}]")
_NOT_IN_PARAGRAPH = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_NEVER}]")
# Letters by category that nobody sees: Hangul fillers and the empty Braille cell.
_UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"


class TextFault(ValueError):
    """Why a text is refused. `code`: blank, too_long, control_character; `longest` belongs to too_long."""

    def __init__(self, code: str, message: str, *, longest: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.longest = longest


def line(value: str, longest: int, *, required: bool = True) -> str:
    """One line of at most `longest` characters, trimmed and NFC-normalised. Raises TextFault."""
    if _NOT_IN_LINE.search(value):
        raise TextFault("control_character", "Must be one line without control characters.")
    return _measured(value, longest, required=required)


def paragraph(value: str, longest: int, *, required: bool = False) -> str:
    """Text of several lines, which end in LF; otherwise as `line`."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if _NOT_IN_PARAGRAPH.search(value):
        raise TextFault("control_character", "Must not contain control characters.")
    return _measured(value, longest, required=required)


def flattened(value: str) -> str:
    """One line of whatever was stored: for mail headers and calendar files, which an older rule must not break. What
    `line` accepts stays as it is, all its blanks included."""
    return " ".join(_NOT_IN_LINE.sub(" ", value).split()) if _NOT_IN_LINE.search(value) else value


def plain_lines(value: str) -> str:
    """Several lines of whatever was stored, as `flattened`. What `paragraph` accepts stays as it is."""
    return _NOT_IN_PARAGRAPH.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))


def _measured(value: str, longest: int, *, required: bool) -> str:
    # Normalising can multiply the length (U+FDFA by 18), hence the first look; and it costs time on long input.
    if len(value) > 4 * longest + 100:
        raise _too_long(longest)
    value = unicodedata.normalize("NFC", value).strip()
    if len(value) > longest:
        raise _too_long(longest)
    if not any(_is_visible(character) for character in value):
        if required:
            raise TextFault("blank", "Must not be empty.")
        return ""
    return value


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" and character not in _UNSEEN


def _too_long(longest: int) -> TextFault:
    return TextFault("too_long", f"Must be {longest} characters or fewer.", longest=longest)
