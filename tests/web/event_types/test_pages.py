"""/event-types: the list, and what its buttons do."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from tests.builders import Build, tomorrow
from tests.web.pages import Visitor
from webapp.core.extensions import db

HTMX = {"HX-Request": "true"}
HOSTILE = '<script>alert(1)</script>{{7*7}}" onmouseover="x'


@pytest.fixture
def ada(visitor: Visitor, host: str) -> Visitor:
    visitor.log_in(host)
    return visitor


@pytest.fixture
def queries(build: Build) -> Iterator[list[str]]:
    """The statements that run from now on."""
    seen: list[str] = []

    def note(*execution: Any) -> None:
        seen.append(execution[2])

    with build.app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def titles(visitor: Visitor) -> list[str]:
    return re.findall(r'<h2><a href="/event-types/[^"]*">([^<]*)</a></h2>', visitor.open("/event-types").text)


def press(visitor: Visitor, path: str, headers: Any = None, **values: str) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]*)"', visitor.open("/event-types").text)
    assert token
    return visitor.client.post(f"/event-types/{path}", data={"csrf_token": token[1]} | values, headers=headers)


def test_only_who_is_logged_in_sees_them(visitor: Visitor, host: str) -> None:
    for path in ("/event-types", "/event-types/new", "/event-types/30min/edit", "/event-types/30min/archive"):
        answer = visitor.open(path)
        assert answer.status_code == 303
        assert "/login" in answer.location


def test_the_list_shows_them_in_order_with_their_links(ada: Visitor, build: Build) -> None:
    build.row("UPDATE event_type SET is_public = false, color = 'plum', capacity = 6 WHERE slug = '60min' RETURNING id")
    page = ada.open("/event-types").text
    assert titles(ada) == ["15 minutes", "30 minutes", "60 minutes"]
    assert 'href="http://localhost/ada/30min"' in page
    assert 'data-copy="http://localhost/ada/30min"' in page
    assert 'data-color="plum"' in page
    assert "Not listed" in page
    assert "group of up to 6" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_order_and_switch(ada: Visitor, build: Build, headers: dict[str, str]) -> None:
    answer = press(ada, "60min/move", headers, to="up")
    assert answer.status_code == (200 if headers else 303)
    if headers:
        assert answer.text.lstrip().startswith('<div id="event-types"')
        assert re.search(r'id="up-60min"[^>]* data-focus', answer.text), "the focus stays where it was pressed"
    assert titles(ada) == ["15 minutes", "60 minutes", "30 minutes"]
    press(ada, "15min/move", headers, to="down")
    assert titles(ada) == ["60 minutes", "15 minutes", "30 minutes"]
    press(ada, "15min/switch", headers, to="off")
    assert "Switched off" in ada.open("/event-types").text
    assert ada.open("/ada/15min").status_code == 404
    press(ada, "15min/switch", headers, to="on")
    assert ada.open("/ada/15min").status_code == 200


def test_a_copy_opens_in_the_editor(ada: Visitor, build: Build) -> None:
    answer = press(ada, "30min/duplicate")
    assert (answer.status_code, answer.location) == (303, "/event-types/30min-2/edit")
    assert build.row("SELECT is_active FROM event_type WHERE slug = '30min-2'")[0] is False


def test_archiving_asks_first(ada: Visitor, build: Build) -> None:
    host = build.row("SELECT id FROM host")[0]
    build.booking(build.slot(host, tomorrow(10)))
    assert "Archive “30 minutes”?" in ada.open("/event-types/30min/archive").text
    assert len(titles(ada)) == 3
    answer = ada.submit("/event-types/30min/archive", action="/event-types/30min/archive")
    assert (answer.status_code, answer.location) == (303, "/event-types")
    assert "Archived: 30 minutes." in ada.open("/event-types").text
    ada.submit("/event-types/60min/archive", action="/event-types/60min/archive")
    assert "Deleted: 60 minutes." in ada.open("/event-types").text
    assert titles(ada) == ["15 minutes"]
    assert ada.open("/ada/30min").status_code == 404


def archive(ada: Visitor, build: Build, day: int = 1) -> str:
    """30 minutes, with a booking; gives the address to restore it."""
    host = build.row("SELECT id FROM host WHERE slug = 'ada'")[0]
    build.booking(build.slot(host, tomorrow(10, days=day)))
    ada.submit("/event-types/30min/archive", action="/event-types/30min/archive")
    found = re.findall(r'action="(/event-types/archived/\d+/restore)"', ada.open("/event-types").text)
    return str(found[0])


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_archived_can_be_restored(ada: Visitor, build: Build, headers: dict[str, str]) -> None:
    assert "archived" not in ada.open("/event-types").text
    url = archive(ada, build)
    page = ada.open("/event-types").text
    assert re.search(r'<details class="archived">\s*<summary>Archived', page), "closed"
    assert "1 booking · archived on " in page
    answer = press(ada, url.removeprefix("/event-types/"), headers)
    assert (answer.status_code, answer.headers.get("HX-Redirect" if headers else "Location")) == (
        200 if headers else 303,
        "/event-types",
    )
    page = ada.open("/event-types").text
    assert "Restored: 30 minutes. Nobody can book it until you switch it on." in page
    assert "its new one is" not in page
    assert 'class="archived"' not in page
    assert titles(ada) == ["15 minutes", "60 minutes", "30 minutes"]
    assert ada.open("/ada/30min").status_code == 404
    press(ada, "30min/switch", to="on")
    assert ada.open("/ada/30min").status_code == 200
    assert press(ada, url.removeprefix("/event-types/")).status_code == 404


def test_one_whose_address_was_taken_says_its_new_one(ada: Visitor, build: Build) -> None:
    url = archive(ada, build)
    build.row("UPDATE event_type SET slug = '30min' WHERE slug = '60min' RETURNING id")
    press(ada, url.removeprefix("/event-types/"))
    assert "its new one is /ada/30min-2." in ada.open("/event-types").text


def test_the_last_one_that_was_archived_can_still_be_restored(ada: Visitor, build: Build) -> None:
    url = archive(ada, build)
    for slug in ("15min", "60min"):
        ada.submit(f"/event-types/{slug}/archive", action=f"/event-types/{slug}/archive")
    page = ada.open("/event-types").text
    assert 'class="empty"' in page
    assert url in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_single_use_link_is_shown_once(ada: Visitor, build: Build, headers: dict[str, str]) -> None:
    answer = press(ada, "30min/links", headers)
    found = re.search(r'value="(http://localhost/once/[\w-]{32})"', answer.text)
    assert answer.status_code == 200
    assert found
    assert answer.headers["Cache-Control"] == "no-store"
    assert found[1] not in ada.open("/event-types/30min/links").text
    assert build.row("SELECT count(*) FROM single_use_link")[0] == 1


def test_another_hosts_event_types_are_not_there(ada: Visitor, build: Build) -> None:
    build.row(
        "UPDATE event_type SET slug = 'secret' WHERE slug = '30min' AND host_id = :bob RETURNING id", bob=build.host()
    )
    for path in ("secret/edit", "secret/archive", "secret/links"):
        assert ada.open(f"/event-types/{path}").status_code == ada.open(f"/event-types/no-{path}").status_code == 404
    build.row("UPDATE event_type SET archived_at = now(), is_active = false WHERE slug = '15min' AND host_id ="
              " (SELECT host_id FROM event_type WHERE slug = 'secret') RETURNING id")  # fmt: skip
    archived = build.row("SELECT id FROM event_type WHERE archived_at IS NOT NULL")[0]
    assert 'class="archived"' not in ada.open("/event-types").text
    for number in (archived, 10**15):
        assert press(ada, f"archived/{number}/restore").status_code == 404
    for path in ("secret/move", "secret/switch", "secret/duplicate", "secret/archive", "secret/links", "secret/edit"):
        assert press(ada, path).status_code == 404
    assert build.row("SELECT is_active FROM event_type WHERE slug = 'secret'")[0]


def test_texts_are_text(ada: Visitor, build: Build) -> None:
    question = json.dumps([{"key": "a", "label": HOSTILE, "kind": "select", "required": False, "options": [HOSTILE]}])
    build.row(
        "UPDATE event_type SET title = :text, description = :text, location_detail = :text,"
        " questions = CAST(:question AS jsonb) WHERE slug = '30min' RETURNING id",
        text=HOSTILE,
        question=question,
    )
    for path in ("/event-types", "/event-types/30min/edit", "/event-types/30min/archive", "/event-types/30min/links"):
        page = ada.open(path).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert ' onmouseover="x' not in page
        assert "{{7*7}}" in unescape(page)


def test_pages_need_few_queries(ada: Visitor, build: Build, queries: list[str]) -> None:
    counts = {}
    for path in ("/event-types", "/event-types/30min/edit", "/event-types/new", "/event-types/30min/links"):
        queries.clear()
        assert ada.open(path).status_code == 200
        counts[path] = len(queries)
    assert max(counts.values()) <= 8, counts


def test_looking_changes_nothing(ada: Visitor, build: Build) -> None:
    before = build.rows("SELECT * FROM event_type ORDER BY id")
    for path in ("", "/new", "/30min/edit", "/30min/archive", "/30min/links"):
        ada.open(f"/event-types{path}")
    assert build.rows("SELECT * FROM event_type ORDER BY id") == before


def test_without_its_token_nothing_is_changed(ada: Visitor, build: Build) -> None:
    for path in (
        "30min/move",
        "30min/switch",
        "30min/archive",
        "30min/edit",
        "new",
        "30min/links",
        "archived/1/restore",
    ):
        assert ada.client.post(f"/event-types/{path}", data={"title": "x"}).status_code in (400, 403)
    assert build.row("SELECT count(*) FROM event_type")[0] == 3
