"""Which refusals of a mail server are the end of a mail (ADR 0024).

An enhanced status code (RFC 3463), which stands first in the text, says whom a refusal is about; without one the reply
code has to do (RFC 5321 4.2.3, RFC 7504).
"""

import re

ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
ADDRESS, MAILBOX, CONTENT = 1, 2, 6  # subjects that are about this mail; others are about a server or its set-up
# Of those subjects what a later try may mend: the sender's address (set-up), and a full mailbox.
NOT_FINAL = {(ADDRESS, 7), (ADDRESS, 8), (MAILBOX, 2)}
FINAL_WITHOUT = {550, 551, 553, 554, 556}


def is_final(code: int, text: str) -> bool:
    """Of an answer to a recipient or to the content: no other try can succeed."""
    if code < 500:
        return False
    found = ENHANCED.match(text)
    subject, detail = (int(found[1]), int(found[2])) if found else (0, 0)
    if subject == 0:  # 5.0.0 says no more than 5xx
        return code in FINAL_WITHOUT
    return subject in (ADDRESS, MAILBOX, CONTENT) and (subject, detail) not in NOT_FINAL
