"""A host's bookings as a table for spreadsheets: one line per booking (RFC 4180).

UTF-8 with a byte order mark, without which some spreadsheets take it for another encoding. What guests typed stays
text, even if it looks like a formula (webapp.domain.spreadsheets).
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.core.db import snapshot
from webapp.domain.dates import utc_text
from webapp.domain.errors import NotFound
from webapp.domain.spreadsheets import text_cell
from webapp.models import Booking, Host, Slot
from webapp.services.bookings.view import BookingView, booking_select, booking_view

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
AT_A_TIME = 500  # rows in memory
COLUMNS = (
    "uid", "status", "start", "end", "time_zone", "start_utc", "end_utc", "duration_minutes", "event_type",
    "guest_name", "guest_email", "guest_time_zone", "subject", "notes", "answers", "location", "version",
    "created_at_utc", "cancelled_at_utc", "cancelled_by", "cancel_reason",
)  # fmt: skip


def bookings_csv(host_id: int) -> Iterator[str]:
    """The table in chunks, by start; times in the host's zone and in UTC. Raises NotFound."""
    with snapshot() as session:
        zone = session.scalar(select(Host.time_zone).where(Host.id == host_id))
        if zone is None:
            raise NotFound
        query = booking_select().where(Booking.host_id == host_id).order_by(Slot.starts_at, Booking.id)
        yield BYTE_ORDER_MARK + _line(COLUMNS)
        for row in session.execute(query.execution_options(stream_results=True, yield_per=AT_A_TIME)):
            yield _line([text_cell(str(cell)) for cell in _cells(booking_view(row), ZoneInfo(zone))])


def _cells(booking: BookingView, zone: ZoneInfo) -> list[Any]:
    cells = [
        booking.uid, booking.status, _local(booking.start, zone), _local(booking.end, zone), zone.key,
        _utc(booking.start), _utc(booking.end), booking.duration_minutes, booking.event_type_title,
        booking.guest_name, booking.guest_email, booking.guest_time_zone, booking.subject, booking.notes,
        _answers(booking),
        booking.location, booking.version, _utc(booking.created_at), _utc(booking.cancelled_at),
        booking.cancelled_by, booking.cancel_reason,
    ]  # fmt: skip
    return ["" if cell is None else cell for cell in cells]


def _answers(booking: BookingView) -> str:
    """`question: answer`, one per line, in the order of the questions; with the key if the question no longer
    exists."""
    labels = {question["key"]: question["label"] for question in booking.questions}
    words = {True: "yes", False: "no"}
    keys = sorted(booking.answers, key=[*labels, *booking.answers].index)
    return "\n".join(f"{labels.get(key, key)}: {words.get(booking.answers[key], booking.answers[key])}" for key in keys)


def _local(moment: datetime, zone: ZoneInfo) -> str:
    """In the format that spreadsheets read; the zone has a column of its own."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _utc(moment: datetime | None) -> str:
    return utc_text(moment) if moment else ""


def _line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
