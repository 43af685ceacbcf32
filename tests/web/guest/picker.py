"""Reads the calendar of an event type as a guest sees it."""

import re
from datetime import date, datetime
from html import unescape


def day_labels(html: str) -> list[str]:
    return [unescape(label) for label in re.findall(r'class="day" href="[^"]*"[^>]*? aria-label="([^"]*)"', html)]


def times(html: str) -> list[str]:
    return re.findall(r'<a class="slot"[^>]*><time datetime="[^"]*">([^<]*)</time>', html)


def starts(html: str) -> list[str]:
    return re.findall(r'<a class="slot"[^>]*><time datetime="([^"]*)">', html)


def in_words(day: date) -> str:
    """As the British write it: `Tuesday, 4 May`."""
    return f"{day:%A}, {day.day} {day:%B}"


def in_month(day: datetime) -> str:
    return f"month={day:%Y-%m}"
