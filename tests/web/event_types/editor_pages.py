"""The event type editor as in a browser: its fields, and saving it with some of them changed."""

import re
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from tests.web.pages import Visitor


def fields(html: str) -> dict[str, Any]:
    """The editor as a browser would send it: several values of a name as a list."""
    form = html[html.index('id="editor"') : html.index("</form>", html.index('id="editor"'))]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = attribute(tag, "name"), attribute(tag, "value")
        is_choice = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and (not is_choice or " checked" in tag):
            found.setdefault(name, []).append(value)
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, []).append(unescape(text).lstrip("\r\n"))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"|<option value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        assert first
        found.setdefault(name, []).append((chosen[1] or chosen[2] or "") if chosen else first[1])
    return found


def attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def save(
    visitor: Visitor, url: str = "/event-types/new", *, to: str = "", headers: Any = None, **changes: Any
) -> TestResponse:
    typed = fields(visitor.open(url).text) | changes
    return visitor.client.post(to or url, data={k: v for k, v in typed.items() if v is not None}, headers=headers)
