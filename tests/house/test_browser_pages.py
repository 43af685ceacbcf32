"""Each page has its row among those that the browser opens."""

from flask import Flask

from tests.browser.pages import EVERY_PAGE, NO_PAGES


def test_no_page_is_missing(app: Flask) -> None:
    addresses = app.url_map.bind("localhost")
    seen = {addresses.match(stop.path.partition("?")[0].format_map(_Anything()))[0] for stop in EVERY_PAGE}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    missing = {page for page in pages - seen if not any(part in page for part in NO_PAGES)}
    assert not missing, f"{', '.join(sorted(missing))}: add a row to EVERY_PAGE in tests/browser/pages.py."


class _Anything(dict[str, str]):
    """Some value for every part of an address, fit for its converter."""

    def __missing__(self, name: str) -> str:
        is_text = name in ("once", "reset", "privacy", "not_me") or name.startswith(("manage", "confirm"))
        return "1" if name == "schedule" else "text" if is_text else "00000000-0000-4000-8000-000000000000"
