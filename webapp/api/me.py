"""Who a token is."""

from webapp.api import examples
from webapp.api.blueprint import Blueprint
from webapp.api.callers import Access, host
from webapp.api.schemas.hosts import Me
from webapp.services.api_tokens import TokenHolder

blueprint = Blueprint("Token", __name__, description="The token itself.")


@blueprint.operation("GET", "/me", Access.READ, answer=Me, example=examples.ME)
def get_me() -> TokenHolder:
    """Whose token this is, and what it may do"""
    return host()
