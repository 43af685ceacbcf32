"""Input that a guest types into the form, and reading it back."""

import re
from html import unescape

from webapp.services.slots.views import SlotView

HTMX = {"HX-Request": "true"}

TYPED = {"name": "Ada Example", "email": "ada@example.org", "subject": "A beam in the attic", "notes": "Two\nlines"}


def book_url(slot: SlotView, zone: str = "Europe/Lisbon") -> str:
    return f"/mara/30min/book?start={slot.start:%Y-%m-%dT%H:%M:%SZ}&zone={zone}"


def value_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])
