"""How an e-mail address is stored where only equality matters: as a keyed hash, which nobody can turn back."""

from webapp.core.extensions import signer
from webapp.services.shared.validation import known_address

PURPOSE = "address"


def address_hash(email: str) -> bytes:
    """16 bytes; the same for every spelling that the instance treats as the same address."""
    return signer.tag(PURPOSE, known_address(email).lower().encode(errors="replace"))
