"""Slugs of hosts: the first part of their public URLs. When one is changed, old links lead to the new address for 90
days, and no other host can have it meanwhile."""

import re
import unicodedata
from collections.abc import Collection
from datetime import timedelta
from itertools import count

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.domain.errors import Invalid
from webapp.models import EventType, FormerEventTypeSlug, FormerHostSlug, Host

LONGEST = 64
KEPT = timedelta(days=90)  # also in the trigger of migration 23
MOST_FORMER = 5  # of a host; otherwise one could take many addresses from others
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


def is_taken(slug: str, *, host_id: int | None = None) -> bool:
    """Whether somebody else than this host has it, or has left it a short time ago."""
    other = Host.slug == slug, Host.id.is_distinct_from(host_id)
    return current_session().scalar(select(Host.id).where(*other)) is not None or is_kept_from(slug, host_id)


def suggested(name: str) -> str:
    """`Ada Lovelace` -> `ada-lovelace`; empty if the name has no letter that can become ASCII."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(TRANSLITERATED)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return slug if is_well_formed(slug) else ""


def free_slug(wanted: str, reserved: Collection[str]) -> str:
    """`wanted`, with the first number that makes it free if it is taken."""
    taken: set[str] = set()
    for column in (Host.slug, FormerHostSlug.slug):
        taken.update(
            current_session().scalars(select(column).where(column.startswith(f"{wanted[:58]}-", autoescape=True)))
        )
    candidates = (f"{wanted[:58]}-{number}" for number in count(2))
    return next(slug for slug in candidates if slug not in taken and slug not in reserved)


def present_slugs(host_slug: str, event_type_slug: str) -> tuple[str, str] | None:
    """The slugs that an old address leads to, of which one or both have changed; None if there is no such event type.
    A slug that somebody has now comes before one that somebody had."""
    former = FormerEventTypeSlug
    left = select(former.event_type_id).where(former.slug == event_type_slug, former.left_at > func.now() - KEPT)
    row = (
        current_session()
        .execute(
            select(Host.slug, EventType.slug)
            .join(EventType, EventType.host_id == Host.id)
            .where(_is_host(host_slug), EventType.archived_at.is_(None))
            .where(or_(EventType.slug == event_type_slug, EventType.id.in_(left.where(former.host_id == Host.id))))
            .order_by((Host.slug == host_slug).desc(), (EventType.slug == event_type_slug).desc())
            .limit(1)
        )
        .first()
    )
    found = (row[0], row[1]) if row else None
    return found if found != (host_slug, event_type_slug) else None


def present_host_slug(slug: str) -> str | None:
    """The slug of the host who has had this one; None if nobody has."""
    found: str | None = current_session().scalar(select(Host.slug).where(_is_host(slug), Host.slug != slug))
    return found


def is_kept_from(slug: str, host_id: int | None) -> bool:
    """Whether another host has left it a short time ago."""
    former = FormerHostSlug.slug == slug, FormerHostSlug.left_at > func.now() - KEPT
    other = FormerHostSlug.host_id.is_distinct_from(host_id)
    return current_session().scalar(select(FormerHostSlug.slug).where(*former, other)) is not None


def require_few_changes(session: Session, host_id: int, slug: str) -> None:
    """The caller has locked the host. Raises Invalid."""
    former = FormerHostSlug.host_id == host_id, FormerHostSlug.slug != slug
    changed = select(func.count()).where(*former, FormerHostSlug.left_at > func.now() - KEPT)
    if session.scalars(changed).one() >= MOST_FORMER:
        raise Invalid({"slug": [f"You have changed it {MOST_FORMER} times in {KEPT.days} days. Keep the present one."]})


def forget_former_slugs(session: Session) -> None:
    for model in (FormerHostSlug, FormerEventTypeSlug):
        session.execute(delete(model).where(model.left_at < func.now() - KEPT))


def _is_host(slug: str) -> ColumnElement[bool]:
    left = FormerHostSlug.slug == slug, FormerHostSlug.left_at > func.now() - KEPT
    return or_(Host.slug == slug, Host.id.in_(select(FormerHostSlug.host_id).where(*left)))
