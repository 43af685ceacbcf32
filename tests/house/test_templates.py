"""Every template and static file exists and is used; none loads external resources."""

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import meta

from tests.house.source import PROJECT_DIR, STATIC, called, python_files, relative, strings, templates

TEMPLATE_NAME = re.compile(r"^[\w./-]+\.(html|txt|xml)$")
# Packages whose templates ours replace by having their names.
REPLACED = ("flask_security", "flask_admin")
# Where "add to calendar" links lead; nothing is loaded from there.
CALENDAR_SITES = ("https://calendar.google.com/", "https://outlook.live.com/", "https://outlook.office.com/")


def named_in_python() -> set[str]:
    return {text for path in python_files("webapp") for text in strings(path) if TEMPLATE_NAME.match(text)}


def named_in_templates(app: Flask) -> set[str]:
    found: set[str] = set()
    for path in templates():
        names = meta.find_referenced_templates(app.jinja_env.parse(path.read_text()))
        found |= {name for name in names if name}
    return found


def replaced() -> set[str]:
    names: set[str] = set()
    for package in REPLACED:
        origin = (importlib.util.find_spec(package) or pytest.fail(package)).origin
        root = Path(str(origin)).parent
        names |= {
            str(path.relative_to(folder)) for folder in root.rglob("templates") for path in folder.rglob("*.html")
        }
    return names


def test_every_template_is_used(app: Flask) -> None:
    used = named_in_python() | named_in_templates(app) | replaced()
    # Those of mails are named within their folder.
    unused = [name for name in map(relative, templates()) if not used & {name, name.removeprefix("emails/")}]
    assert unused == []


def test_every_template_that_is_named_is_there(app: Flask) -> None:
    known = set(app.jinja_env.list_templates()) | {path.name for path in templates() if path.parent.name == "emails"}
    mailcatcher = {path.name for path in PROJECT_DIR.glob("webapp/embedded/mailcatcher/templates/*")}
    named = {
        name for name in named_in_python() if ("/" in name or name.endswith(".html")) and name[0] != "/"
    } | named_in_templates(app)
    assert named - known - mailcatcher == set()


def test_every_template_compiles(app: Flask) -> None:
    for path in templates():
        assert app.jinja_env.get_template(relative(path)).name == relative(path)


def test_every_block_that_answers_htmx_is_in_its_template(app: Flask) -> None:
    pairs = {
        (call.args[0].value, call.args[1].value)
        for path in python_files("webapp")
        for name, call in called(path)
        if name in ("page_or_fragment", "fragment") and len(call.args) > 1
        if all(hasattr(argument, "value") for argument in call.args[:2])
        if TEMPLATE_NAME.match(str(call.args[0].value))
    }
    assert len(pairs) > 5
    missing = [pair for pair in pairs if pair[1] not in app.jinja_env.get_template(pair[0]).blocks]
    assert missing == []


def test_every_static_file_is_used() -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file() and path.name != "LICENSE"]
    texts = [path for path in [*templates(), *python_files("webapp"), *files] if path.suffix != ".png"]
    sources = {path: path.read_text(errors="replace") for path in texts}
    unused = [
        str(path.relative_to(STATIC))
        for path in files
        if not any(is_named(path, source) for user, source in sources.items() if user != path)
    ]
    assert unused == []


def is_named(path: Path, source: str) -> bool:
    """By its name, or by its stem where a loop adds the suffix."""
    return path.name in source or (path.suffix == ".css" and re.search(f"""["']{path.stem}["']""", source) is not None)


def test_every_static_file_that_is_named_is_there() -> None:
    named = {
        name
        for path in [*templates(), *python_files("webapp/web", "webapp/admin")]
        for name in re.findall(r"""["']static["'], filename=["']([^"']+)["'][,)]""", path.read_text())
    }
    assert len(named) > 3
    assert [name for name in named if not (STATIC / name).is_file()] == []


class Attributes(HTMLParser):
    """Attributes and elements that a page with our content security policy cannot have."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_script = (value or "").strip().lower().startswith("javascript:")
            if name == "style" or (name.startswith("on") and len(name) > 3) or name.startswith("hx-on") or is_script:
                self.forbidden.append(f"<{tag} {name}>")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs) and "nonce" not in dict(attrs)):
            self.forbidden.append(f"<{tag}>")


def pages() -> list[Path]:
    """Mails are read in mail programs, which know no style sheets."""
    return [path for path in templates() if not relative(path).startswith("emails/")]


@pytest.mark.parametrize("path", pages(), ids=relative)
def test_no_inline_styles_and_handlers(path: Path) -> None:
    parser = Attributes()
    # Tags of Jinja may stand between attributes; their contents do not matter here.
    parser.feed(re.sub(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL))
    assert parser.forbidden == []


@pytest.mark.parametrize("path", templates(), ids=relative)
def test_nothing_is_declared_safe(path: Path) -> None:
    assert re.findall(r"\|\s*safe\b|autoescape\s+false|Markup", path.read_text()) == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    ours = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js") and "vendor" not in path.parts]
    namespaces = re.compile(r"https?://www\.w3\.org/(2000/svg|1999/xhtml|1999/xlink)")
    foreign = [
        (path.name, url)
        for path in [*templates(), *ours]
        for url in re.findall(r"""(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}/?""", namespaces.sub("", path.read_text()))
        if not url.startswith(CALENDAR_SITES)
    ]
    assert foreign == []
