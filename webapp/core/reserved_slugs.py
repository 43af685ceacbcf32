"""Slugs that no host can have, since the application answers at these addresses itself."""

from flask import current_app

from webapp.services.accounts.slugs import RESERVED


def reserved_slugs() -> frozenset[str]:
    """The first path segments of all routes, and some that the future, a proxy or a deceiver may use."""
    slugs: frozenset[str] | None = current_app.extensions.get("reserved_slugs")
    if slugs is None:
        segments = (str(rule).split("/")[1] for rule in current_app.url_map.iter_rules())
        slugs = RESERVED | {segment for segment in segments if segment and not segment.startswith("<")}
        current_app.extensions["reserved_slugs"] = slugs
    return slugs
