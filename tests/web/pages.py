"""A visitor for tests: opens pages and fills in forms as a browser would, including tokens."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery staple"
HONEYPOT = "leave_empty"


class _Forms(HTMLParser):
    """Fields of each form: name -> value as they stand in the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag == "form":
            self.forms.append((given.get("action") or "", {}))
        elif not self.forms:
            return
        elif tag == "input" and name and given.get("type") not in ("checkbox", "radio", "submit"):
            self.forms[-1][1][name] = given.get("value") or ""
        elif tag == "textarea" and name:
            self.forms[-1][1][name] = ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1][1][self._select] = given.get("value") or ""


def forms_of(html: str) -> list[tuple[str, dict[str, str]]]:
    """(action, fields with their values) of each form of a page."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def fields_of(response: TestResponse, action: str) -> dict[str, str]:
    """The form of a page that is sent to `action`, as it stands there."""
    return next(fields for target, fields in forms_of(response.text) if target == action)


class Visitor:
    """One browser: a client with its cookies."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, url: str, **options: Any) -> TestResponse:
        return self.client.get(url, **options)

    def submit(self, url: str, /, *, action: str = "", **values: str) -> TestResponse:
        """Open the page, fill in its (first, or the one with that action) form and send it."""
        parser = _Forms()
        parser.feed(self.client.get(url).text)
        forms = [form for form in parser.forms if not action or form[0].startswith(action)]
        target, fields = forms[0]
        return self.client.post(unescape(target) or url, data=fields | values)

    def log_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.submit("/login", email=email, password=password)

    def log_out(self) -> TestResponse:
        return self.submit("/settings", action="/logout")

    @property
    def is_logged_in(self) -> bool:
        return self.client.get("/settings").status_code == 200

    def cookie(self, name: str = "session") -> str | None:
        found = self.client.get_cookie(name)
        return found.value if found else None


def errors_of(response: TestResponse) -> str:
    """What the page says is wrong, as text."""
    alerts = re.findall(r'role="alert".*?</div>', response.text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>|\s+", " ", alert)) for alert in alerts)


def token_of(client: FlaskClient) -> str:
    """The CSRF token of this browser's session."""
    parser = _Forms()
    parser.feed(client.get("/login").text)
    return next(fields["csrf_token"] for _action, fields in parser.forms)


def token_in(html: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', html)
    assert found
    return found[1]


WORDS = "zero one two three four five six seven eight nine".split()


def sum_asked_in(html: str) -> str:
    """What a person answers to the question of a form whose hidden field was filled in."""
    asked = re.search(r"What is (\w+) plus (\w+)\?", html)
    assert asked
    return str(WORDS.index(asked[1]) + WORDS.index(asked[2]))
