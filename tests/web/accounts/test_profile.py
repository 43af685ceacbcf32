"""/settings: a host's public profile."""

import pytest
from werkzeug.test import TestResponse

from tests.builders import Build
from tests.web.pages import Visitor, errors_of, forms_of

CHANGED = {"name": "Ada L.", "slug": "ada-l", "time_zone": "Asia/Tokyo", "about": "One\nTwo"}


def save(visitor: Visitor, **values: str) -> TestResponse:
    return visitor.submit("/settings", action="/settings", **values)


def test_a_profile_is_saved(visitor: Visitor, build: Build, host: str) -> None:
    visitor.log_in(host)
    assert save(visitor, **CHANGED).status_code == 303
    assert tuple(build.row("SELECT name, slug, time_zone, about FROM host")) == tuple(CHANGED.values())
    assert "Saved." in visitor.open("/settings").text


def test_saving_unchanged_changes_nothing(visitor: Visitor, build: Build, host: str) -> None:
    visitor.log_in(host)
    before = build.row("SELECT * FROM host")
    assert save(visitor).status_code == 303
    assert build.row("SELECT * FROM host") == before


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("US/Pacific", "America/Los_Angeles"), ("Etc/GMT+5", "Etc/GMT+5"), ("Europe/Kiev", "Europe/Kyiv")],
)
def test_a_zone_that_is_not_in_the_list_stays(visitor: Visitor, build: Build, host: str, zone: str, shown: str) -> None:
    build.row("UPDATE host SET time_zone = :zone RETURNING 1", zone=zone)
    build.row("UPDATE schedule SET time_zone = :zone RETURNING 1", zone=zone)
    visitor.log_in(host)
    for page in ("/settings", "/availability"):
        forms = forms_of(visitor.open(page).text)
        assert [fields["time_zone"] for _action, fields in forms if "time_zone" in fields] == [shown]
    save(visitor, name="Ada L.")
    assert build.row("SELECT time_zone FROM host")[0] == shown


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("name", " ", "fill this in"), ("name", "A\u2028B", "one line"), ("slug", "grace", "taken"),
     ("slug", "admin", "taken"), ("time_zone", "Berlin", "time zone"), ("about", "x" * 1001, "1000"),
     ("about", "a\0b", "ordinary characters")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_saved(
    visitor: Visitor, build: Build, host: str, field: str, value: str, message: str
) -> None:
    build.host(slug="grace")
    visitor.log_in(host)
    response = save(visitor, **CHANGED | {field: value})
    assert response.status_code == 422
    assert message in errors_of(response)
    assert build.rows("SELECT slug FROM host ORDER BY id") == [("ada",), ("grace",)]


def test_a_profile_is_ones_own(visitor: Visitor, build: Build, host: str) -> None:
    other = build.host(slug="grace", name="Grace")
    visitor.log_in(host)
    save(visitor, **CHANGED | {"id": str(other), "host_id": str(other), "email": "x@example.org"})
    assert build.row("SELECT name FROM host WHERE id = :id", id=other)[0] == "Grace"
    assert build.row("SELECT email FROM host WHERE slug = 'ada-l'")[0] == host


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 77*77 }}", "&lt;b&gt;", '" hx-get="/x', "javascript:alert(1)"]
)
def test_what_a_host_writes_is_text(visitor: Visitor, host: str, text: str) -> None:
    visitor.log_in(host)
    save(visitor, **CHANGED | {"name": text, "about": text})
    page = visitor.open("/settings").text
    assert "<script>alert" not in page
    assert "5929" not in page.split("<main")[1]
    assert '" hx-get="/x' not in page
