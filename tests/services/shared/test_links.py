"""Manage tokens: one spelling each, and only the signed one is valid."""

import string
import uuid

import pytest
from flask import Flask

from webapp.services.shared.links import booking_uid, manage_token

LETTERS = string.ascii_letters + string.digits + "-_"


def test_a_token_proves_its_booking(app: Flask) -> None:
    uid = uuid.uuid4()
    assert booking_uid(manage_token(uid)) == uid


@pytest.mark.parametrize("place", [0, 20, 21, 41, 42])
def test_no_other_character_at_any_place_will_do(app: Flask, place: int) -> None:
    token = manage_token(uuid.UUID(int=7))
    others = [token[:place] + letter + token[place + 1 :] for letter in LETTERS if letter != token[place]]
    assert [other for other in others if booking_uid(other)] == []


@pytest.mark.parametrize("token", ["", "a", "a" * 43, "é" * 43, "=" * 44, "a" * 5000, "\0" * 43])
def test_what_is_no_token_proves_nothing(app: Flask, token: str) -> None:
    assert booking_uid(token) is None
