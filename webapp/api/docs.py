"""/openapi.json, and pages about the API for people: the tester at /docs and the list of problems."""

from flask import Blueprint, Response, render_template, request, url_for

from webapp.api.answers import JSON, PUBLIC_CACHING, allow_all_origins, etag_of
from webapp.api.json import dumped
from webapp.api.openapi import document
from webapp.api.problem_words import WORDS

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/openapi.json")
def specification() -> Response:
    response = Response(dumped(document()), content_type=JSON)
    response.set_etag(etag_of(response.get_data()))
    response.headers["Cache-Control"] = PUBLIC_CACHING
    response.make_conditional(request)
    return allow_all_origins(response)


@blueprint.get("/docs")
def tester() -> Response:
    return _page("docs/tester.html", specification_url=url_for("api_docs.specification"))


@blueprint.get("/docs/problems")
def problems() -> Response:
    return _page("docs/problems.html", problems=WORDS)


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = PUBLIC_CACHING
    return response
