"""Registration: the form, the mail, confirmation, and who may register."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask_security.confirmable import generate_confirmation_token

from tests.builders import Build
from tests.web.pages import PASSWORD, Visitor, errors_of, forms_of, token_of
from tests.web.statements import statements_of
from webapp.identity import hosts
from webapp.services.accounts.registration import invitation_url

GRACE, OTHER = "grace@example.org", "ada@example.org"
NEW = {
    "name": "Grace Hopper",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
    "slug": "grace",
    "time_zone": "America/New_York",
}


@pytest.fixture
def link(app: Flask, visitor: Visitor) -> str:
    """What Grace finds in the mail after asking for an account."""
    visitor.submit("/register", email=GRACE)
    return confirmation_link(app, GRACE)


def confirmation_link(app: Flask, email: str) -> str:
    """As the mail has it."""
    with app.test_request_context():
        return f"/confirm/{generate_confirmation_token(hosts.find_user(email=email))}"


def test_asking_confirming_and_being_logged_in(app: Flask, visitor: Visitor, build: Build) -> None:
    response = visitor.submit("/register", email=GRACE)
    assert (response.status_code, response.location) == (303, "/login")
    assert build.row("SELECT confirmed_at, password FROM host") == (None, None)
    assert build.row("SELECT (SELECT count(*) FROM event_type) + (SELECT count(*) FROM schedule)")[0] == 0
    assert build.rows("SELECT kind, data FROM outbox_event") == [("account.confirm", {})]

    link = confirmation_link(app, GRACE)
    page = visitor.open(link)
    assert page.status_code == 200
    assert GRACE in page.text
    assert build.row("SELECT confirmed_at FROM host")[0] is None  # a scanner opened it
    confirmed = visitor.submit(link, **NEW)
    assert (confirmed.status_code, confirmed.location) == (303, "/availability")
    assert visitor.is_logged_in
    row = build.row("SELECT name, slug, time_zone, password FROM host WHERE confirmed_at IS NOT NULL")
    assert tuple(row)[:3] == ("Grace Hopper", "grace", "America/New_York")
    assert row.password.startswith("$argon2id$")
    assert build.row("SELECT count(*) FROM event_type")[0] == 3
    actions = build.rows("SELECT action FROM audit_entry ORDER BY id")
    assert [row.action for row in actions] == ["registration.asked", "registration.confirmed", "login.succeeded"]


def test_an_account_that_waited_before_an_upgrade_is_made_like_others(
    app: Flask, visitor: Visitor, build: Build, password_hash: str
) -> None:
    build.host(email=GRACE, password_hash=password_hash, confirmed=False)
    assert visitor.submit(confirmation_link(app, GRACE), **NEW | {"slug": "grace-h"}).status_code == 303
    assert build.row("SELECT slug, (SELECT count(*) FROM event_type) FROM host") == ("grace-h", 3)


def test_confirming_twice_is_harmless(app: Flask, visitor: Visitor, host: str) -> None:
    link = confirmation_link(app, host)
    assert visitor.open(link).location == "/login"
    posted = visitor.client.post(link, data={"csrf_token": token_of(visitor.client)} | NEW)
    assert posted.location == "/login"
    assert not visitor.is_logged_in


@pytest.mark.parametrize("token", ["x", "x.y.z", "%00", "a" * 5000])
def test_a_broken_confirmation_link_is_no_error_of_ours(visitor: Visitor, token: str) -> None:
    assert visitor.open(f"/confirm/{token}").status_code < 500
    assert visitor.client.get(f"/reset/{token}").status_code < 500


def test_a_known_address_gets_the_answer_of_a_new_one(visitor: Visitor, build: Build, host: str) -> None:
    answers = {}
    for email in (host, GRACE):
        response = visitor.submit("/register", email=email)
        flashed = visitor.open("/login").text.partition('id="flash"')[2].partition("<main")[0]
        assert email in flashed
        answers[email] = response.status_code, response.location, flashed.replace(email, "")
    assert answers[host] == answers[GRACE]
    assert build.row("SELECT count(*) FROM host WHERE lower(email) = :email", email=host)[0] == 1
    assert [row.kind for row in build.rows("SELECT kind FROM outbox_event ORDER BY id")] == [
        "account.exists",  # its owner hears of it
        "account.confirm",
    ]


@pytest.mark.parametrize("path", ["/register", "/confirm", "/reset", "/privacy"])
def test_a_known_address_takes_as_many_statements_and_writes_as_an_unknown_one(
    app: Flask, visitor: Visitor, build: Build, host: str, path: str
) -> None:
    build.host(email="waiting@example.org", confirmed=False)
    build.booking(build.slot(build.host()), email="guest@example.org")
    counted = {}
    for email in (host, "waiting@example.org", "nobody@example.org", "guest@example.org"):
        visitor.open(path)
        with statements_of(app) as sent:
            assert visitor.submit(path, action=path, email=email).status_code < 400
        counted[email] = [statement.split()[0] for statement in sent]
    by_kind = {email: (len(kinds), "INSERT" in kinds) for email, kinds in counted.items()}
    assert len(set(by_kind.values())) == 1, counted


@pytest.mark.parametrize("path", ["/register", "/confirm", "/reset"])
@pytest.mark.parametrize("email", ["grace", "grace@example.org\r\nBcc: x@example.org", "gra\0ce@example.org", ""])
def test_what_is_no_address_is_said(visitor: Visitor, build: Build, path: str, email: str) -> None:
    response = visitor.submit(path, action=path, email=email)
    assert response.status_code == 422
    assert "e-mail address" in errors_of(response)
    assert build.row("SELECT count(*) FROM host")[0] == 0


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "fill this in"),
        ("name", "Ada\u202eecalevoL", "one line"),
        ("name", "x" * 121, "120"),
        ("password", "short", "10"),
        ("password", "p" * 129, "128"),
        ("password", "Hopper-1906", "no part of your name"),
        ("password", "password12", "too common"),
        ("password", "!!Football2024", "too common"),
        ("password", "my openslot login", "name of this site"),
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
    visitor: Visitor, build: Build, host: str, link: str, field: str, value: str, message: str
) -> None:
    response = visitor.submit(link, **NEW | {field: value})
    assert response.status_code == 422
    assert message in errors_of(response)
    assert 'value="Grace Hopper"' in response.text or field == "name"  # what was typed is kept
    assert build.row("SELECT count(*) FROM host WHERE confirmed_at IS NOT NULL")[0] == 1


def test_two_at_once_are_one_account(
    app: Flask, build: Build, link: str, another_browser: Callable[[], Visitor]
) -> None:
    visitors = [another_browser() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda visitor: visitor.submit("/register", email=OTHER).status_code, visitors))
        made = list(pool.map(lambda visitor: visitor.submit(link, **NEW).status_code, visitors))
    assert asked == [303] * 4
    assert set(made) <= {303, 404, 422}
    assert build.rows("SELECT confirmed_at IS NULL FROM host ORDER BY 1") == [(False,), (True,)]
    assert build.row("SELECT count(*) FROM event_type")[0] == 3


def test_nobody_registers_as_more_than_a_host(visitor: Visitor, build: Build, link: str) -> None:
    more = {"roles": "admin", "active": "1", "id": "7", "email": "boss@example.org", "registered_at": ""}
    visitor.submit(link, **NEW | more)
    assert build.rows("SELECT name FROM role JOIN host_role ON role_id = role.id") == [("host",)]
    assert build.row("SELECT email, registered_at IS NOT NULL FROM host") == (GRACE, True)


def test_a_zone_that_only_a_browser_names_is_taken(visitor: Visitor, build: Build, link: str) -> None:
    visitor.submit(link, **NEW | {"time_zone": "Asia/Calcutta"})
    assert build.row("SELECT time_zone FROM host")[0] == "Asia/Kolkata"


DETECTS = "data-detect-time-zone"


def test_nobody_is_taken_for_somebody_elsewhere(visitor: Visitor, build: Build, link: str) -> None:
    page = visitor.open(link).text
    assert DETECTS in page
    assert zone_chosen(page) == ""
    answer = visitor.submit(link, **{name: value for name, value in NEW.items() if name != "time_zone"})
    assert "Choose a time zone" in errors_of(answer)
    assert build.row("SELECT confirmed_at FROM host")[0] is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Asia/Tokyo", "Asia/Tokyo"), ("Africa/Abidjan", "Africa/Abidjan"), ("UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5"),
     ("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("US/Pacific", "America/Los_Angeles")],
)  # fmt: skip
def test_a_zone_that_was_chosen_stays_when_something_else_is_wrong(
    visitor: Visitor, link: str, given: str, kept: str
) -> None:
    page = visitor.submit(link, **NEW | {"time_zone": given, "password_confirm": "another one"}).text
    assert zone_chosen(page) == kept
    assert DETECTS not in page  # a browser's guess does not count any more


@pytest.mark.parametrize("given", ["Etc/Unknown", "Mars/Olympus", "Factory", "", '"><script>'])
def test_what_is_no_zone_is_not_shown_as_chosen(visitor: Visitor, link: str, given: str) -> None:
    page = visitor.submit(link, **NEW | {"time_zone": given}).text
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
        link = invitation_url(GRACE).removeprefix("http://localhost")
    assert visitor.open(link).status_code == 200
    assert visitor.submit(link, email="somebody@example.org").status_code == 403
    assert build.row("SELECT count(*) FROM host")[0] == 0
    assert visitor.submit(link, email="Grace@example.org").status_code == 303
    assert build.row("SELECT lower(email), registered_at FROM host") == (GRACE, None)


def test_whether_somebody_registered_by_themselves_or_was_invited_is_kept(
    app: Flask, visitor: Visitor, build: Build
) -> None:
    with app.app_context():
        invitation = invitation_url(GRACE).removeprefix("http://localhost")
    visitor.submit(invitation, email=GRACE)
    visitor.submit("/register", email=GRACE)  # whoever asks without it takes nothing away
    visitor.submit(confirmation_link(app, GRACE), **NEW)
    visitor.submit("/register", email="ada@example.org")
    rows = build.rows("SELECT email, registered_at IS NOT NULL FROM host ORDER BY id")
    assert rows == [(GRACE, False), ("ada@example.org", True)]
