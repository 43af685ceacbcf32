"""Proof of work by ALTCHA: challenges that cost a browser about a second to solve, and the check of their solutions.

A challenge is signed, not stored; only those that made a booking are remembered until they expire (`spend`).
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.core.extensions import signer
from webapp.domain.errors import Invalid
from webapp.models import SpentChallenge

ALGORITHM = "PBKDF2/SHA-256"
COST = 5000  # iterations: 1.5 ms each time that a solver tries a number
MOST_TRIES = 1000  # the number to find is below; on average it takes half as many
LIFETIME = timedelta(minutes=20)
LONGEST = 2000  # characters; a solution has about 700
REFUSED = "This proof of work is not valid, has expired or has been used before. Solve a new challenge."


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge that has been solved."""

    nonce: bytes
    expires_at: datetime


def new_challenge() -> dict[str, Any]:
    """As JSON, in the format of ALTCHA 2 and later. Finding out where its number lies costs one try."""
    from altcha import create_challenge  # takes 5 MB and a tenth of a second; few bookings need it

    challenge = create_challenge(
        ALGORITHM,
        COST,
        counter=secrets.randbelow(MOST_TRIES),
        expires_at=int(time.time() + LIFETIME.total_seconds()),
        hmac_secret=signer.derived("proof", b"challenge"),
        hmac_key_secret=signer.derived("proof", b"key"),
    )
    return challenge.to_dict()


def checked_proof(solution: str | None) -> Proof | None:
    """The solved challenge behind ALTCHA's payload (Base64 of JSON); None for none. Raises Invalid."""
    if not solution:
        return None
    from altcha import Payload, verify_solution

    secret, key_secret = signer.derived("proof", b"challenge"), signer.derived("proof", b"key")
    if len(solution) > LONGEST or not verify_solution(solution, secret, hmac_key_secret=key_secret).verified:
        raise _refused()
    parameters = Payload.from_base64(solution).challenge.parameters
    return Proof(bytes.fromhex(parameters.nonce), datetime.fromtimestamp(parameters.expires_at or 0, UTC))


def spend(session: Session, proof: Proof) -> None:
    """Part of `book`: each challenge makes one booking, also if its solution is sent twice at once. Raises Invalid."""
    spent = insert(SpentChallenge).values(nonce=proof.nonce, expires_at=proof.expires_at).on_conflict_do_nothing()
    if session.execute(spent.returning(SpentChallenge.nonce)).first() is None:
        raise _refused()


def forget_spent_challenges(session: Session) -> None:
    """After they expired, nobody can use them anyway."""
    session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < func.now()))


def _refused() -> Invalid:
    return Invalid({"proof": [REFUSED]})
