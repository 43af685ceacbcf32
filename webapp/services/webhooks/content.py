"""Fields of a webhook as sent by the host, and their validation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.core.extensions import outgoing_ranges
from webapp.domain.errors import Invalid
from webapp.domain.outgoing import target_of
from webapp.domain.text import line
from webapp.domain.webhook_events import WebhookEvent

LONGEST_DESCRIPTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """`events`: values of WebhookEvent. `description`: one line, shown only to the host, may be empty."""

    url: str
    events: Sequence[str]
    description: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    """Changes to a webhook; None leaves the field as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None
    is_active: bool | None = None


def checked_columns(webhook: NewWebhook | WebhookChange) -> dict[str, Any]:
    """Columns and values of the given fields. Raises Invalid with the fields url, events and description."""
    checks: dict[str, Callable[[Any], Any]] = {"url": _url, "events": _events, "description": _description}
    columns: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for name, check in checks.items():
        if (value := getattr(webhook, name)) is not None:
            try:
                columns[name] = check(value)
            except ValueError as fault:
                faults[name] = [str(fault)]
    if faults:
        raise Invalid(faults)
    if webhook.is_active is not None:
        columns["is_active"] = webhook.is_active
    return columns


def _url(text: str) -> str:
    url = text.strip(" ")
    target_of(url, outgoing_ranges.allowed)
    return url


def _events(names: Sequence[str]) -> list[str]:
    """Each event once, in the order of WebhookEvent."""
    unknown = set(names) - set(WebhookEvent)
    if unknown:
        raise ValueError(f"Must be some of {', '.join(WebhookEvent)}.")
    if not names:
        raise ValueError("Choose at least one event.")
    return [str(event) for event in WebhookEvent if event in names]


def _description(text: str) -> str:
    return line(text, LONGEST_DESCRIPTION, required=False)
