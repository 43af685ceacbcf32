"""Every response to an htmx request fits its target: one element with the id of its region, a notice above the page,
or a redirect to another page. A whole page inside a page would have two <main>."""

from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.house.routes import routes, url_of
from tests.web.pages import PASSWORD, token_in, token_of
from webapp.web.shared.guards import public

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/ada"}
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
FILES = ("text/calendar", "text/csv", "application/json", "text/plain")


class _Roots(HTMLParser):
    """Ids of the outermost elements (`hx-partial` names its own place), and all tags."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str | None] = []
        self.tags: set[str] = set()
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if self._depth == 0 and tag != "hx-partial":
            self.ids.append(dict(attrs).get("id"))
        self._depth += tag not in VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in VOID


def fault(answer: TestResponse) -> str:
    """Why htmx cannot put this answer into a page; empty when it can."""
    if "HX-Redirect" in answer.headers or answer.mimetype in FILES:
        return ""
    if 300 <= answer.status_code < 400:
        return "a redirect, which htmx would follow to a page or to another region"
    parser = _Roots()
    parser.feed(answer.text)
    if answer.headers.get("HX-Retarget") == "body":
        return "" if "main" in parser.tags else "a part in the place of the whole page"
    if parser.tags & {"html", "body", "main"}:
        return "a page within the page"
    if "HX-Retarget" in answer.headers:
        return ""
    return "" if len(parser.ids) == 1 and parser.ids[0] else f"roots with these ids: {parser.ids}"


def faults(client: FlaskClient, app: Flask, values: dict[str, Any]) -> str:
    """Of the answers to GET and to POST, with the token and without."""
    found = []
    asked = 0
    settings = client.get("/settings")
    token = token_in(settings.text) if settings.status_code == 200 else token_of(client)
    for method in ("GET", "POST"):
        for rule in routes(app, method):
            if rule.endpoint == "security.logout":
                continue
            url = url_of(app, rule, values)
            for data in [None] if method == "GET" else [{}, {"csrf_token": token}]:
                answer = client.open(url, method=method, headers=HTMX, data=data, buffered=True)
                asked += 1
                if why := fault(answer):
                    found.append(f"{method} {url} {answer.status_code}{' with token' if data else ''}: {why}")
    assert asked > 150
    return "\n".join(found)


def test_for_a_host(app: Flask, ada: FlaskClient, values: dict[str, Any]) -> None:
    assert faults(ada, app, values) == ""


def test_for_somebody_who_is_not_logged_in(app: Flask, client: FlaskClient, values: dict[str, Any]) -> None:
    assert faults(client, app, values) == ""


def test_for_what_is_not_there(app: Flask, ada: FlaskClient, values: dict[str, Any]) -> None:
    nothing = dict.fromkeys(values, "00000000-0000-4000-8000-000000000000") | {"delivery_id": 0, "event_type_id": 0}
    assert faults(ada, app, nothing | {"schedule_id": 0}) == ""


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_for_every_error(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setitem(app.view_functions, "home.index", public(lambda: abort(code)))
    answer = client.get("/", headers=HTMX)
    assert answer.status_code == code
    assert (fault(answer), answer.headers["HX-Retarget"]) == ("", "#flash")


def test_for_what_nobody_expected(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.view_functions, "home.index", public(fails))
    answer = client.get("/", headers=HTMX)
    assert answer.status_code == 500
    assert (fault(answer), answer.headers["HX-Retarget"]) == ("", "#flash")


def test_a_redirect_keeps_its_cookies(client: FlaskClient, ada: FlaskClient) -> None:
    fields = {"email": "ada@example.org", "password": PASSWORD, "csrf_token": token_of(client)}
    answer = client.post("/login", data=fields, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/calendar"
    assert client.get("/settings").status_code == 200


def test_a_form_without_a_region_takes_the_whole_page(client: FlaskClient, clean: None) -> None:
    answer = client.post("/login", data={"csrf_token": token_of(client)}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "body")
    assert "<main" in answer.text


@pytest.mark.parametrize("url", ["//evil.example/", "/%5Cevil.example", "//evil.example/../login"])
def test_htmx_is_sent_to_no_other_site(client: FlaskClient, url: str) -> None:
    target = client.get(url, headers=HTMX).headers.get("HX-Redirect", "/")
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))
