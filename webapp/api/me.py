"""Who a token is."""

from webapp.api.http.callers import Access, host
from webapp.api.http.operation import Blueprint
from webapp.api.schemas.accounts import Me
from webapp.api.spec import examples
from webapp.services.accounts.tokens import TokenHolder

blueprint = Blueprint("Token", __name__, description="The token itself.")


@blueprint.operation("GET", "/me", Access.READ, answer=Me, example=examples.ME)
def get_me() -> TokenHolder:
    """Whose token this is, and what it may do"""
    return host()
