"""URLs that are checked or escaped: paths of this site that a visitor may be sent to, mailto: (RFC 6068), and bytes in
base64url (RFC 4648), as tokens and cursors are written."""

import base64
import re
from urllib.parse import quote

# What may stand in a path and query of ours. No backslash (`/\evil` leaves the site), no second slash at the start,
# no control or white space, which browsers drop.
OWN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1000}")


def own_path(url: str | None, default: str) -> str:
    """`url` when it is a path of this site, else `default`."""
    return url if url and OWN_PATH.fullmatch(url) else default


# RFC 6068 would have more encoded. Calendars compare an address as it stands, though: each character that is encoded
# without need is an attendee whom somebody's program does not know again. Left out are those that would change where
# the URI leads, what no URI may contain, and what only a quoted local part has.
_AS_THEY_ARE = "@!$'*+/=^`{|}"  # besides letters, digits, and "-._~"


def mailto(address: str) -> str:
    """Leads to `address` and to nobody else, whatever it contains."""
    return f"mailto:{quote(address, safe=_AS_THEY_ARE)}"


def base64url(raw: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """None for what `base64url` does not write. One spelling for each value: the last character may carry bits that
    decode to nothing."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if base64url(raw) == text else None
