"""Commands for a host's data: `export-host`, `import-host`."""

from typing import BinaryIO

import click
from flask.cli import with_appcontext

from webapp.core.reserved_slugs import reserved_slugs
from webapp.domain.actor import SYSTEM
from webapp.domain.errors import Conflict, Invalid, NotFound, Overloaded
from webapp.services.accounts.tokens import host_id_of
from webapp.services.portability.export import host_document
from webapp.services.portability.restore import AccountNotEmpty, import_host


@click.command("export-host")
@click.argument("email")
@with_appcontext
def export_host(email: str) -> None:
    """Print everything of the host EMAIL as one JSON document: the file that /settings/data gives, too."""
    for piece in host_document(_host(email)):
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
