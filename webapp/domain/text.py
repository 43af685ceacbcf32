"""What text from outside may contain. Every name, subject and note is checked here, on every face.

Line breaks are refused in single-line text: in a mail header or a calendar file they would begin a new field.
Bidirectional controls that embed, override or isolate are refused too: in a list they would reorder the text around
them. The bidirectional marks (LRM, RLM, ALM) are allowed, because they are common in Arabic and Hebrew names.
Invisible characters around a text usually come from pasting, and are removed.
"""

import codecs
import re
import unicodedata

# All of Unicode's Bidi_Control property except the marks.
_REORDERING = "\u202a-\u202e\u2066-\u2069"
# Controls (C0, DEL, C1), line and paragraph separators, and lone surrogates, which UTF-8 cannot encode.
_NEVER = "\ud800-\udfff\u2028\u2029" + _REORDERING
_NOT_IN_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_NEVER}]")
_NOT_IN_PARAGRAPH = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_NEVER}]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# White space, line breaks and zero-width characters (space, word joiner, byte order mark).
AROUND = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u2060\ufeff"
AROUND += "".join(map(chr, range(0x2000, 0x200C)))
# Invisible characters in visible categories of Unicode: Hangul fillers and the empty Braille cell.
_UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"


class TextFault(ValueError):
    """Why a text is refused. `code`: blank, too_long, control_character; `longest` belongs to too_long."""

    def __init__(self, code: str, message: str, *, longest: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.longest = longest


def line(value: str, longest: int, *, required: bool = True) -> str:
    """One line of at most `longest` characters, trimmed and NFC-normalised. Raises TextFault."""
    value = value.strip(AROUND)
    if _NOT_IN_LINE.search(value):
        raise TextFault("control_character", "Must be one line without control characters.")
    return _measured(value, longest, required=required)


def paragraph(value: str, longest: int, *, required: bool = False) -> str:
    """Text of several lines, separated by LF; otherwise as `line`."""
    value = _LINE_END.sub("\n", value)
    if _NOT_IN_PARAGRAPH.search(value):
        raise TextFault("control_character", "Must not contain control characters.")
    return _measured(value, longest, required=required)


def flattened(value: str) -> str:
    """Stored text as one line, for mail headers and calendar files, which text accepted under an older rule must not
    break. Text that `line` accepts is returned unchanged, including its blanks."""
    return " ".join(_NOT_IN_LINE.sub(" ", value).split()) if _NOT_IN_LINE.search(value) else value


def plain_lines(value: str) -> str:
    """As `flattened`, for several lines. Text that `paragraph` accepts is returned unchanged."""
    return _NOT_IN_PARAGRAPH.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))


def initials(name: str) -> str:
    """The initials of the first and the last word: `Mara van Dijk` -> `MD`."""
    words = name.split()
    return "".join(next(filter(_is_visible, word), "") for word in (*words[:1], *words[1:][-1:])).upper()


def searched(value: str) -> str:
    """A search term, normalised as `line` stores text; characters that no text may contain are dropped."""
    return unicodedata.normalize("NFC", _NOT_IN_LINE.sub("", value.strip(AROUND))).strip(AROUND)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 as Windows editors and shells write it. Raises UnicodeDecodeError."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf_16 else "utf-8-sig")


def _measured(value: str, longest: int, *, required: bool) -> str:
    # Checked before normalising, which is slow on long input and can multiply the length (U+FDFA by 18).
    if len(value) > 4 * longest + 100:
        raise _too_long(longest)
    value = unicodedata.normalize("NFC", value).strip(AROUND)
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


LARGEST = 2**63 - 1  # the largest bigint; Postgres refuses to compare with more
_DIGITS = len(str(LARGEST))


def row_id(text: str) -> int:
    """Raises ValueError for what cannot be the id of a row, before the database would."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= LARGEST):
        raise ValueError("no number of a row")
    return int(text)
