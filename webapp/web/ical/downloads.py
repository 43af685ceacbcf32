"""The files that calendar programs download: a host's bookings at a secret URL, and public busy times."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from flask_babel import gettext
from limits import parse

from webapp.core.rate_limits import address, attempt
from webapp.domain.errors import NotFound
from webapp.services.ical.busy_times import public_busy_times
from webapp.services.ical.feeds import Detail, FeedReader, feed_reader
from webapp.web.shared.guards import feed_link, public
from webapp.words.answers import answered

if TYPE_CHECKING:
    from webapp.services.ical.bookings_feed import Words

CALENDAR = "text/calendar; charset=utf-8"
FAILURES_PER_ADDRESS = parse("60 per minute")
READS_PER_FEED = parse("60 per minute")  # many devices may share a feed, each polling every few minutes
BUSY_TIMES_PER_ADDRESS = parse("120 per minute")

blueprint = Blueprint("calendar_files", __name__)


@blueprint.get("/feeds/<secret>.ics")
@feed_link
def bookings(secret: str) -> Response:
    """Without a session, because a calendar program has nothing but the URL. Requests are limited per feed, so that a
    program that polls endlessly does not affect others."""
    from webapp.services.ical.bookings_feed import bookings_calendar  # icalendar takes 3 MB; few requests need it

    reader = _reader(secret)
    attempt(READS_PER_FEED, "feed", str(reader.feed_id))
    return _file(bookings_calendar(reader, _words(reader)))


@blueprint.get("/<slug>/freebusy.ics")
@public
def busy_times(slug: str) -> Response:
    from webapp.services.ical.published import published_busy_times

    attempt(BUSY_TIMES_PER_ADDRESS, "busy-times", address())
    return _file(published_busy_times(public_busy_times(slug)))


def _reader(secret: str) -> FeedReader:
    """The feed's reader. Raises NotFound; TooManyRequests if an IP address guesses secrets."""
    try:
        return feed_reader(secret)
    except NotFound:
        attempt(FAILURES_PER_ADDRESS, "feed-failure", address())
        raise


def _words(reader: FeedReader) -> "Words":
    from webapp.services.ical.bookings_feed import Words

    name = gettext("Bookings of %(name)s") if reader.detail is Detail.FULL else gettext("Busy times of %(name)s")
    return Words(
        calendar_name=name % {"name": reader.host_name},
        busy=gettext("Busy"),
        blocked=gettext("Blocked time"),
        pending=gettext("pending"),
        answered=answered,
    )


def _file(content: bytes) -> Response:
    """The file with an ETag, but without Last-Modified, which would have to take deleted bookings into account."""
    response = Response(content, content_type=CALENDAR)
    response.add_etag()
    response.make_conditional(request)
    return response
