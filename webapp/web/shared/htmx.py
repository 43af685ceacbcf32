"""The only module that reads and writes HX-* headers (htmx 4); it answers htmx with a named block of a page."""

import json
from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, render_template, request
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from webapp.domain.urls import own_path

WHOLE_PAGE = b"<!doctype html>"


def init_app(app: Flask) -> None:
    app.after_request(_keep_pages_out_of_pages)


def wants_fragment() -> bool:
    """Whether htmx will put the answer into a page; to restore its history it requests whole pages."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def vary(response: Response) -> Response:
    """For a URL that answers with a page or with a fragment."""
    response.vary.add("HX-Request")
    return response


def current_path() -> str | None:
    """Path and query of the page that the request comes from."""
    url = request.headers.get("HX-Current-URL", "")
    origin = request.host_url.rstrip("/")
    return url.removeprefix(origin) if url.startswith(f"{origin}/") else None


def see_other(url: str) -> BaseResponse:
    """After a change, redirect to another page; `load_page` does it for htmx."""
    return redirect(url, 303)


def load_page(url: str, status: int = 200) -> Response:
    """The browser itself goes to `url`: a fresh page, with its own style sheets and scripts and nothing kept of this
    one. HX-Location would put into this page what htmx gets there, which is a fragment."""
    response = make_response("", status)
    response.headers["HX-Redirect"] = url
    return response


def into(response: Response, selector: str, swap: str = "innerHTML") -> Response:
    """Have htmx put the answer into another place than the request named."""
    response.headers["HX-Retarget"] = selector
    response.headers["HX-Reswap"] = swap
    return response


def trigger(response: Response, **events: Any) -> Response:
    """Named events for the page, so that regions re-fetch themselves. `slots_changed` -> `slots-changed`."""
    named = {name.replace("_", "-"): detail for name, detail in events.items()}
    response.headers["HX-Trigger"] = json.dumps(named)
    return response


def push_url(response: Response, url: str) -> Response:
    """Show `url`, which must be a whole page, in the address bar."""
    response.headers["HX-Push-Url"] = url
    return response


def _keep_pages_out_of_pages(response: Response) -> Response:
    """htmx would follow a redirect, and put whatever page comes into the region that it meant to replace. The browser
    itself goes to where a redirect leads, and to a page that htmx asked for; what answers a form takes the whole place.
    """
    if not wants_fragment() or "HX-Redirect" in response.headers:
        return response
    if 300 <= response.status_code < 400 and response.location:
        return _instead(response, response.location, 200)
    if response.direct_passthrough or not _is_whole_page(response.get_data()):
        return response
    if request.method == "GET":
        return _instead(response, own_path(iri_to_uri(request.full_path.rstrip("?")), "/"), response.status_code)
    return vary(into(response, "body"))


def _is_whole_page(body: bytes) -> bool:
    return body.lstrip()[: len(WHOLE_PAGE)].lower() == WHOLE_PAGE


def _instead(response: Response, url: str, status: int) -> Response:
    """`load_page` instead of this response, with its cookies."""
    response.data, response.status_code = b"", status
    response.headers.pop("Location", None)
    response.headers["HX-Redirect"] = url
    return vary(response)


def page_or_fragment(template: str, block: str, *, status: int = 200, **values: Any) -> Response:
    """The block if htmx requests it, otherwise the whole page that contains it."""
    return vary(make_response(render_page_or_block(template, block, values), status))


def render_page_or_block(template: str, block: str, values: dict[str, Any]) -> str:
    return _block(template, block, values) if wants_fragment() else render_template(template, **values)


def _block(template: str, block: str, values: dict[str, Any]) -> str:
    source = current_app.jinja_env.get_template(template)
    current_app.update_template_context(values)
    return "".join(source.blocks[block](source.new_context(values)))
