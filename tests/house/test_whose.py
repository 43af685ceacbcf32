"""Each column has an owner (webapp/models/base.py), and no data about a guest is kept just because nobody decided."""

from sqlalchemy import Column, Table

from webapp.models import Base
from webapp.models.base import OF_GUEST, OF_HOST, OF_SYSTEM

TABLES = Base.metadata.tables

# What erasing leaves of a guest's rows, and of the rows that belong to them.
STAYS = {
    "the host's record that there was a meeting, and of what became of it": {
        "booking": "uid seat status version is_guest_location awaits_guest created_at expires_at cancelled_at"
        " cancelled_by",
    },
    "tells an operator whom to erase again after an old backup was restored": {
        "guest": "created_at",
    },
    "what the instance did, by number: outbox.record takes no name, address or text": {
        "outbox_event": "kind booking_version data occurred_at dispatched_at",
        "delivery": "kind channel recipient booking_version status attempts due_at refused_at message_id created_at"
        " sent_at",
        "counted_mail": "mailbox_hash address_hash counted_at",  # not even these: its rows are deleted
        "webhook_attempt": "attempted_at duration_ms status",
        "single_use_link": "token_hash created_at used_at",
    },
}


def test_each_column_says_whose_it_is() -> None:
    owners = (OF_GUEST, OF_HOST, OF_SYSTEM)
    silent = [str(column) for table in TABLES.values() for column in table.columns if column.info not in owners]
    assert silent == [], (
        f"Nobody knows whose {', '.join(silent)} is: write mapped_column(..., info=OF_GUEST), OF_HOST or OF_SYSTEM."
        " webapp/models/base.py says which is which."
    )


def test_what_stays_of_an_erased_guest_was_decided() -> None:
    stays = {f"{table}.{name}" for part in STAYS.values() for table, names in part.items() for name in names.split()}
    found = {str(column) for table in tables_about_guests() for column in table.columns if is_told(column)}
    undecided = sorted(found - stays)
    assert undecided == [], (
        f"{', '.join(undecided)} would stay when a guest is erased. Is it about the guest, whoever wrote it? Then it is"
        " info=OF_GUEST and goes. If it may stay, say why in STAYS."
    )
    assert stays - found == set(), "Take out of STAYS what is not there."


def tables_about_guests() -> list[Table]:
    """Guests, what refers to them, and what refers to that."""
    found = [TABLES["guest"]]
    for table in found:
        found += [each for each in TABLES.values() if each not in found and refers(each, table)]
    return found


def refers(table: Table, other: Table) -> bool:
    return any(key.column.table is other for key in table.foreign_keys)


def is_told(column: Column[object]) -> bool:
    """Whether it says something that its row's keys do not."""
    return column.info != OF_GUEST and not (column.primary_key or column.foreign_keys or column.computed)
