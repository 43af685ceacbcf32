"""Changes that `make run RELOAD=1` shows at the next request."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemLoader

from tests.builders import Build, tomorrow
from webapp import create_app
from webapp.core.config import PROJECT_DIR
from webapp.core.extensions import db

STYLE = re.compile(r'href="(/static/css/tokens\.css[^"]*)"')


@pytest.fixture
def start(app: Flask, tmp_path: Path) -> Iterator[Callable[[int], FlaskClient]]:
    """Starts the application over a copy of its templates and styles."""
    for folder in ("templates", "static"):
        shutil.copytree(PROJECT_DIR / folder, tmp_path / folder)
    made = []

    def one(reload: int) -> FlaskClient:
        made.append(create_app(replace(app.extensions["settings"], reload=reload)))
        made[-1].jinja_loader = FileSystemLoader(tmp_path / "templates")
        made[-1].static_folder = str(tmp_path / "static")
        return made[-1].test_client()

    yield one
    for other in made:
        with other.app_context():
            db.engine.dispose()


def change(tmp_path: Path) -> None:
    for name, more in (("templates/base.html", "<!-- changed -->"), ("static/css/tokens.css", "/* changed */")):
        with (tmp_path / name).open("a") as file:
            file.write(more)


@pytest.mark.parametrize("reload", [1, 0])
def test_templates_and_styles_are_those_of_now_when_it_is_asked_for(
    reload: int, start: Callable[[int], FlaskClient], build: Build, tmp_path: Path
) -> None:
    start_at = tomorrow(10, days=2)
    build.slot(build.host(slug="ada"), start_at)
    remembered = f"/ada/30min?month={start_at:%Y-%m}&day={start_at:%Y-%m-%d}&zone=UTC"
    client = start(reload)
    before = [client.get("/ada").text, client.get(remembered).text]
    change(tmp_path)
    after = [client.get("/ada").text, client.get(remembered).text]
    assert ["<!-- changed -->" in page for page in after] == [bool(reload)] * 2
    styles = [[STYLE.findall(page) for page in pages] for pages in (before, after)]
    assert (styles[0] != styles[1]) is bool(reload)
