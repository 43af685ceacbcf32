"""The application's role owns nothing: what it may not do, even with arbitrary SQL."""

import psycopg
import pytest

from tests.models.attacker import INSERT_BOOKING, INSERT_CLAIM, INSERT_SLOT, NOT_PERMITTED, Attacker
from webapp.models import Base

TABLES = sorted(Base.metadata.tables)

OUT_OF_REACH = (
    "ALTER TABLE claim DROP CONSTRAINT ex_claim_overlap",
    "ALTER TABLE booking DISABLE TRIGGER count_seats",
    "ALTER TABLE slot ADD COLUMN more int",
    "ALTER TABLE claim OWNER TO openslot_app",
    "DROP TABLE claim",
    "DROP TRIGGER count_seats ON booking",
    "DROP FUNCTION count_seats()",
    "DROP INDEX uq_booking_slot_id_seat",
    "CREATE OR REPLACE FUNCTION count_seats() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "CREATE RULE forget AS ON INSERT TO claim DO INSTEAD NOTHING",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "SET session_replication_role = replica",
    "DO $$ BEGIN EXECUTE concat('ALTER DATABASE ', current_database(), ' SET lock_timeout = 0'); END $$",
    "ALTER ROLE openslot SUPERUSER",
    "SET ROLE openslot_owner",
    "SET ROLE postgres",
    "COPY host TO PROGRAM 'true'",
    "COPY host TO '/tmp/hosts'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT setval(pg_get_serial_sequence('booking', 'id'), 1)",
    "UPDATE alembic_version SET version_num = 'other'",
    "DELETE FROM alembic_version",
    "INSERT INTO alembic_version VALUES ('other')",
    "INSERT INTO role (name) VALUES ('emperor')",
    "UPDATE role SET name = 'admin' WHERE name = 'host'",
    "UPDATE audit_entry SET action = 'nothing'",
    "DELETE FROM audit_entry",
    "UPDATE audit_entry SET occurred_at = '2020-01-01'",
    "INSERT INTO audit_entry (occurred_at, actor_kind, action, object_kind, object_id) VALUES (now(), '', '', '', 1)",
    "UPDATE slot SET seats_taken = 0",
    "UPDATE slot SET public_id = gen_random_uuid()",
    "UPDATE slot SET host_id = %(other_host)s",
    INSERT_SLOT.replace("(host_id,", "(seats_taken, host_id,").replace("SELECT %(host)s", "SELECT 0, %(host)s"),
)


@pytest.mark.parametrize("statement", OUT_OF_REACH)
def test_not_permitted(attacker: Attacker, ids: dict[str, int], statement: str) -> None:
    assert attacker.refusal(statement, **ids, hour=16, capacity=1) == NOT_PERMITTED


@pytest.mark.parametrize("table", TABLES)
def test_no_table_can_be_emptied_or_owned(attacker: Attacker, table: str) -> None:
    assert attacker.refusal(f"TRUNCATE {table} CASCADE") == NOT_PERMITTED
    assert attacker.value("SELECT count(*) FROM pg_class WHERE pg_has_role(relowner, 'MEMBER')") == 0


def test_rights_cannot_be_passed_on(attacker: Attacker) -> None:
    rights = "SELECT relacl::text FROM pg_class WHERE relname = 'claim'"
    before = attacker.value(rights)
    attacker.refusal("GRANT ALL ON claim TO PUBLIC")  # Postgres warns, and grants nothing
    assert attacker.value(rights) == before


def test_the_computed_columns_cannot_be_written(attacker: Attacker, ids: dict[str, int]) -> None:
    for statement in ("UPDATE booking SET is_live = false", "UPDATE booking SET id = 1"):
        refusal = attacker.refusal(statement)
        assert refusal is not None
        assert refusal.sqlstate == "428C9"


def test_a_temporary_table_in_the_way_does_not_mislead_the_count(attacker: Attacker, ids: dict[str, int]) -> None:
    attacker.run("CREATE TEMP TABLE slot (id bigint, seats_taken bigint)")
    attacker.run("SET search_path = pg_temp, public")
    attacker.run(INSERT_BOOKING, host=ids["host"], guest=ids["guest"], slot=ids["free"], seat=1, capacity=1)
    assert attacker.value("SELECT seats_taken FROM public.slot WHERE id = %(free)s", **ids) == 1


def test_the_count_cannot_be_borrowed_for_a_table_of_ones_own(attacker: Attacker, ids: dict[str, int]) -> None:
    attacker.run("CREATE TEMP TABLE fake (slot_id bigint, is_live boolean)")
    borrow = "CREATE TRIGGER fake AFTER DELETE ON fake FOR EACH ROW EXECUTE FUNCTION count_seats()"
    assert attacker.refusal(borrow) == NOT_PERMITTED


def test_a_host_cannot_be_booked_twice_by_denying_the_first_booking(attacker: Attacker, ids: dict[str, int]) -> None:
    """The whole attack: deny the seat, drop the claim, book the same time in another slot."""
    assert attacker.refusal("UPDATE slot SET seats_taken = 0 WHERE id = %(taken)s", **ids) == NOT_PERMITTED
    attacker.run("DELETE FROM claim WHERE slot_id = %(taken)s", **ids)
    second = attacker.value(INSERT_SLOT, **ids, hour=12.25, capacity=1)
    attacker.run(INSERT_CLAIM, slot=second)
    seat = {"host": ids["host"], "guest": ids["third_guest"], "seat": 1, "capacity": 1}
    attacker.run(INSERT_BOOKING, slot=second, **seat)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="fk_slot_id_claimed_host_id_claim"):
        attacker.connection.commit()
