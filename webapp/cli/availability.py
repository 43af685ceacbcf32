"""Read-only commands about availability: `why`, `slots`."""

import json
from datetime import date, datetime, timedelta

import click
from flask.cli import with_appcontext

from webapp.core import time_zones
from webapp.domain.availability.instants import local_date, occurrences, to_datetime, zone
from webapp.domain.availability.offers import Offer
from webapp.domain.dates import FIRST_YEAR, LAST_YEAR, utc_text
from webapp.domain.errors import NotFound
from webapp.services.availability import why as services
from webapp.services.availability.offering import Offering
from webapp.services.availability.offers import list_offers_on
from webapp.words import formats, reasons, zone_names

DAYS_SHOWN = 7
MOST_DAYS = 366


@click.command()
@click.argument("host")
@click.argument("event_type")
@click.argument("start")
@click.option("--now", help="As of this moment instead of the present one.")
@with_appcontext
def why(host: str, event_type: str, start: str, now: str | None) -> None:
    """Say why START is not offered: an instant (2027-05-04T09:00Z) or a time on the host's clock (2027-05-04T09:00)."""
    offering = _offering(host, event_type, now)
    time_zone = _zone_of(offering)
    moment = _moment("START", start, time_zone)
    answer = services.why(offering, moment)
    day = formats.format_range(moment, moment + timedelta(minutes=offering.rules.duration_minutes), time_zone)
    click.echo(f"{offering.title}, {day}\nAll times: {zone_names.zone_label(time_zone, moment)}")
    if answer.offered:
        click.echo("It is offered.")
    for reason in answer.reasons:
        click.echo(f"{reason.code:<10}  {reasons.in_words(reason, time_zone=time_zone)}")
    if answer.holidays_known_until:
        click.echo(reasons.unknown_holidays(answer.holidays_known_until))


@click.command()
@click.argument("host")
@click.argument("event_type")
@click.option("--from", "first", help=f"First date, by --zone. Default: today; {DAYS_SHOWN} days are shown.")
@click.option("--to", "last", help="Last date, included.")
@click.option("--zone", "time_zone", help="Of the dates and times. Default: the host's.")
@click.option("--now", help="As of this moment instead of the present one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_appcontext
def slots(
    host: str,
    event_type: str,
    first: str | None,
    last: str | None,
    time_zone: str | None,
    now: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Print what guests can book, as the public page computes it. Nothing is changed."""
    offering = _offering(host, event_type, now)
    reader = _zone(time_zone or _zone_of(offering))
    begin = _date("--from", first) if first else local_date(reader, offering.now)
    end = _date("--to", last) if last else begin + timedelta(days=DAYS_SHOWN - 1)
    if not 0 <= (end - begin).days <= MOST_DAYS:
        raise click.ClickException(f"--to: Must be on or after --from, by {MOST_DAYS} days at most.")
    offers = list_offers_on(offering, begin, end, time_zone=reader)
    for line in (_json(one) if as_json else _line(offering, one, reader) for one in offers):
        click.echo(line)
    if not offers and not as_json:
        click.echo(f"Nothing is offered from {begin} to {end} ({reader}).")


def _offering(host: str, event_type: str, now: str | None) -> Offering:
    """Raises ClickException for an unknown event type or an invalid moment."""
    try:
        offering = services.find_any_offering(host, event_type)
        if not now:
            return offering
        return services.find_any_offering(host, event_type, now=_moment("--now", now, _zone_of(offering)))
    except NotFound:
        raise click.ClickException(f"There is no event type /{host}/{event_type}.") from None


def _zone_of(offering: Offering) -> str:
    return offering.schedule.time_zone if offering.schedule else offering.host_time_zone


def _line(offering: Offering, offer: Offer, reader: str) -> str:
    start, end = (to_datetime(second).astimezone(zone(reader)) for second in (offer.start, offer.end))
    seats = f"  {offer.seats_left} of {offering.rules.capacity} seats" if offering.rules.capacity > 1 else ""
    return f"{start:%a %Y-%m-%d %H:%M}-{end:%H:%M} {start:%z}{seats}"


def _json(offer: Offer) -> str:
    start, end = (utc_text(to_datetime(second)) for second in (offer.start, offer.end))
    return json.dumps({"start": start, "end": end, "seats_left": offer.seats_left})


def _moment(name: str, text: str, time_zone: str) -> datetime:
    """The instant; a time without offset is the first one at which clocks in the zone show it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{name}: Must be a moment such as 2027-05-04T09:00 or 2027-05-04T07:00Z.") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise click.ClickException(f"{name}: Must be a year from {FIRST_YEAR} to {LAST_YEAR}.")
    if moment.tzinfo is not None:
        return moment
    instants = occurrences(time_zone, moment.date(), moment.hour * 60 + moment.minute)
    if not instants:
        raise click.ClickException(f"{name}: Clocks in {time_zone} skip this time.")
    return to_datetime(instants[0])


def _date(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{name}: Must be a date such as 2027-05-04.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise click.ClickException(f"{name}: Must be a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _zone(name: str) -> str:
    if not time_zones.is_zone(name):
        raise click.ClickException("--zone: Must be an IANA zone such as Europe/Berlin.")
    return name
