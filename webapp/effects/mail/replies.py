"""What a mail server replies: whether it is final, and its text, fit to be kept and shown.

An enhanced status code (RFC 3463), which stands first in the text, says whom a refusal is about; without one the reply
code has to do (RFC 5321 4.2.3, RFC 7504).
"""

import re

ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
ADDRESS, MAILBOX, CONTENT = 1, 2, 6  # subjects that are about this mail; others are about a server or its set-up
# Of those subjects what a later try may mend: the sender's address (set-up), and a full mailbox.
NOT_FINAL = {(ADDRESS, 7), (ADDRESS, 8), (MAILBOX, 2)}
FINAL_WITHOUT = {550, 551, 553, 554, 556}
LONGEST = 300  # characters
_INSTEAD = "(address)"
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def is_final(code: int, text: str) -> bool:
    """Of an answer to a recipient or to the content: no other try can succeed."""
    if code < 500:
        return False
    found = ENHANCED.match(text)
    subject, detail = (int(found[1]), int(found[2])) if found else (0, 0)
    if subject == 0:  # 5.0.0 says no more than 5xx
        return code in FINAL_WITHOUT
    return subject in (ADDRESS, MAILBOX, CONTENT) and (subject, detail) not in NOT_FINAL


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
