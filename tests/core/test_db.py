"""What errors of Postgres mean, to a command and to a page; and what becomes of the session's objects."""

import pytest
from sqlalchemy import event, exists, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webapp.core.db import meaning, session, transactional
from webapp.core.extensions import db
from webapp.domain.errors import DomainError, Invalid, Overloaded, SlotTaken, SlugTaken
from webapp.models import Claim, Slot

pytestmark = pytest.mark.usefixtures("context")

RAISE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', CONSTRAINT = '{constraint}'; END $$"


@transactional
def raises(current: Session, code: str, constraint: str) -> None:
    current.execute(text(RAISE.format(code=code, constraint=constraint)))


def error_of(code: str, constraint: str = "") -> Exception:
    """What a command with this error of Postgres ends with."""
    with pytest.raises((DomainError, DBAPIError)) as caught:
        raises(code, constraint)
    return caught.value


@pytest.mark.parametrize(
    ("code", "constraint", "meant"),
    [
        ("40001", "", Overloaded("the calendar is busy")),  # serialization_failure
        ("40P01", "", Overloaded("the calendar is busy")),  # deadlock_detected
        ("55P03", "", Overloaded("the calendar is busy")),  # lock_not_available
        ("23505", "uq_host_slug", SlugTaken()),
        ("23P01", "ex_claim_overlap", SlotTaken()),
    ],
)
def test_a_refusal_is_the_same_in_a_command_and_outside(code: str, constraint: str, meant: DomainError) -> None:
    refusal = error_of(code, constraint)
    assert isinstance(refusal.__cause__, DBAPIError)
    for error in (refusal, meaning(refusal.__cause__)):
        assert (type(error), str(error)) == (type(meant), str(meant))


@pytest.mark.parametrize(
    ("code", "constraint", "meant"),
    [
        ("57014", "", Overloaded("the database does not answer")),  # query_canceled
        ("25006", "", Overloaded("the database does not answer")),  # read_only_sql_transaction
        ("22003", "", Invalid({})),  # numeric_value_out_of_range
        ("23505", "uq_unknown", None),
        ("42601", "", None),  # syntax_error
    ],
)
def test_a_failure_leaves_a_command_as_it_is(code: str, constraint: str, meant: DomainError | None) -> None:
    failure = error_of(code, constraint)
    assert isinstance(failure, DBAPIError)
    error = meaning(failure)
    assert type(error) is type(meant)
    assert isinstance(meant, Invalid) or str(error) == str(meant)


def test_a_statement_asks_for_no_rows_to_keep_objects_up_to_date() -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        session().execute(update(Slot).where(exists().where(Claim.slot_id == Slot.id)).values(capacity=1))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    [statement] = sent
    assert "RETURNING" not in statement
