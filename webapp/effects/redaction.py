"""What a mail server says, fit to be kept and shown: one line, short, without addresses."""

import re

LONGEST = 300  # characters

_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def redacted(text: str, *secrets: str) -> str:
    """Servers repeat the address that they refuse; it must not outlive the guest in an error text."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "(address)")
    text = _ADDRESS.sub("(address)", text)
    return " ".join(text.split())[:LONGEST]
