"""The markup of every page: ids, labels, and the place of the content."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests.browser.pages import EVERY_PAGE, Stop, Who
from tests.browser.world import World, build_world
from tests.builders import Build
from tests.conftest import empty_tables
from tests.web.pages import Visitor, forms_of

# Attributes that name ids of the page. ARIA allows several.
REFERENCES = ("for", "form", "list", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns")
OPEN_BY_SCRIPT = ("#",)  # links of Flask-Admin's menus
DRAWN_BY_SCRIPT = ("/docs",)  # heading and landmark, too


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.named: list[tuple[str, str]] = []
        self.nones: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if value == "None":
                self.nones.append(f"<{tag} {name}>")
            if name == "id":
                self.ids.append(value or "")
            if name in REFERENCES:
                self.named += [(f"{name} of <{tag}>", each) for each in (value or "").split() or [""]]
            if tag == "a" and name == "href" and (value or "").startswith("#") and value not in OPEN_BY_SCRIPT:
                self.named.append(("link", (value or "")[1:]))

    def handle_data(self, data: str) -> None:
        if data.strip() == "None":
            self.nones.append("text")

    def faults(self) -> list[str]:
        found = [f"id twice: {name}" for name, count in Counter(self.ids).items() if count > 1]
        found += [f"{what}: nothing has the id {name}" for what, name in self.named if name not in self.ids]
        found += [f"None: {where}" for where in self.nones]
        # Text browsers print what no other shows: it would be the first that their readers read.
        return found + ["<template>"] * self.tags.count("template")

    def lacks(self) -> list[str]:
        """Landmark and heading: one of each."""
        return [f"{tag}: {self.tags.count(tag)}" for tag in ("main", "h1") if self.tags.count(tag) != 1]


@pytest.fixture(scope="module")
def world(app: Flask, owner: Engine, password_hash: str) -> Iterator[World]:
    yield build_world(Build(app, owner), password_hash)
    empty_tables(owner)


@pytest.fixture(scope="module")
def people(app: Flask, world: World) -> dict[Who, Visitor]:
    found = {who: Visitor(app.test_client()) for who in Who}
    found[Who.HOST].log_in("ada@example.org")
    return found


def answer_at(stop: Stop, visitor: Visitor, path: str) -> TestResponse:
    page = visitor.open(path)
    if not stop.sent:
        return page
    target, fields = [form for form in forms_of(page.text) if form[0] and "csrf_token" in form[1]][-1]
    return visitor.client.post(target, data=fields)


@pytest.mark.parametrize("stop", EVERY_PAGE, ids=str)
def test_a_page(stop: Stop, people: dict[Who, Visitor], world: World) -> None:
    answer = answer_at(stop, people[stop.who], world.address(stop.path))
    assert answer.status_code == (422 if stop.sent else stop.status)
    found = _Markup()
    found.feed(answer.text)
    assert "\n".join(found.faults() + ([] if stop.path in DRAWN_BY_SCRIPT else found.lacks())) == ""
