"""A host with one free slot, and its booking form."""

import pytest

from tests.builders import Build, tomorrow
from tests.web.guest.typed import TYPED, book_url, value_of
from tests.web.pages import Visitor
from webapp.services.slots.views import SlotView


@pytest.fixture
def mara(build: Build) -> int:
    return build.host(slug="mara", name="Mara Lindqvist", time_zone="Europe/Stockholm")


@pytest.fixture
def slot(build: Build, mara: int) -> SlotView:
    return build.slot(mara, tomorrow(9, days=2))


@pytest.fixture
def form(visitor: Visitor, slot: SlotView) -> dict[str, str]:
    """The form of the slot, filled in, as it would be sent."""
    page = visitor.open(book_url(slot)).text
    return {name: value_of(page, name) for name in ("csrf_token", "start", "zone", "key")} | TYPED
