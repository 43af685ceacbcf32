"""What stands in the place of a guest once their data are erased. Rows stay, since counts, times and statuses do."""

import re
import secrets

ERASED_NAME = "Erased guest"
ERASED_ZONE = "UTC"
ERASED_LOCALE = "en"
# Reserved for addresses of nobody (RFC 6761): no mail goes there, and nobody can book with such an address.
ERASED_DOMAIN = "erased.invalid"
_ADDRESS = re.compile(rf"guest-[0-9a-f]{{16}}@{re.escape(ERASED_DOMAIN)}")


def erased_address() -> str:
    """Well-formed, told apart from every other, and it says nothing of the one that it replaces."""
    return f"guest-{secrets.token_hex(8)}@{ERASED_DOMAIN}"


def is_erased(email: str) -> bool:
    return _ADDRESS.fullmatch(email) is not None
