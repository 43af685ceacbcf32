"""A page, or for htmx one region of it: a named block with one root element."""

from typing import Any

from flask import Response, current_app, make_response, render_template

from webapp.web.shared import htmx


def page_or_fragment(template: str, block: str, *, status: int = 200, **values: Any) -> Response:
    """The block when htmx asks, otherwise the whole page that contains it."""
    return htmx.vary(make_response(rendered(template, block, values), status))


def rendered(template: str, block: str, values: dict[str, Any]) -> str:
    return _block(template, block, values) if htmx.wants_fragment() else render_template(template, **values)


def _block(template: str, block: str, values: dict[str, Any]) -> str:
    found = current_app.jinja_env.get_template(template)
    current_app.update_template_context(values)
    return "".join(found.blocks[block](found.new_context(values)))
