"""A mail server's reply: whether it is final, and its text in a form that may be stored and shown.

An enhanced status code (RFC 3463) at the start of the text shows what a refusal is about; without one, the reply code
decides (RFC 5321 4.2.3, RFC 7504).
"""

import re

ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
ADDRESS, MAILBOX, CONTENT = 1, 2, 6  # subjects that concern this mail; others concern a server or its configuration
# Within those subjects, errors that may go away: the sender's address (configuration), and a full mailbox.
NOT_FINAL = {(ADDRESS, 7), (ADDRESS, 8), (MAILBOX, 2)}
FINAL_WITHOUT = {550, 551, 553, 554, 556}
LONGEST = 300  # characters
_INSTEAD = "(address)"
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def is_final(code: int, text: str) -> bool:
    """Whether a refusal of the recipient or the content is final, so that no retry can succeed."""
    if code < 500:
        return False
    found = ENHANCED.match(text)
    subject, detail = (int(found[1]), int(found[2])) if found else (0, 0)
    if subject == 0:  # 5.0.0 means no more than 5xx
        return code in FINAL_WITHOUT
    return subject in (ADDRESS, MAILBOX, CONTENT) and (subject, detail) not in NOT_FINAL


def redacted(text: str, recipient: str = "") -> str:
    """Servers repeat the address that they refuse, or only the part before the @ ("User doesn't exist: ada.smith"); it
    must not remain in an error text or a log after the guest is erased."""
    text = _without(text, recipient)  # first: its local part may contain characters that `_ADDRESS` does not match
    text = _ADDRESS.sub(_INSTEAD, text)
    text = _without(text, recipient.rpartition("@")[0])
    return " ".join(text.split())[:LONGEST]


def _without(text: str, secret: str) -> str:
    """Replace it as a whole word, ignoring case."""
    alone = rf"(?<![\w.+-]){re.escape(secret)}(?![\w+-]|\.\w)"
    return re.sub(alone, _INSTEAD, text, flags=re.IGNORECASE) if secret else text
