"""Challenges of proofs of work, and what is refused as a solution."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge

from tests.builders import Build, tomorrow
from webapp.core.db import session, transaction
from webapp.domain.actor import host_actor
from webapp.domain.errors import Invalid, ProofRequired
from webapp.services.bookings import bookings
from webapp.services.event_types.single_use_links import create_link
from webapp.services.proofs import challenges
from webapp.services.proofs.challenges import (
    LIFETIME,
    Proof,
    checked_proof,
    forget_spent_challenges,
    new_challenge,
    spend,
)

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenges, "MOST_TRIES", 5)


def solved(challenge: dict[str, Any]) -> str:
    read = Challenge.from_dict(challenge)
    solution = solve_challenge(read)
    assert solution
    return Payload(read, solution).to_base64()


def encoded(payload: object) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def test_a_solution_names_its_challenge_and_when_it_expires() -> None:
    challenge = new_challenge()
    proof = checked_proof(solved(challenge))
    assert proof
    assert proof.nonce.hex() == challenge["parameters"]["nonce"]
    assert timedelta(0) < proof.expires_at - datetime.now(UTC) <= LIFETIME


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_no_proof(nothing: str | None) -> None:
    assert checked_proof(nothing) is None


@pytest.mark.parametrize("field", ["algorithm", "cost", "nonce", "salt", "keyPrefix", "keySignature", "expiresAt"])
def test_of_a_challenge_nothing_can_be_changed(field: str) -> None:
    payload = json.loads(base64.b64decode(solved(new_challenge())))
    parameters = payload["challenge"]["parameters"]
    parameters[field] = parameters[field] + 1 if isinstance(parameters[field], int) else "00" * 16
    with pytest.raises(Invalid):
        checked_proof(encoded(payload))


@pytest.mark.parametrize(
    "solution", [None, {}, {"counter": 0, "derivedKey": "00" * 32}, {"counter": "0", "derivedKey": [1]}]
)
def test_another_solution_is_refused(solution: object) -> None:
    with pytest.raises(Invalid):
        checked_proof(encoded({"challenge": new_challenge(), "solution": solution}))


@pytest.mark.parametrize(
    "junk", ["=", "é", "A" * 2001, "bnVsbA==", "W10=", encoded({}), encoded({"challenge": {"parameters": "x"}}), "["]
)
def test_what_is_no_solution_is_refused(junk: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_proof(junk)
    assert list(refusal.value.errors) == ["proof"]


def test_the_challenge_of_another_instance_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(challenges.signer, "_secret", b"of another instance")
        challenge = new_challenge()
    with pytest.raises(Invalid):
        checked_proof(solved(challenge))


def test_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    solution = solved(new_challenge())
    later = time.time() + LIFETIME.total_seconds() + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Invalid):
        checked_proof(solution)


def test_it_is_spent_once_and_forgotten_when_it_has_expired(build: Build) -> None:
    now = datetime.now(UTC)
    valid, expired = Proof(b"1" * 16, now + LIFETIME), Proof(b"2" * 16, now - timedelta(seconds=1))
    with transaction() as current:
        spend(current, valid)
        spend(current, expired)
    with pytest.raises(Invalid):
        spend(session(), valid)
    session().rollback()
    with transaction() as current:
        forget_spent_challenges(current)
    assert [bytes(row.nonce) for row in build.rows("SELECT nonce FROM spent_challenge")] == [valid.nonce]


def test_an_event_type_that_asks_for_it_needs_one_of_guests_alone(build: Build) -> None:
    host = build.host(slug="ada")
    build.event_type(host, requires_proof=True)
    first, second, third = build.slots(host, [tomorrow(days=days) for days in (2, 3, 4)], event_type="30min")
    with pytest.raises(ProofRequired):
        build.booking(first)
    assert build.booking(first, proof=solved(new_challenge()))
    assert bookings.book(build.command(slot_id=second.public_id), actor=host_actor(host))
    assert build.booking(third, link_token=create_link("30min", host_id=host, actor=host_actor(host)))


def test_a_repeated_request_has_the_same_answer_whatever_its_proof(build: Build) -> None:
    host = build.host(slug="ada")
    build.event_type(host, requires_proof=True)
    slot = build.slot(host, event_type="30min")
    given = {"email": "bob@example.net", "idempotency_key": "once"}
    first = build.booking(slot, proof=(proof := solved(new_challenge())), **given)
    assert build.booking(slot, proof=proof, **given).uid == first.uid
    assert build.booking(slot, proof=solved(new_challenge()), **given).uid == first.uid
