"""Signatures by the instance's secret key, one derived key per purpose."""

import hashlib
import hmac

from flask import Flask

TAG_BYTES = 16  # 128 bits


class Signer:
    """Signs and checks short byte strings. A signature for one purpose is worth nothing for another."""

    def __init__(self) -> None:
        self._secret = b""

    def init_app(self, app: Flask) -> None:
        self._secret = app.config["SECRET_KEY"].encode()

    def tag(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256 under the key of this purpose, truncated to 128 bits."""
        return self.derived(purpose, data)[:TAG_BYTES]

    def derived(self, purpose: str, data: bytes) -> bytes:
        """The same whole, 32 bytes: a key of its own, for whom `data` names."""
        key = hmac.digest(self._secret, b"openslot:" + purpose.encode(), hashlib.sha256)
        return hmac.digest(key, data, hashlib.sha256)

    def verifies(self, purpose: str, data: bytes, tag: bytes) -> bool:
        return hmac.compare_digest(self.tag(purpose, data), tag)
