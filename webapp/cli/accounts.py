"""Commands for accounts: `create-host`, `invite`, `demo`, `create-token`."""

import sys
from collections.abc import Callable, Mapping

import click
from flask.cli import with_appcontext
from flask_security.proxies import _security
from flask_security.utils import hash_password, verify_password
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import time_zones
from webapp.domain.actor import SYSTEM
from webapp.domain.errors import DomainError, EmailTaken, Invalid, NotFound, SlugTaken
from webapp.domain.text import TextFault
from webapp.identity import reserved_slugs
from webapp.services.accounts import accounts, registration, slugs
from webapp.services.accounts.accounts import LONGEST_NAME
from webapp.services.accounts.tokens import NewToken, Scope, create_token, host_id_of
from webapp.services.shared.validation import email_address, title

REFUSED: dict[type[DomainError], str] = {
    EmailTaken: "There is an account with this e-mail address already.",
    SlugTaken: "This slug is taken.",
}


@click.command("create-host")
@click.argument("email")
@click.option("--name", required=True, help="Shown to guests.")
@click.option("--slug", required=True, help="The address of the host's page: /SLUG.")
@click.option("--time-zone", required=True, help="IANA name, such as Europe/Berlin.")
@click.option("--admin", is_flag=True, help="May use /admin as well.")
@with_appcontext
def create_host(email: str, name: str, slug: str, time_zone: str, admin: bool) -> None:  # noqa: FBT001
    """Make a confirmed host; the password is asked for, or read from standard input."""
    values = {
        "email": _checked_value("EMAIL", email_address, email),
        "name": _checked_value("--name", lambda value: title(value, LONGEST_NAME), name),
        "slug": _checked_value("--slug", _slug, slug),
        "time_zone": _checked_value("--time-zone", _zone, time_zone),
    }
    about = {name: values[name] for name in ("email", "name", "slug")}
    password = _checked_value("the password", lambda value: _password(value, about), _read_password())
    values["password_hash"] = hash_password(password)
    roles = (accounts.HOST, accounts.ADMIN) if admin else (accounts.HOST,)
    try:
        accounts.create_host(**values, roles=roles, confirmed=True)
    except DomainError as error:
        raise click.ClickException(REFUSED.get(type(error), str(error))) from None
    except SQLAlchemyError as error:
        raise click.ClickException("The database does not answer, or is not migrated.") from error
    click.echo(f"Made {'admin' if admin else 'host'} {values['email']} with the page /{values['slug']}")


@click.command()
@click.argument("email")
@with_appcontext
def invite(email: str) -> None:
    """Print a link with which EMAIL may register, valid for seven days."""
    click.echo(registration.invitation_url(_checked_value("EMAIL", email_address, email)))


@click.command()
def demo() -> None:
    """Make demo data, unless there is a host already, and print who can log in to it."""
    from webapp.services.operations.demo import make_demo

    demo_accounts = make_demo(hash_password, verify_password)
    for one in demo_accounts:
        click.echo(f"{one.role:<6} {one.email}  password {one.password}")
    if not demo_accounts:
        click.echo("There are hosts already: no demo data was made.")


def _read_password() -> str:
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\r\n")


def _checked_value(argument: str, check: Callable[[str], str], value: str) -> str:
    try:
        return check(value)
    except (TextFault, ValueError) as fault:
        raise click.ClickException(f"{argument}: {fault}") from None


def _slug(slug: str) -> str:
    if not slugs.is_well_formed(slug):
        raise ValueError("Must be 2 to 64 small letters, digits and hyphens.")
    if slug in reserved_slugs():
        raise ValueError("This slug is an address of Openslot itself.")
    return slug


def _zone(time_zone: str) -> str:
    if not time_zones.is_zone(time_zone):
        raise ValueError("Must be an IANA zone such as Europe/Berlin.")
    return time_zone


def _password(password: str, about: Mapping[str, str]) -> str:
    faults, normalised = _security.password_util.validate(password, True, **about)
    if faults:
        raise ValueError(" ".join(str(fault) for fault in faults))
    return str(normalised)


@click.command("create-token")
@click.argument("email")
@click.option("--scope", type=click.Choice([str(scope) for scope in Scope]), default="write", show_default=True)
@click.option("--name", default="command line", show_default=True, help="What uses it; shown to the host.")
@click.option("--days", type=int, help="Until it expires. Default: never.")
@with_appcontext
def create_api_token(email: str, scope: str, name: str, days: int | None) -> None:
    """Make an API token for the host EMAIL and print it as the last word of the output; it is never shown again."""
    try:
        host_id = host_id_of(email)
        token = create_token(NewToken(name=name, scope=Scope(scope), days=days), host_id=host_id, actor=SYSTEM)
    except NotFound:
        raise click.ClickException(f"There is no host with the address {email}.") from None
    except Invalid as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"Token of {email} ({scope}): {token}")
