"""A mailbox: an address and a display name (RFC 5322 3.4).

Not `email.headerregistry.Address`, which parses its arguments as header text and decodes encoded words in them.
"""

import re
from dataclasses import dataclass
from typing import Self

_ATOM = r'[^\s()<>\[\]:;@\\,."]+'
_DOT_ATOM = rf"{_ATOM}(?:\.{_ATOM})*"
_QUOTED = r'"(?:[^"\\]|\\["\\])+"'
_LITERAL = r"\[[0-9A-Za-z:.]+\]"
_ADDRESS = re.compile(rf"(?:{_DOT_ATOM}|{_QUOTED})@(?:{_DOT_ATOM}|{_LITERAL})")
_WRITTEN = re.compile(r'(?:(?P<name>[^<>"]*|"(?:[^"\\]|\\.)*")\s*<(?P<address>[^<>]*)>|(?P<bare>[^<>]*))')
_LONGEST = 320  # characters; an SMTP path allows 254 (RFC 5321 4.5.3.1.3)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Address and name as stored; `name` may be empty."""

    address: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`Ada <ada@example.org>`, `"Ada" <ada@example.org>` or the address alone. Raises ValueError for anything
        else, such as two addresses, of which some programs use the first and others the last."""
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise ValueError("neither an address nor a name and an address")
        mailbox = cls(match["bare"] or match["address"] or "", _unquoted((match["name"] or "").strip()))
        if not mailbox.is_well_formed:
            raise ValueError("no address")
        return mailbox

    @property
    def is_well_formed(self) -> bool:
        """Whether every program reads the same single address: a dot-atom or a quoted string, and a domain; no encoded
        word, which some programs would decode."""
        address = self.address
        is_one = len(address) <= _LONGEST and address.isprintable() and _ADDRESS.fullmatch(address)
        return bool(is_one) and "=?" not in address

    @property
    def is_international(self) -> bool:
        """Whether it requires a server with SMTPUTF8 (RFC 6531)."""
        return not self.address.isascii()


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name
