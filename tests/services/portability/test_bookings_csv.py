"""The CSV file of bookings has a column for all data of the host and the guest in a booking."""

import csv
import io

import pytest

from tests.builders import Build
from tests.services.guest_words import build_guest
from webapp.models import Base
from webapp.models.base import OF_GUEST, OF_HOST, columns_of
from webapp.services.portability.bookings_csv import BYTE_ORDER_MARK, COLUMNS, bookings_csv

# Columns that have another name in the file; the others have their own.
NAMES = {
    "guest.email": "guest_email",
    "booking.time_zone": "guest_time_zone",
    "booking.created_at": "created_at_utc",
    "booking.cancelled_at": "cancelled_at_utc",
}
LEFT_OUT = {
    "booking.seat": "a number inside, which no page shows",
    "booking.is_guest_location": "for erasing; the location itself is there",
    "booking.locale": "the language of mails, of no use in a table",
    "booking.expires_at": "when a request lapses; the status tells what came of it",
}


def columns() -> dict[str, str]:
    """The name in the file of each column of a guest and a booking."""
    tables = [Base.metadata.tables[name] for name in ("guest", "booking")]
    found = [column for table in tables for column in columns_of(table, OF_GUEST, OF_HOST)]
    return {str(column): NAMES.get(str(column), column.name) for column in found}


def test_each_column_of_a_booking_is_in_the_table() -> None:
    missing = {column for column, name in columns().items() if name not in COLUMNS}
    forgotten = sorted(missing - set(LEFT_OUT))
    assert forgotten == [], (
        f"{', '.join(forgotten)} is not in the CSV file: add it in webapp/services/portability/bookings_csv.py, or say"
        " in LEFT_OUT why not."
    )
    assert set(LEFT_OUT) - missing == set(), "Take out of LEFT_OUT what is in the file."


@pytest.mark.usefixtures("context")
def test_the_words_of_the_guest_are_in_their_columns(build: Build) -> None:
    words = build_guest(build)
    [host] = build.row("SELECT id FROM host")
    file = io.StringIO("".join(bookings_csv(host)).removeprefix(BYTE_ORDER_MARK), newline="")
    [row] = csv.DictReader(file, restval="")
    lost = [column for column, name in columns().items() if name in row and words.get(column, "") not in row[name]]
    assert lost == [], f"{', '.join(lost)} has a column in the CSV file, but its value is not there: see _cells."
