"""Commands for the data of hosts and guests: `export-host`, `import-host`, `erase-guest`, `erased-guests`,
`erase-again`."""

from datetime import datetime
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from webapp.domain.actor import SYSTEM
from webapp.domain.errors import Conflict, Invalid, NotFound, Overloaded
from webapp.domain.text import TextFault, decoded, row_id
from webapp.identity import reserved_slugs
from webapp.services.accounts.tokens import host_id_of
from webapp.services.portability.export import host_document, utc
from webapp.services.portability.restore import AccountNotEmpty, import_host
from webapp.services.privacy.erase import ErasedGuest, erase_address, erased_guests
from webapp.services.privacy.erase import erase_again as erase_guests_again
from webapp.services.shared.audit import record_read
from webapp.services.shared.validation import email_address


@click.command("export-host")
@click.argument("email")
@with_appcontext
def export_host(email: str) -> None:
    """Print all data of the host EMAIL as one JSON document, the same file that /settings/data offers."""
    host_id = _host(email)
    record_read(SYSTEM, "host.exported", "host", host_id)
    for piece in host_document(host_id):
        click.echo(piece, nl=False)


@click.command("import-host")
@click.argument("email")
@click.argument("file", type=click.File("rb"))
@with_appcontext
def import_document(email: str, file: BinaryIO) -> None:
    """Put the document FILE (- for standard input) into the account EMAIL, which must exist and be empty."""
    try:
        done = import_host(file.read(), host_id=_host(email), reserved=reserved_slugs(), actor=SYSTEM)
    except Invalid as fault:
        raise click.ClickException(f"Nothing was imported. {fault}") from None
    except AccountNotEmpty:
        raise click.ClickException("Nothing was imported: there is something in this account already.") from None
    except (Conflict, Overloaded) as error:
        raise click.ClickException(f"Nothing was imported ({error.code}): try again.") from None
    click.echo(f"Imported. Event types: {done.event_types}, slots: {done.slots}, bookings: {done.bookings}")
    if done.kept_slug:
        click.echo(f"The address of the page stays /{done.kept_slug}: the one in the file is taken here")


def _host(email: str) -> int:
    try:
        return host_id_of(email)
    except NotFound:
        raise click.ClickException(f"There is no host with the address {email}.") from None


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
