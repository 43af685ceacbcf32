"""The honeypot field: no browser or password manager may fill it in."""

import re
from html.parser import HTMLParser

import pytest

from tests.builders import Build, tomorrow
from tests.web.guest.typed import book_url
from tests.web.pages import HONEYPOT, Visitor

# What the heuristics of Chromium, Firefox and Bitwarden look for in names, ids and labels (English, German, French,
# Spanish, Italian, Portuguese, Dutch).
KNOWN = re.compile(
    "name|nom|mail|courriel|correo|phone|mobil|tel|handy|fax|address|adres|addr|street|strasse|calle|rue|via|house|haus"
    "|unit|suite|city|town|ort|stadt|ville|ciudad|cidade|local|suburb|state|county|region|provinc|land|country|pais"
    "|zip|postal|code|plz|cap|company|firm|organi[sz]|business|empresa|soci|site|url|web|home|user|login|account|pass"
    "|otp|pin|2fa|mfa|card|cc|cvv|cvc|csc|exp|month|year|mes|mois|title|prefix|sex|gender|birth|bday|age|search|coupon"
    "|iban|number|nummer|num|captcha|comment|message|subject"
)
HIDING = {
    "autocomplete": "off",
    "tabindex": "-1",
    "data-1p-ignore": "true",
    "data-bwignore": "true",
    "data-lpignore": "true",
    "data-form-type": "other",
}


class _Field(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.field: dict[str, str | None] = {}
        self.around: dict[str, str | None] = {}
        self._divs: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "div":
            self._divs.append(given)
        if given.get("name") == HONEYPOT:
            self.field, self.around = given, self._divs[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._divs.pop()


@pytest.fixture(params=["booking", "privacy"])
def page(request: pytest.FixtureRequest, build: Build, visitor: Visitor) -> str:
    slot = build.slot(build.host(slug="mara"), tomorrow(9, days=2))
    return visitor.open({"booking": book_url(slot), "privacy": "/privacy"}[request.param]).text


def test_no_form_filler_knows_it(page: str) -> None:
    parser = _Field()
    parser.feed(page)
    field = parser.field
    assert {name: field.get(name) for name in HIDING} == HIDING
    assert "inert" in parser.around
    assert parser.around["aria-hidden"] == "true"
    label = re.search(rf'<label for="{field["id"]}">([^<]*)</label>', page)
    assert label
    for text in (field["name"], field["id"], label[1]):
        assert not KNOWN.findall((text or "").lower())


def test_who_sees_it_reads_what_to_do(page: str) -> None:
    """Text browsers show it, since they know no style sheets."""
    assert ">Leave this empty</label>" in page
