"""What a mail server says, fit to be kept and shown: one line, short, without addresses."""

import re

LONGEST = 300  # characters

_INSTEAD = "(address)"
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def redacted(text: str, recipient: str = "") -> str:
    """Servers repeat the address that they refuse, or its part before the @ alone ("User doesn't exist: ada.smith");
    it must not outlive the guest in an error text or a log."""
    text = _without(text, recipient)  # first: its local part may hold what `_ADDRESS` does not
    text = _ADDRESS.sub(_INSTEAD, text)
    text = _without(text, recipient.rpartition("@")[0])
    return " ".join(text.split())[:LONGEST]


def _without(text: str, secret: str) -> str:
    """Where it stands alone, in any case."""
    alone = rf"(?<![\w.+-]){re.escape(secret)}(?![\w+-]|\.\w)"
    return re.sub(alone, _INSTEAD, text, flags=re.IGNORECASE) if secret else text
