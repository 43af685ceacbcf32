"""One template per page; the part that htmx replaces is a named block in it."""

from typing import Any

from flask import Response, current_app, make_response, render_template
from markupsafe import Markup

from webapp.web import htmx


def page_or_block(template: str, block: str, *, status: int = 200, **values: Any) -> Response:
    """The whole page, or for htmx its block `block`, which has one root element with that id."""
    body = block_of(template, block, **values) if htmx.wants_fragment() else render_template(template, **values)
    return htmx.vary(make_response(body, status))


def block_of(template: str, block: str, **values: Any) -> Markup:
    """One block of a template, as it would stand in the page."""
    found = current_app.jinja_env.get_template(template)
    context: dict[str, Any] = dict(values)
    current_app.update_template_context(context)
    return Markup("").join(Markup(part) for part in found.blocks[block](found.new_context(context)))  # noqa: S704
