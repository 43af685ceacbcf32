"""Registering with somebody else's address: nobody gets into the account that its owner makes later, and nobody learns
whether there is one."""

import re
from collections.abc import Callable

import pytest
import requests

from tests.builders import Build
from tests.live import Live, Person, link_in
from tests.web.pages import PASSWORD, forms_of

THEIRS = "a password of the attacker"
GRACE = "grace@example.org"
PROFILE = {"name": "Grace Hopper", "slug": "grace", "time_zone": "America/New_York"}
Browser = Callable[[], Person]


def ask(person: Person, email: str, **more: str) -> requests.Response:
    return person.submit("/register", action="/register", email=email, **more)


def confirmation_link(live: Live, email: str, *, count: int = 1) -> str:
    return link_in(live.mails_to(email, count=count)[-1], "/confirm/")


def choose(person: Person, link: str, password: str = PASSWORD, **more: str) -> requests.Response:
    return person.submit(link, action="/confirm/", password=password, password_confirm=password, **PROFILE | more)


def is_logged_in(person: Person) -> bool:
    return person.session.get(f"{person.live.url}/settings", allow_redirects=False, timeout=60).status_code == 200


def can_log_in(person: Person, password: str) -> bool:
    person.submit("/login", action="/login", email=GRACE, password=password)
    return is_logged_in(person)


def test_the_password_of_whoever_registered_somebody_elses_address_is_worth_nothing(
    live: Live, person: Browser, build: Build
) -> None:
    attacker, grace = person(), person()
    theirs = {"password": THEIRS, "password_confirm": THEIRS, "name": "Mallory", "slug": "mallory"}
    assert ask(attacker, GRACE, time_zone="Europe/Berlin", **theirs).status_code == 200
    link = confirmation_link(live, GRACE)
    page = grace.open(link)
    assert "Mallory" not in page.text
    assert "mallory" not in page.text
    [form] = [fields for action, fields in forms_of(page.text) if "/confirm/" in action]
    grace.session.post(link, data=form, timeout=60)  # a button is not enough: it asks for a password
    assert build.row("SELECT confirmed_at FROM host")[0] is None
    choose(grace, link)
    assert not can_log_in(attacker, THEIRS)
    assert can_log_in(person(), PASSWORD)
    assert build.row("SELECT name, slug FROM host") == ("Grace Hopper", "grace")


def test_a_link_makes_one_account_and_changes_none(live: Live, person: Browser, build: Build) -> None:
    ask(person(), GRACE)
    link = confirmation_link(live, GRACE)
    person().open(link)
    grace = person()
    choose(grace, link)
    assert is_logged_in(grace)
    thief = person()
    fields = {"csrf_token": forms_of(thief.open("/login").text)[0][1]["csrf_token"], **PROFILE, "name": "Mallory"}
    passwords = {"password": THEIRS, "password_confirm": THEIRS}
    thief.session.post(link, data=fields | passwords, timeout=60)
    assert not can_log_in(thief, THEIRS)
    assert build.row("SELECT name FROM host")[0] == "Grace Hopper"


def test_asking_again_takes_nothing_from_who_asked_first(live: Live, person: Browser, build: Build) -> None:
    ask(person(), GRACE)
    first = confirmation_link(live, GRACE)
    ask(person(), "GRACE@Example.org")
    second = confirmation_link(live, GRACE, count=2)
    choose(person(), first)
    assert "already" in person().open(second).text
    assert build.row("SELECT count(*) FROM host")[0] == 1


def test_nothing_tells_whether_an_address_is_known(live: Live, person: Browser, build: Build, host: int) -> None:
    build.host(email="pending@example.org", confirmed=False)
    for path in ("/register", "/confirm", "/reset"):
        answers = {}
        for email in ("ada@example.org", "nobody@example.org", "pending@example.org"):
            answer = person().submit(path, action=path, email=email)
            text = re.sub(r'(nonce|value|id|content)="[^"]*"', "", answer.text.replace(email, ""))
            answers[email] = answer.status_code, [one.url for one in answer.history], text
        assert len({str(answer) for answer in answers.values()}) == 1, path


def test_a_page_address_asked_for_is_taken_only_by_who_confirms(live: Live, person: Browser, build: Build) -> None:
    """Otherwise a second registration with it would tell whether the first one was for a new address."""
    for email in ("one@example.org", "two@example.org"):
        answer = ask(person(), email, slug="grace", name="Grace", password=PASSWORD, password_confirm=PASSWORD)
        assert "is taken" not in answer.text
    assert person().open("/grace").status_code == 404
    choose(person(), confirmation_link(live, "two@example.org"))
    refused = choose(person(), confirmation_link(live, "one@example.org"))
    assert refused.status_code == 422
    assert "grace-2 is free" in refused.text
    assert 'value="Grace Hopper"' in refused.text


@pytest.mark.parametrize("password", ["password12", "qwertyuiop", "Football2024", "grace-hopper", "p" * 4097])
def test_a_password_that_can_be_guessed_is_refused(live: Live, person: Browser, build: Build, password: str) -> None:
    ask(person(), GRACE)
    answer = choose(person(), confirmation_link(live, GRACE), password)
    assert answer.status_code == 422
    assert build.row("SELECT confirmed_at FROM host")[0] is None
