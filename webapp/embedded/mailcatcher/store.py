"""Caught mails as files `<number>.eml`, byte for byte as received; numbers increase while the files are kept."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy, Policy
from email.utils import parsedate_to_datetime
from mimetypes import guess_extension
from pathlib import Path
from typing import Any, cast

from webapp.embedded.mailcatcher.headers import people_of, shown, text_of

HEADER_BYTES = 65_536  # read for a list; no header is longer


@dataclass(frozen=True)
class Attachment:
    """A part other than the displayed text. `index` counts all parts of the mail, depth first."""

    index: int
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Summary:
    number: int
    sender: str
    recipients: str
    subject: str
    sent_at: datetime


@dataclass(frozen=True)
class Mail:
    summary: Summary
    text: str
    html: str
    raw: str
    attachments: tuple[Attachment, ...]


class _Forgiving(EmailPolicy):
    """Treats malformed header fields as empty, on which the parser fails in many ways."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:  # noqa: BLE001
            return super().header_fetch_parse(name, "")


class MailStore:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count(max(self.numbers(), default=0) + 1)

    def add(self, content: bytes) -> Path:
        """Writes the file atomically, so that readers never see half a mail."""
        number = next(self._numbers)
        unfinished = self._folder / f".{number}.part"
        try:
            unfinished.write_bytes(content)
            return unfinished.replace(self._folder / f"{number}.eml")
        except OSError:
            unfinished.unlink(missing_ok=True)  # half a mail is useless and takes space on a full disk
            raise

    def numbers(self) -> list[int]:
        """Newest first."""
        found = (int(path.stem) for path in self._folder.glob("*.eml") if path.stem.isdecimal())
        return sorted(found, reverse=True)

    def summaries(self, numbers: list[int]) -> list[Summary]:
        return [_summary(number, self._path(number), self._parsed(number, HEADER_BYTES)) for number in numbers]

    def mail(self, number: int) -> Mail:
        """Raises FileNotFoundError if no mail has this number."""
        message = self._parsed(number)
        return Mail(
            summary=_summary(number, self._path(number), message),
            text=_text(message.get_body(("plain",))),
            html=_text(message.get_body(("html",))),
            raw=self._path(number).read_bytes().decode(errors="replace"),
            attachments=tuple(_attachments(message)),
        )

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.eml"

    def _parsed(self, number: int, size: int = -1) -> EmailMessage:
        with self._path(number).open("rb") as file:
            return message_from_bytes(file.read(size), policy=cast("Policy[EmailMessage]", _Forgiving()))


def _summary(number: int, path: Path, message: EmailMessage) -> Summary:
    try:
        sent_at = parsedate_to_datetime(text_of(message, "Date"))
        sent_at = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)  # RFC 5322: -0000 is UTC, too
    except ValueError:
        sent_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    sender, recipients = people_of(message, "From"), people_of(message, "To")
    return Summary(number, sender, recipients, text_of(message, "Subject"), sent_at)


def _text(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        return shown(str(part.get_content()))
    except (LookupError, ValueError):  # an unknown or wrong charset
        return _bytes(part).decode(errors="replace")


def _bytes(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attachments(message: EmailMessage) -> list[Attachment]:
    shown = (message.get_body(("plain",)), message.get_body(("html",)))
    parts = [(index, part) for index, part in enumerate(message.walk()) if not part.is_multipart()]
    return [
        Attachment(index, _name(part, index), part.get_content_type(), _bytes(part))
        for index, part in parts
        if not any(part is body for body in shown)
    ]


def _name(part: MIMEPart, index: int) -> str:
    kind = part.get_content_type()
    extension = ".ics" if kind == "text/calendar" else guess_extension(kind)
    name = part.get_filename() or f"part-{index}{extension or ''}"
    return "".join(character if character.isprintable() and character not in "/\\" else "_" for character in name)
