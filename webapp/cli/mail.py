"""Commands for mails: `resend-mail`."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext

from webapp.core.db import session
from webapp.domain.actor import SYSTEM
from webapp.services.mail.reports import dead_mails, replay

SPAN = re.compile(r"(\d{1,5})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Since(click.ParamType[datetime]):
    """`2h` (ago), or an instant; in UTC if it has no offset."""

    name = "time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if span := SPAN.fullmatch(value):
            return datetime.now(UTC) - timedelta(**{UNITS[span[2]]: int(span[1])})
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("Must be a span such as 90m, 2h or 3d, or an instant such as 2027-05-04T08:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command("resend-mail")
@click.option("--since", type=Since(), help="Only what was given up since: 90m, 2h, 3d, or 2027-05-04T08:00Z.")
@click.option("--reason", default="", help="Only what was refused with these words, such as 550.")
@click.option("--dry-run", is_flag=True, help="Only say how many, and why they were given up.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def resend_mail(since: datetime | None, reason: str, dry_run: bool, yes: bool) -> None:  # noqa: FBT001
    """Send again mails that were given up."""
    mails = dead_mails(session(), since=since, reason=reason)
    for why, count in Counter(mail.last_error or "?" for mail in mails).most_common():
        click.echo(f"{count:>6}  {why}")
    click.echo(f"Given up: {len(mails)}")
    if dry_run or not mails:
        return
    if not yes:
        click.confirm("Send them again?", abort=True)
    count = replay([mail.id for mail in mails], actor=SYSTEM)
    click.echo(f"Waiting to be sent: {count}")
