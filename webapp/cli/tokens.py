"""Commands for API tokens: `create-token`."""

import click
from flask.cli import with_appcontext

from webapp.domain.actor import SYSTEM
from webapp.domain.errors import Invalid, NotFound
from webapp.services.accounts.tokens import NewToken, Scope, create_token, host_id_of


@click.command("create-token")
@click.argument("email")
@click.option("--scope", type=click.Choice([str(scope) for scope in Scope]), default="write", show_default=True)
@click.option("--name", default="command line", show_default=True, help="What uses it; shown to the host.")
@click.option("--days", type=int, help="Until it expires. Default: never.")
@with_appcontext
def create_api_token(email: str, scope: str, name: str, days: int | None) -> None:
    """Make an API token for the host EMAIL and print it: it is shown this once, as the last word."""
    try:
        host_id = host_id_of(email)
        token = create_token(NewToken(name=name, scope=Scope(scope), days=days), host_id=host_id, actor=SYSTEM)
    except NotFound:
        raise click.ClickException(f"There is no host with the address {email}.") from None
    except Invalid as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"Token of {email} ({scope}): {token}")
