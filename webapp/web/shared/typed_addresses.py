"""Addresses as people type and paste them: in capitals, with a slash or the full stop of a sentence at the end.

They are corrected only when nothing was found, so that our own links cost nothing; and only for pages, since programs
write addresses correctly.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import current_app, redirect, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from webapp.domain.errors import NotFound
from webapp.domain.urls import OWN_PATH
from webapp.services.accounts.public_page import public_host
from webapp.services.availability.offering import find_offering
from webapp.services.bookings.guest_access import managed_booking
from webapp.services.event_types.single_use_links import link_target
from webapp.services.guests.not_me import reported_booking
from webapp.services.privacy.guests import proved_address
from webapp.web.shared.guards import Guard, guard_of

# What a sentence puts around or after a link, and white space.
AROUND = "./,;:!?()[]{}<>'\"“”„‘’«» \t\r\n"
SLUGS = ("<slug>", "<event_type>")  # always stored in small letters; other parts are tokens, and letters matter
RouteMatch = tuple[Rule, Mapping[str, Any]]
IN_A_QUERY = "!$&'()*+,;=:@/?%[]-._~"


def to_what_was_meant() -> Response | None:
    """A redirect (308) to the page at the corrected address, with its query; None if there is no such page."""
    if request.method not in ("GET", "HEAD"):
        return None
    path = _meant(request.path)
    if path is None or path == request.path:
        return None
    query = quote(request.query_string, safe=IN_A_QUERY)
    response = redirect(f"{path}?{query}" if query else path, 308)
    response.headers["Cache-Control"] = "no-store"
    return response


def _meant(path: str) -> str | None:
    """The corrected address; None if there is no page."""
    typed = _segments(path)
    small = [segment.lower() for segment in typed]
    matched = _match(small)
    if matched is None:
        return None
    pattern = str(matched[0]).strip("/").split("/")
    meant = [s if part in SLUGS or "<" not in part else t for part, s, t in zip(pattern, small, typed, strict=False)]
    written = "/" + "/".join(meant)
    is_page = len(pattern) == len(typed) and OWN_PATH.fullmatch(written) and _is_there(_match(meant))
    return written if is_page else None


def _segments(path: str) -> list[str]:
    """Full-width letters become plain ones; invisible characters, which some pages add when copied, are dropped."""
    plain = unicodedata.normalize("NFKC", path).strip(AROUND)
    seen = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf").strip(AROUND)
    return [segment for segment in seen.split("/") if segment]


def _match(segments: list[str]) -> RouteMatch | None:
    adapter = request_ctx.url_adapter
    if adapter is None or not segments:
        return None
    try:
        return adapter.match("/" + "/".join(segments), method="GET", return_rule=True)
    except HTTPException:
        return None


def _is_there(matched: RouteMatch | None) -> bool:
    if matched is None or guard_of(current_app.view_functions[matched[0].endpoint]) in (None, Guard.FEED_LINK):
        return False
    try:
        _look_up(matched[0].endpoint, matched[1])
    except NotFound:
        return False
    return True


def _look_up(endpoint: str, values: Mapping[str, Any]) -> None:
    """Raises NotFound for what a guest's page is about. Of hosts' pages their guard says more than an address may."""
    match endpoint.partition(".")[0], values:
        case "booking", {"token": token}:
            link_target(token)
        case "manage", {"token": token}:
            managed_booking(token)
        case "not_me", {"token": token}:
            reported_booking(token)
        case "privacy", {"token": token}:
            proved_address(token)
        case "booking", {"slug": slug, "event_type": event_type}:
            find_offering(slug, event_type)
        case "booking" | "calendar_files", {"slug": slug}:
            public_host(slug)
