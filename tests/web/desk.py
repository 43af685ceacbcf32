"""A logged-in host in a browser, for tests of the host's pages, with and without htmx."""

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import Build
from tests.web.pages import Visitor
from tests.web.statements import statements_of

HTMX = {"HX-Request": "true"}


@dataclass
class Desk:
    host_id: int
    client: FlaskClient
    token: str

    def open(self, url: str, *, htmx: bool = False) -> TestResponse:
        return self.client.get(url, headers=HTMX if htmx else {})

    def post(self, url: str, /, *, htmx: bool = False, **values: Any) -> TestResponse:
        data = {"csrf_token": self.token} | values
        return self.client.post(url, data=data, headers=HTMX if htmx else {})

    def queries(self, url: str, *, htmx: bool = False) -> int:
        """How many statements the page takes, logging in not counted."""
        with statements_of(self.client.application) as sent:
            assert self.open(url, htmx=htmx).status_code == 200
        return len(sent)


def sit_down(build: Build, password_hash: str, **given: Any) -> Desk:
    """A new host at their own browser, logged in."""
    host_id = build.host(password_hash=password_hash, **given)
    visitor = Visitor(build.app.test_client())
    visitor.log_in(build.row("SELECT email FROM host WHERE id = :id", id=host_id)[0])
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.open("/calendar/slots/new").text)
    assert token
    return Desk(host_id, visitor.client, token[1])
