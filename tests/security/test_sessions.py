"""Stolen cookies: a session ends on the server, by time, by logging out and with the password."""

from collections.abc import Callable

import pytest

from tests.builders import Build
from tests.live import Live, Person, link_in
from tests.web.pages import PASSWORD

OTHER = "another battery staple"
Browser = Callable[[], Person]
ADA = "ada@example.org"


def is_logged_in(person: Person) -> bool:
    return person.session.get(f"{person.live.url}/settings", allow_redirects=False, timeout=60).status_code == 200


@pytest.fixture
def ada(person: Browser, host: int) -> Person:
    """Logged in."""
    owner = person()
    owner.log_in(ADA)
    assert is_logged_in(owner)
    return owner


@pytest.mark.parametrize(
    ("column", "days", "is_alive"),
    [("created_at", 29, True), ("created_at", 31, False), ("last_used_at", 6, True), ("last_used_at", 8, False)],
)
def test_a_session_ends_a_month_after_the_login_and_a_week_after_its_last_use(
    ada: Person, build: Build, column: str, days: int, is_alive: bool
) -> None:
    build.row(f"UPDATE login_session SET {column} = now() - make_interval(days => :days) RETURNING uid", days=days)
    assert is_logged_in(ada) is is_alive


def test_using_a_session_keeps_it_from_being_idle(ada: Person, build: Build) -> None:
    build.row("UPDATE login_session SET last_used_at = now() - interval '6 days' RETURNING uid")
    ada.open("/calendar")
    assert build.row("SELECT last_used_at > now() - interval '1 hour' FROM login_session")[0]


def test_a_copy_of_the_cookie_ends_with_the_session(ada: Person, person: Browser) -> None:
    thief = person()
    thief.session.cookies.update(ada.session.cookies)
    assert is_logged_in(thief)
    ada.submit("/settings", action="/logout")
    assert not is_logged_in(thief)


def test_a_new_password_ends_other_sessions_and_what_was_ticked(ada: Person, person: Browser, build: Build) -> None:
    thief = person()
    thief.log_in(ADA)
    ada.submit("/settings/tokens", action="/settings/tokens", name="script", scope="write", lifetime="365")
    ada.submit("/settings/feeds", action="/settings/feeds", name="phone", detail="full")
    counts = (
        "SELECT (SELECT count(*) FROM api_token), (SELECT count(*) FROM feed), (SELECT count(*) FROM login_session)"
    )
    assert build.row(counts) == (1, 1, 2)
    page, form = "/settings/password", {"new_password": OTHER, "new_password_confirm": OTHER}
    ada.submit(page, action=page, password=PASSWORD, revoke_tokens="y", **form)
    assert is_logged_in(ada)
    assert not is_logged_in(thief)
    assert build.row(counts) == (0, 1, 1)


def test_a_reset_ends_all_sessions_and_leaves_a_trace(ada: Person, live: Live, person: Browser, build: Build) -> None:
    owner = person()
    owner.submit("/reset", action="/reset", email=ADA)
    link = link_in(live.mails_to(ADA)[-1], "/reset/")
    owner.submit(link, action="/reset/", password=OTHER, password_confirm=OTHER)
    assert not is_logged_in(ada)
    owner.submit("/login", action="/login", email=ADA, password=PASSWORD)
    owner.submit("/login", action="/login", email=ADA, password=OTHER)
    assert is_logged_in(owner)
    entries = build.rows("SELECT action, client_address FROM audit_entry WHERE object_kind = 'host' ORDER BY id")
    assert [row.action for row in entries] == [
        "login.succeeded",
        "password.reset_asked",
        "password.reset",
        "session.ended",
        "login.failed",
        "login.succeeded",
    ]
    assert {row.client_address for row in entries} == {"127.0.0.1"}
