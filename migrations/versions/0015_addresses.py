"""Addresses that are confirmed or blocked, as keyed hashes

Revision ID: 0015
Revises: 0014
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "confirmed_address",
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_confirmed_address")),
    )
    op.create_table(
        "blocked_address",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["host_id"], ["host.id"], name=op.f("fk_blocked_address_host_id_host"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("host_id", "address_hash", name=op.f("pk_blocked_address")),
    )
    op.create_index(op.f("ix_blocked_address_address_hash"), "blocked_address", ["address_hash"])


def downgrade():
    op.drop_table("blocked_address")
    op.drop_table("confirmed_address")
