"""What replaces a guest's data after erasure. Rows are kept, because counts, times and statuses are."""

import re
import secrets

ERASED_NAME = "Erased guest"
ERASED_ZONE = "UTC"
ERASED_LOCALE = "en"
# A reserved domain (RFC 6761): no mail can be sent to it, and nobody can book with such an address.
ERASED_DOMAIN = "erased.invalid"
_ADDRESS = re.compile(rf"guest-[0-9a-f]{{16}}@{re.escape(ERASED_DOMAIN)}")


def erased_address() -> str:
    """Well-formed, unique, and not derived from the address that it replaces."""
    return f"guest-{secrets.token_hex(8)}@{ERASED_DOMAIN}"


def is_erased(email: str) -> bool:
    return _ADDRESS.fullmatch(email) is not None
