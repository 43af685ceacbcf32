"""Signing secrets of webhooks; none is stored. A secret is derived from the instance's key and the endpoint's salt, so
that a copy of the database alone cannot sign, and a new salt gives a new secret (Standard Webhooks, symmetric)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from webapp.core.extensions import signer

PREFIX = "whsec_"
SALT_BYTES = 16
_PURPOSE = "webhook"


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def secret_of(salt: bytes) -> str:
    """In the format that receivers' libraries expect: `whsec_` and 32 bytes in base64."""
    return PREFIX + base64.b64encode(signer.derived(_PURPOSE, salt)).decode()


def signatures(salts: Iterable[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header of one attempt, signed with each of the secrets; `timestamp` in Unix seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    macs = [hmac.digest(signer.derived(_PURPOSE, salt), signed, hashlib.sha256) for salt in salts]
    return " ".join("v1," + base64.b64encode(mac).decode() for mac in macs)
