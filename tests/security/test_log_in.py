"""Guessing a password: however the address is written, from everywhere at once, and to lock its owner out."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Flask

from tests.builders import Build
from tests.live import Live, Person, running
from tests.web.pages import PASSWORD
from webapp.embedded.mailcatcher.sink import MailSink

FAILURES = 15  # per account in 15 minutes
GUESS = "not the password"
Browser = Callable[[], Person]
_clients = itertools.count(1)


@pytest.fixture(scope="module")
def instance(app: Flask, environment: dict[str, str]) -> Iterator[Live]:
    """With limits, and behind a proxy, so that each browser can have an address of its own."""
    with MailSink() as sink, running(environment, sink, RATE_LIMITS="on", TRUSTED_PROXIES="1") as live:
        yield live


@pytest.fixture
def browser(live: Live) -> Browser:
    """One more browser, at a client address of its own."""

    def make() -> Person:
        made, number = Person(live), next(_clients)
        made.session.headers["X-Forwarded-For"] = f"198.51.{number // 250}.{number % 250 + 1}"
        return made

    return make


def log_in(person: Person, email: str, password: str) -> requests.Response:
    return person.submit("/login", action="/login", email=email, password=password)


def is_logged_in(person: Person) -> bool:
    return person.session.get(f"{person.live.url}/settings", allow_redirects=False, timeout=60).status_code == 200


def guesses(browser: Browser, email: str, *, times: int = FAILURES) -> list[int]:
    """The status codes of wrong passwords, each from a new browser at a new address."""
    return [log_in(browser(), email, GUESS).status_code for _ in range(times)]


@pytest.fixture
def ada(build: Build, password_hash: str) -> str:
    """A host whom no test before has guessed at."""
    email = f"ada{next(_clients)}@example.org"
    build.host(email=email, password_hash=password_hash)
    return email


@pytest.mark.parametrize("spelling", ["{}@\uff45xample.org", "\u200e{}@EXAMPLE.ORG", "\u00ad{}@example\u3002org"])
def test_another_spelling_of_the_address_is_counted_with_the_first(browser: Browser, ada: str, spelling: str) -> None:
    written = spelling.format(ada.partition("@")[0].title())
    assert guesses(browser, ada, times=7) == [422] * 7
    assert guesses(browser, written, times=8) == [422] * 8
    assert log_in(browser(), written, PASSWORD).status_code == 429
    assert log_in(browser(), ada, PASSWORD).status_code == 429


def test_guesses_sent_at_once_are_all_counted(browser: Browser, ada: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: log_in(browser(), ada, GUESS).status_code, range(FAILURES + 10)))
    assert answers.count(422) == FAILURES
    assert answers.count(429) == 10


def test_only_wrong_passwords_are_counted(browser: Browser, ada: str) -> None:
    for _ in range(FAILURES + 2):
        person = browser()
        log_in(person, ada, PASSWORD)
        assert is_logged_in(person)
    assert guesses(browser, ada) == [422] * FAILURES


def test_nobody_can_lock_the_owner_out_of_a_browser_that_logged_in_before(browser: Browser, ada: str) -> None:
    owner = browser()
    log_in(owner, ada, PASSWORD)
    owner.submit("/settings", action="/logout")
    assert guesses(browser, ada, times=FAILURES + 1)[-1] == 429
    assert log_in(browser(), ada, PASSWORD).status_code == 429
    log_in(owner, ada, PASSWORD)
    assert is_logged_in(owner)


def test_a_known_browser_can_guess_only_so_often_and_only_at_its_own_account(
    browser: Browser, build: Build, ada: str, password_hash: str
) -> None:
    bob = f"bob{next(_clients)}@example.org"
    build.host(email=bob, password_hash=password_hash)
    thief = browser()
    log_in(thief, ada, PASSWORD)
    thief.submit("/settings", action="/logout")
    assert [log_in(thief, ada, GUESS).status_code for _ in range(FAILURES + 1)] == [422] * FAILURES + [429]
    guesses(browser, bob)
    assert log_in(thief, bob, PASSWORD).status_code == 429


def test_what_marks_a_known_browser_cannot_be_made_up(browser: Browser, build: Build, ada: str) -> None:
    owner = browser()
    log_in(owner, ada, PASSWORD)
    [mark] = [cookie for cookie in owner.session.cookies if cookie.name.endswith("known-browser")]
    assert mark.value
    assert mark.has_nonstandard_attr("HttpOnly")
    guesses(browser, ada)
    for forged in (mark.value[:-2], "A" * len(mark.value), "é", "0" * 4000):
        other = browser()
        other.session.headers["Cookie"] = f"{mark.name}={forged}".encode().decode("latin-1")
        page = other.open("/login")
        assert page.status_code == 200
        assert log_in(other, ada, PASSWORD).status_code in (400, 429)
        assert not is_logged_in(other)


@pytest.mark.parametrize("path", ["/settings/password", "/verify"])
def test_a_stolen_session_cannot_guess_the_password(browser: Browser, ada: str, path: str) -> None:
    thief = browser()
    log_in(thief, ada, PASSWORD)
    new = {"new_password": "another battery staple", "new_password_confirm": "another battery staple"}
    answers = [thief.submit(path, action=path, password=GUESS, **new).status_code for _ in range(FAILURES + 1)]
    assert answers == [422] * FAILURES + [429]


def test_mails_of_one_kind_do_not_use_up_those_of_another(browser: Browser, ada: str) -> None:
    for path in ("/reset", "/register", "/privacy"):
        answers = [browser().submit(path, action=path, email=ada).status_code for _ in range(6)]
        assert answers[-1] == 429, path
        assert 429 not in answers[:5], path
        other = browser().submit(path, action=path, email=ada.replace("@e", "@\uff45").upper())
        assert other.status_code == 429, path


def test_an_admin_is_guessed_at_no_more_than_others(browser: Browser, build: Build, password_hash: str) -> None:
    root = f"root{next(_clients)}@example.org"
    build.host(email=root, password_hash=password_hash, roles=("host", "admin"))
    guesses(browser, root)
    answer = browser().submit("/admin/", action="/login", email=root, password=PASSWORD)
    assert answer.status_code == 429
