"""/.well-known/security.txt, as RFC 9116 wants it."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.core.config import values

PATH = "/.well-known/security.txt"


@pytest.mark.parametrize(
    ("setting", "contact"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/security", "https://example.org/security"),
    ],
)
def test_it_names_the_contact_and_when_it_expires(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, setting: str, contact: str
) -> None:
    changed = dataclasses.replace(app.extensions["settings"], security_contact=values.security_contact(setting))
    monkeypatch.setitem(app.extensions, "settings", changed)
    answer = client.get(PATH)
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert fields["Contact"] == contact
    assert fields["Canonical"] == changed.public_url + PATH
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=178) < left < timedelta(days=365)


def test_without_a_contact_there_is_none(client: FlaskClient) -> None:
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize("setting", ["http://example.org", "somebody", "Ada <ada@example.org>", "https://a\nb: c"])
def test_a_contact_that_cannot_be_used_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        values.security_contact(setting)
