"""Text that people type may be one long unbreakable word: no page becomes wider than the window because of it."""

import json

import pytest

from tests.browser.conftest import PHONE, Open
from tests.browser.steps import log_in
from tests.browser.test_every_page import too_wide
from tests.builders import Build, tomorrow
from webapp.domain.actor import host_actor
from webapp.services.webhooks.content import NewWebhook
from webapp.services.webhooks.endpoints import create_webhook

WORD = "W" * 60
ADDRESS = f"https://example.org/{WORD * 4}"
QUESTION = {"key": "long", "label": WORD, "kind": "text", "required": False, "options": []}


@pytest.fixture
def wanda(build: Build, password_hash: str) -> int:
    """A host with long words for names, a free slot and a booked one; gives the id."""
    host = build.host(
        email="wanda@example.org", name=WORD, slug="wanda", password_hash=password_hash, roles=("host", "admin")
    )
    build.event_type(host, title=WORD, description=ADDRESS, questions=json.dumps([QUESTION]))
    build.booking(build.slot(host, tomorrow(9)), name=WORD, subject=WORD)
    build.slot(host, tomorrow(11))
    return host


@pytest.mark.usefixtures("wanda")
def test_the_pages_of_a_guest(open_window: Open) -> None:
    page = open_window(viewport=PHONE)
    form = f"/wanda/30min/book?zone=Europe/Lisbon&start={tomorrow(11):%Y-%m-%dT%H:%M:%SZ}"
    found = {}
    for path in ("/wanda", "/wanda/30min", form):
        page.goto(path)
        page.get_by_text(WORD).first.wait_for()
        found[path] = too_wide(page)
    assert not any(found.values()), found


def test_the_pages_of_a_host(wanda: int, open_window: Open, build: Build) -> None:
    hook = NewWebhook(url=ADDRESS, description=WORD, events=("booking.created",))
    with build.app.app_context():
        made = create_webhook(hook, host_id=wanda, actor=host_actor(wanda))
    page = log_in(open_window(), "wanda@example.org")
    found = {}
    for path in ("/event-types", "/bookings", "/settings/webhooks", f"/settings/webhooks/{made.webhook.public_id}"):
        page.goto(path)
        page.get_by_text(WORD).last.wait_for()
        found[path] = too_wide(page)
    assert not any(found.values()), found


def test_the_details_for_an_admin(wanda: int, open_window: Open, build: Build) -> None:
    """A uid breaks behind a hyphen only where no digit follows."""
    page = log_in(open_window(), "wanda@example.org")
    page.goto(f"/admin/bookings/details/?id={build.row('SELECT id FROM booking')[0]}")
    page.get_by_text(WORD).first.wait_for()
    assert too_wide(page) == []
