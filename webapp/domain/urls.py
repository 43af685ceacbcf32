"""Checking and escaping of URLs: redirect targets on this site, mailto: (RFC 6068), and bytes in base64url (RFC 4648)
for tokens and cursors."""

import base64
import re
from urllib.parse import quote

# Characters of a path and query on this site. No backslash (`/\evil` leaves the site), no second slash at the start,
# no control characters or white space, which browsers drop.
OWN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1000}")


def own_path(url: str | None, default: str) -> str:
    """`url` if it is a path on this site, otherwise `default`."""
    return url if url and OWN_PATH.fullmatch(url) else default


# RFC 6068 encodes more. Calendars compare addresses literally, though, so a character that is encoded without need can
# keep a program from recognising an attendee. Not listed: characters that would change the target of the URI, those
# that no URI may contain, and those that occur only in a quoted local part.
_AS_THEY_ARE = "@!$'*+/=^`{|}"  # in addition to letters, digits, and "-._~"


def mailto(address: str) -> str:
    """A mailto: URI for `address` alone, whatever characters it contains."""
    quoted = quote(address, safe=_AS_THEY_ARE)
    return f"mailto:{quoted.replace('//', '%2F/', 1) if quoted.startswith('//') else quoted}"  # no authority (RFC 3986)


def base64url(raw: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """None for text that `base64url` would not produce. Each value has one spelling only, although the last character
    may contain bits that are not decoded."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if base64url(raw) == text else None
