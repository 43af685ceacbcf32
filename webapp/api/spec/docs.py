"""/openapi.json, and the API's pages for people: the interactive documentation at /docs and the list of problems."""

from flask import Blueprint, Response, render_template, url_for

from webapp.api.http.answers import JSON, PUBLIC_CACHING, allow_all_origins, tagged
from webapp.api.http.json import dumped
from webapp.api.http.problem_words import WORDS, usual_status
from webapp.api.spec.openapi import document

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/openapi.json")
def specification() -> Response:
    response = Response(dumped(document()), content_type=JSON)
    response.headers["Cache-Control"] = PUBLIC_CACHING
    return allow_all_origins(tagged(response))


@blueprint.get("/docs")
def tester() -> Response:
    return _page("docs/tester.html", specification_url=url_for("api_docs.specification"))


@blueprint.get("/docs/problems")
def problems() -> Response:
    return _page("docs/problems.html", problems=WORDS, usual_status=usual_status)


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = PUBLIC_CACHING
    return response
