"""Every route declares who may call it."""

import uuid
from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from webapp.admin.base import GuardedAdmin
from webapp.web.shared.guards import Guard, guard_of


def test_every_route_names_its_guard(app: Flask) -> None:
    without = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if guard_of(view) is None
        and not endpoint.endswith("static")
        and not isinstance(getattr(view, "__self__", None), GuardedAdmin)  # the admin's own base
        and not endpoint.startswith("api")  # by token; its own tests name each
    ]
    assert not without, (
        f"{', '.join(without)}: add a guard of webapp/web/shared/guards.py, such as @host_required or @public."
    )


def test_what_needs_a_host_sends_everybody_else_to_the_login_page(app: Flask, client: FlaskClient) -> None:
    urls = [
        url for rule, url in examples(app) if guard_of(app.view_functions[rule.endpoint]) in (Guard.HOST, Guard.ADMIN)
    ]
    assert "/settings" in urls
    for url in urls:
        response = client.get(url)
        assert response.status_code == 303, url
        assert response.location.startswith("/login?next="), url


def examples(app: Flask) -> Iterator[tuple[Rule, str]]:
    """A URL that each GET route serves."""
    adapter = app.url_map.bind("localhost")
    samples = {UUIDConverter: uuid.UUID(int=7), IntegerConverter: 7}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            given = {
                name: next((sample for kind, sample in samples.items() if isinstance(converter, kind)), "x")
                for name, converter in rule._converters.items()
            }
            values = given | dict(rule.defaults or {})
            yield rule, adapter.build(rule.endpoint, values)
