"""Registration: the form, the mail, confirmation, and who may register."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask_security.confirmable import generate_confirmation_token

from tests.builders import Build
from tests.web.pages import PASSWORD, Visitor, errors_of, forms_of
from webapp.identity import hosts
from webapp.services.accounts.accounts import invitation_url

NEW = {
    "name": "Grace Hopper",
    "email": "grace@example.org",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
    "slug": "grace",
    "time_zone": "America/New_York",
}


def confirmation_link(app: Flask, email: str) -> str:
    """As the mail has it."""
    with app.test_request_context():
        return f"/confirm/{generate_confirmation_token(hosts.find_user(email=email))}"


def test_registering_confirming_and_logging_in(app: Flask, visitor: Visitor, build: Build) -> None:
    response = visitor.submit("/register", **NEW)
    assert (response.status_code, response.location) == (303, "/login")
    row = build.row("SELECT name, slug, time_zone, confirmed_at, password FROM host")
    assert tuple(row)[:4] == ("Grace Hopper", "grace", "America/New_York", None)
    assert row.password.startswith("$argon2id$")
    assert build.row("SELECT count(*) FROM event_type")[0] == 3
    assert build.rows("SELECT kind, data FROM outbox_event") == [("account.confirm", {})]
    visitor.log_in("grace@example.org")
    assert not visitor.is_logged_in

    link = confirmation_link(app, "grace@example.org")
    assert visitor.open(link).status_code == 200
    assert build.row("SELECT confirmed_at FROM host")[0] is None  # a scanner opened it
    confirmed = visitor.submit(link)
    assert (confirmed.status_code, confirmed.location) == (303, "/login")
    visitor.log_in("grace@example.org")
    assert visitor.is_logged_in


def test_confirming_twice_is_harmless(app: Flask, visitor: Visitor, host: str) -> None:
    response = visitor.submit(confirmation_link(app, host))
    assert response.status_code == 303
    assert not visitor.is_logged_in


@pytest.mark.parametrize("token", ["x", "x.y.z", "%00", "a" * 5000])
def test_a_broken_confirmation_link_is_no_error_of_ours(visitor: Visitor, token: str) -> None:
    assert visitor.open(f"/confirm/{token}").status_code < 500
    assert visitor.client.get(f"/reset/{token}").status_code < 500


def test_a_known_address_gets_the_answer_of_a_new_one(visitor: Visitor, build: Build, host: str) -> None:
    known = visitor.submit("/register", **NEW | {"email": host})
    known_page = visitor.open("/login").text
    new = visitor.submit("/register", **NEW)
    new_page = visitor.open("/login").text
    assert (known.status_code, known.location) == (new.status_code, new.location)
    assert "ada@example.org" in known_page
    assert "grace@example.org" in new_page
    assert build.row("SELECT count(*) FROM host WHERE lower(email) = :email", email=host)[0] == 1
    assert build.row("SELECT count(*) FROM outbox_event")[0] == 2  # its owner hears of it


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "fill this in"),
        ("name", "Ada\u202eecalevoL", "one line"),
        ("name", "x" * 121, "120"),
        ("email", "grace", "name@example.org"),
        ("email", "grace@example.org\r\nBcc: x@example.org", "name@example.org"),
        ("email", "gra\0ce@example.org", "name@example.org"),
        ("password", "short", "10"),
        ("password_confirm", "another one entirely", "not the same"),
        ("slug", "ada", "ada-2 is free"),
        ("slug", "login", "login-2 is free"),
        ("slug", "static", "taken"),
        ("slug", "settings", "taken"),
        ("slug", "no spaces", "hyphens"),
        ("slug", "", "suggestion"),
        ("time_zone", "Mars/Olympus", "time zone"),
        ("time_zone", "", "time zone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    visitor: Visitor, build: Build, host: str, field: str, value: str, message: str
) -> None:
    response = visitor.submit("/register", **NEW | {field: value})
    assert response.status_code == 422
    assert message in errors_of(response)
    assert 'value="Grace Hopper"' in response.text or field == "name"  # what was typed is kept
    assert build.row("SELECT count(*) FROM host")[0] == 1


def test_two_at_once_are_one_account(app: Flask, build: Build, another_browser: Callable[[], Visitor]) -> None:
    visitors = [another_browser() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda visitor: visitor.submit("/register", **NEW).status_code, visitors))
    assert set(answers) <= {303, 409, 422}
    assert build.row("SELECT count(*) FROM host")[0] == 1
    assert build.row("SELECT count(*) FROM event_type")[0] == 3


def test_nobody_registers_as_more_than_a_host(visitor: Visitor, build: Build) -> None:
    visitor.submit("/register", **NEW | {"roles": "admin", "active": "1", "confirmed_at": "2026-01-01", "id": "7"})
    assert build.rows("SELECT name FROM role JOIN host_role ON role_id = role.id") == [("host",)]
    assert build.row("SELECT confirmed_at FROM host")[0] is None


def test_a_zone_that_only_a_browser_names_is_taken(visitor: Visitor, build: Build) -> None:
    visitor.submit("/register", **NEW | {"time_zone": "Asia/Calcutta"})
    assert build.row("SELECT time_zone FROM host")[0] == "Asia/Kolkata"


DETECTS = "data-detect-time-zone"


def test_nobody_is_taken_for_somebody_elsewhere(visitor: Visitor, build: Build) -> None:
    page = visitor.open("/register").text
    assert DETECTS in page
    assert zone_chosen(page) == ""
    answer = visitor.submit("/register", **{name: value for name, value in NEW.items() if name != "time_zone"})
    assert "Choose a time zone" in errors_of(answer)
    assert build.row("SELECT count(*) FROM host")[0] == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Asia/Tokyo", "Asia/Tokyo"), ("Africa/Abidjan", "Africa/Abidjan"), ("UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5"),
     ("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("US/Pacific", "America/Los_Angeles")],
)  # fmt: skip
def test_a_zone_that_was_chosen_stays_when_something_else_is_wrong(visitor: Visitor, given: str, kept: str) -> None:
    page = visitor.submit("/register", **NEW | {"time_zone": given, "password_confirm": "another one"}).text
    assert zone_chosen(page) == kept
    assert DETECTS not in page  # a browser's guess does not count any more


@pytest.mark.parametrize("given", ["Etc/Unknown", "Mars/Olympus", "Factory", "", '"><script>'])
def test_what_is_no_zone_is_not_shown_as_chosen(visitor: Visitor, given: str) -> None:
    page = visitor.submit("/register", **NEW | {"time_zone": given}).text
    assert zone_chosen(page) == ""
    assert "Choose your time zone" in page
    assert "Unknown" not in page
    assert "<script>" not in re.findall(r"<select.*?</select>", page, re.DOTALL)[0]


def zone_chosen(page: str) -> str:
    assert len(re.findall(r"<option[^>]* selected", page)) == 1
    return next(fields["time_zone"] for _action, fields in forms_of(page) if "time_zone" in fields)


def test_another_confirmation_mail(visitor: Visitor, build: Build, host: str, password_hash: str) -> None:
    build.host(email="new@example.org", password_hash=password_hash, confirmed=False)
    answers = [visitor.submit("/confirm", email=who) for who in ("new@example.org", host, "nobody@example.org")]
    assert {answer.status_code for answer in answers} == {200}
    assert build.rows("SELECT kind FROM outbox_event") == [("account.confirm",)]


@pytest.fixture
def by_invitation(app: Flask) -> Iterator[None]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(settings, registration="invitation")
    yield
    app.extensions["settings"] = settings


@pytest.mark.usefixtures("by_invitation")
def test_by_invitation_only(app: Flask, visitor: Visitor, build: Build) -> None:
    assert visitor.open("/register").status_code == 403
    assert "Make an account" not in visitor.open("/login").text
    with app.app_context():
        link = invitation_url("grace@example.org").removeprefix("http://localhost")
    assert visitor.open(link).status_code == 200
    assert visitor.submit(link, **NEW | {"email": "somebody@example.org"}).status_code == 403
    assert build.row("SELECT count(*) FROM host")[0] == 0
    assert visitor.submit(link, **NEW).status_code == 303
    assert build.row("SELECT email FROM host")[0] == "grace@example.org"


def test_whether_somebody_registered_by_themselves_or_was_invited_is_kept(
    app: Flask, visitor: Visitor, build: Build
) -> None:
    with app.app_context():
        invitation = invitation_url("grace@example.org").removeprefix("http://localhost")
    visitor.submit(invitation, **NEW)
    visitor.submit("/register", **NEW | {"email": "ada@example.org", "slug": "ada"})
    rows = build.rows("SELECT email, registered_at IS NOT NULL FROM host ORDER BY id")
    assert rows == [("grace@example.org", False), ("ada@example.org", True)]
