"""Where an action in the audit log came from

The application's role can write the client's address of an entry once, and after 30 days replace it by a hash. An entry
can be about nothing: a login with an address that no account has.

Revision ID: 0013
Revises: 0012
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ONLY_HASHED_LATER = """
CREATE FUNCTION keep_client_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.occurred_at > now() - interval '30 days' OR OLD.client_address LIKE 'hmac:%'
       OR NEW.client_address NOT LIKE 'hmac:%' OR (NEW.client_address IS NULL) <> (OLD.client_address IS NULL) THEN
        RAISE EXCEPTION 'the client address can only be hashed after 30 days' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade():
    op.add_column("audit_entry", sa.Column("client_address", sa.Text(), nullable=True))
    op.alter_column("audit_entry", "object_id", nullable=True)
    op.create_index(
        "ix_audit_entry_client_address",
        "audit_entry",
        ["occurred_at"],
        postgresql_where=sa.text("client_address NOT LIKE 'hmac:%'"),
    )
    op.execute(ONLY_HASHED_LATER)
    op.execute("REVOKE EXECUTE ON FUNCTION keep_client_address() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER keep_client_address BEFORE UPDATE OF client_address ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION keep_client_address()"
    )
    op.execute("GRANT INSERT (client_address), UPDATE (client_address) ON audit_entry TO openslot_app")


def downgrade():
    op.execute("DROP TRIGGER keep_client_address ON audit_entry")
    op.execute("DROP FUNCTION keep_client_address()")
    op.drop_index("ix_audit_entry_client_address", "audit_entry")
    op.drop_column("audit_entry", "client_address")
    op.execute("DELETE FROM audit_entry WHERE object_id IS NULL")
    op.alter_column("audit_entry", "object_id", nullable=False)
