"""Mails that count towards the limits of their recipients

Nothing changes for mails that exist; they are not counted.

Revision ID: 0019
Revises: 0018
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "counted_mail",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mailbox_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("new_host_id", sa.BigInteger(), nullable=True),
        sa.Column("digest_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_counted_mail_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["delivery.id"], name=op.f("fk_counted_mail_digest_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["new_host_id"], ["host.id"], name=op.f("fk_counted_mail_new_host_id_host")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_counted_mail")),
    )
    for name, columns, where in INDEXES:
        op.create_index(name, "counted_mail", columns, postgresql_where=sa.text(where) if where else None)


def downgrade():
    op.drop_table("counted_mail")


INDEXES = (
    ("ix_counted_mail_mailbox_hash_counted_at", ["mailbox_hash", "counted_at"], ""),
    ("ix_counted_mail_new_host_id_counted_at", ["new_host_id", "counted_at"], "new_host_id IS NOT NULL"),
    ("ix_counted_mail_digest_id", ["digest_id"], "digest_id IS NOT NULL"),
)
