"""Header fields of a caught mail, as a mail program shows them.

In the order of RFC 2047: parse the syntax first, then decode encoded words, once. The parser of `email.policy` does
both at the same time: it parses the decoded text as syntax, and keeps the blanks between encoded words in names.
"""

import re
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses


def text_of(message: Message, name: str) -> str:
    """The first field of this name; empty if there is none."""
    return _decoded(_raw(message, name))


def people_of(message: Message, name: str) -> str:
    """`Ada <ada@example.org>, guest@example.net`."""
    raw = _raw(message, name)
    people = [(_decoded(called), address) for called, address in getaddresses([raw]) if address]
    return ", ".join(f"{called} <{address}>" if called else address for called, address in people) or _decoded(raw)


def shown(text: str) -> str:
    """The text without lone surrogates, which a page cannot contain."""
    return text.encode(errors="replace").decode()


def _raw(message: Message, name: str) -> str:
    """The unfolded field; bytes outside ASCII are read as UTF-8."""
    found = next((str(value) for known, value in message.raw_items() if known.lower() == name.lower()), "")
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", found)
    return unfolded.encode(errors="surrogateescape").decode(errors="replace")


def _decoded(raw: str) -> str:
    try:
        return shown("".join(_word(*part) for part in decode_header(raw)))
    except (MessageError, LookupError):  # looks like an encoded word but is none
        return raw


def _word(content: str | bytes, charset: str | None) -> str:
    return content if isinstance(content, str) else content.decode(charset or "latin-1", errors="replace")
