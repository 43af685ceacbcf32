"""Invitations, and accounts that nobody confirmed."""

import pytest
from flask import Flask

from tests.builders import Build
from webapp.domain.actor import GUEST
from webapp.services.accounts import registration

AGED = "UPDATE host SET created_at = now() - make_interval(hours => :hours) WHERE email = :email RETURNING id"


def test_an_invitation_is_for_one_address_and_some_days(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    url = registration.invitation_url("grace@example.org")
    assert url.startswith("http://localhost/register?invitation=")
    token = url.partition("=")[2]
    assert registration.invited_email(token) == "grace@example.org"
    assert registration.invited_email(token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) is None
    assert registration.invited_email("") is registration.invited_email("@@@") is None
    later = registration.time.time() + 8 * 86_400
    monkeypatch.setattr(registration.time, "time", lambda: later)
    assert registration.invited_email(token) is None


def test_only_what_nobody_confirmed_in_time_is_deleted(build: Build, context: None) -> None:
    for name, hours in (("late", 49), ("early", 47)):
        registration.ask(f"{name}@example.org", is_invited=False, actor=GUEST)
        build.row(AGED, email=f"{name}@example.org", hours=hours)
    build.host(email="earlier-version@example.org", slug="taken", confirmed=False)
    build.row(AGED, email="earlier-version@example.org", hours=49)
    build.host(email="confirmed@example.org")
    build.row(AGED, email="confirmed@example.org", hours=10_000)
    assert registration.forget_unconfirmed() == 2
    assert registration.forget_unconfirmed() == 0
    left = build.rows("SELECT email FROM host ORDER BY email")
    assert [row.email for row in left] == ["confirmed@example.org", "early@example.org"]
    build.host(slug="taken")


def test_asking_again_waits_as_long_again(build: Build, context: None) -> None:
    registration.ask("late@example.org", is_invited=False, actor=GUEST)
    build.row(AGED, email="late@example.org", hours=49)
    registration.ask("Late@example.org", is_invited=False, actor=GUEST)
    assert registration.forget_unconfirmed() == 0
