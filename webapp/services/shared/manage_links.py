"""Manage links: a guest's proof of right to one booking, signed, without a row of its own.

Token: base64url of the uid (16 bytes) and its signature (16 bytes), 43 characters; always the same for a booking, so
that every mail carries the same link.
"""

import base64
import binascii
import uuid

from webapp.core.extensions import signer

PURPOSE = "manage-link"


def manage_token(uid: uuid.UUID) -> str:
    raw = uid.bytes + signer.tag(PURPOSE, uid.bytes)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def booking_uid(token: str) -> uuid.UUID | None:
    """Whose booking a token proves, or None when it proves nothing."""
    try:
        raw = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 32 or not signer.verifies(PURPOSE, raw[:16], raw[16:]):
        return None
    # The last character carries two bits that decode to nothing: one spelling of a token is enough.
    uid = uuid.UUID(bytes=raw[:16])
    return uid if manage_token(uid) == token else None
