"""`make run RELOAD=1`: a changed template, style sheet or script takes effect with the next request.

A change of Python code restarts the whole process (webapp.embedded.reload).
"""

from collections.abc import Iterator
from pathlib import Path

from flask import Flask, current_app
from jinja2 import FileSystemLoader

from webapp.core.config import Settings
from webapp.web.shared import page_cache


def init_app(app: Flask, settings: Settings) -> None:
    if settings.reload:
        app.extensions["last_change"] = 0.0
        app.before_request(_forget_what_was_changed)


def _forget_what_was_changed() -> None:
    changed = max((path.stat().st_mtime for path in _files(current_app)), default=0.0)
    if changed != current_app.extensions["last_change"]:
        current_app.extensions["last_change"] = changed
        current_app.extensions["asset_hashes"].clear()
        page_cache.forget_pages()
        if cache := current_app.jinja_env.cache:
            cache.clear()


def _files(app: Flask) -> Iterator[Path]:
    """All files and folders; folders too, because they change when a file is deleted."""
    loader = app.jinja_loader
    folders = loader.searchpath if isinstance(loader, FileSystemLoader) else []
    for folder in (*folders, app.static_folder or ""):
        yield from Path(folder).rglob("*")
