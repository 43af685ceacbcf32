"""Commands for guests' data: `erase-guest`, `erased-guests`, `erase-again`."""

from datetime import datetime
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from webapp.domain.actor import SYSTEM
from webapp.domain.text import TextFault, decoded, row_id
from webapp.services.portability.export import utc
from webapp.services.privacy.erase import ErasedGuest, erase_address, erased_guests
from webapp.services.privacy.erase import erase_again as erase_guests_again
from webapp.services.shared.validation import email_address

NOT_OURS = click.ClickException("FILE: Must be what `erased-guests` has printed.")


@click.command("erase-guest")
@click.argument("email")
@with_appcontext
def erase_guest(email: str) -> None:
    """Erase all data about the guest EMAIL, at all hosts, as the guest could at /privacy. Cannot be taken back."""
    try:
        count = erase_address(email_address(email), actor=SYSTEM).bookings
    except TextFault as fault:
        raise click.ClickException(f"EMAIL: {fault}") from None
    click.echo(f"Erased. Bookings: {count}" if count else "Nothing is known about this address.")


@click.command("erased-guests")
@with_appcontext
def list_erased() -> None:
    """Print which guests have been erased, by number and without names, for `erase-again`."""
    for guest in erased_guests():
        click.echo(f"{guest.id} {utc(guest.created_at)}")


@click.command("erase-again")
@click.argument("file", type=click.File("rb"))
@with_appcontext
def erase_again(file: BinaryIO) -> None:
    """After an older backup was restored: erase those whom FILE (- for standard input) names once more."""
    count = erase_guests_again([_guest(line) for line in _lines(file.read())])
    click.echo(f"Guests erased again: {count}")


def _lines(content: bytes) -> list[str]:
    try:
        return [line for line in decoded(content).splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise NOT_OURS from None


def _guest(line: str) -> ErasedGuest:
    number, _, created_at = line.strip().partition(" ")
    try:
        return ErasedGuest(row_id(number), datetime.fromisoformat(created_at))
    except ValueError:
        raise NOT_OURS from None
