"""Where a visitor may be sent: to paths of this site only."""

import re

# What may stand in a path and query of ours. No backslash (`/\evil` leaves the site), no second slash at the start,
# no control or white space, which browsers drop.
OWN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1000}")


def own_path(url: str | None, default: str) -> str:
    """`url` when it is a path of this site, else `default`."""
    return url if url and OWN_PATH.fullmatch(url) else default
