"""Slugs of hosts: the first part of their public URLs."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count

from sqlalchemy import select

from webapp.core.db import session
from webapp.models import Host

LONGEST = 64
FORMAT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}[a-z0-9]")
# In addition to existing routes: paths that browsers, proxies and mail programs request, and names that would mislead.
RESERVED = frozenset(
    (
        "about abuse account accounts admin api app apple-touch-icon assets auth billing blog book booking "
        "bookings caddy calendar callback cdn contact dashboard docs email embed event events favicon "
        "feed flask graphql health help home host hostmaster hosts ics imprint index invite legal live "
        "login logout mail manage media metrics new null oauth openslot operator postmaster privacy profile "
        "public register reset robots root rss schedule security server-status settings setup signin "
        "signout signup sitemap slots sse static status support system team terms test undefined user users "
        "v1 webhooks webmaster welcome well-known www "
    ).split()
)
# Letters that Unicode decomposition does not turn into ASCII.
TRANSLITERATED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "œ": "oe", "þ": "th", "ı": "i"})


def is_well_formed(slug: str) -> bool:
    return FORMAT.fullmatch(slug) is not None


def is_taken(slug: str) -> bool:
    return session().scalar(select(Host.id).where(Host.slug == slug)) is not None


def suggested(name: str) -> str:
    """`Ada Lovelace` -> `ada-lovelace`; empty if the name has no letter that can become ASCII."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(TRANSLITERATED)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return slug if is_well_formed(slug) else ""


def free_slug(wanted: str, reserved: Collection[str]) -> str:
    """`wanted`, with the first number that makes it free if it is taken."""
    taken = set(session().scalars(select(Host.slug).where(Host.slug.startswith(f"{wanted[:58]}-", autoescape=True))))
    candidates = (f"{wanted[:58]}-{number}" for number in count(2))
    return next(slug for slug in candidates if slug not in taken and slug not in reserved)
