"""Files that only this user can read: others on the machine must not see secrets, caught mail or logs."""

import os
import secrets
import stat
from pathlib import Path
from typing import BinaryIO


def write_private(path: Path, text: str) -> None:
    """Written atomically: complete or not at all, even if the process is killed."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(path)


def stored_secret(path: Path) -> str:
    """64 hexadecimal digits, generated on the first start and stored."""
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return path.read_text().strip()


def open_private(path: Path, *, append: bool) -> BinaryIO:
    """Open a file for writing. If others can read it, that ends first; devices stay as they are."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC), 0o600)
    if stat.S_ISREG(os.fstat(number).st_mode):
        os.fchmod(number, 0o600)
    return os.fdopen(number, "ab" if append else "wb")
