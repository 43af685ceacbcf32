"""Invitations to register: a link signed for one address and for some days, without a row of its own."""

import base64
import binascii
import time

from webapp.core.extensions import signer, site

PURPOSE = "registration"
TAG_BYTES = 16
DAYS = 7


def invitation_url(email: str) -> str:
    """The link by which `email` may register within the next days."""
    raw = int(time.time() + DAYS * 86_400).to_bytes(8) + email.encode()
    token = base64.urlsafe_b64encode(signer.tag(PURPOSE, raw) + raw).rstrip(b"=").decode()
    return site.url(f"/register?invitation={token}")


def invited_email(token: str) -> str | None:
    """Whom a token invites; None when it is expired or not ours."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    tag, signed = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if len(signed) <= 8 or not signer.verifies(PURPOSE, signed, tag):
        return None
    return signed[8:].decode() if int.from_bytes(signed[:8]) > time.time() else None
