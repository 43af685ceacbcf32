"""mailto: URIs (RFC 6068): in links, and as the calendar addresses of RFC 5545."""

from urllib.parse import quote

# RFC 6068 would have more encoded. Calendars compare an address as it stands, though: each character that is encoded
# without need is an attendee whom somebody's program does not know again. Left out are those that would change where
# the URI leads, what no URI may contain, and what only a quoted local part has.
_AS_THEY_ARE = "@!$'*+/=^`{|}"  # besides letters, digits, and "-._~"


def mailto(address: str) -> str:
    """Leads to `address` and to nobody else, whatever it contains."""
    return f"mailto:{quote(address, safe=_AS_THEY_ARE)}"
