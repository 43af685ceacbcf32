"""Documents that hosts upload, until the worker has restored them

Revision ID: 0018
Revises: 0017
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "host_import",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("result", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'done', 'refused')", name=op.f("ck_host_import_status")),
        sa.CheckConstraint("(status = 'waiting') = (document IS NOT NULL)", name=op.f("ck_host_import_document")),
        sa.CheckConstraint("(status = 'waiting') = (finished_at IS NULL)", name=op.f("ck_host_import_finished_at")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_host_import_host_id_host"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("host_id", name=op.f("pk_host_import")),
    )
    op.create_index("ix_host_import_due_at", "host_import", ["due_at"], postgresql_where=sa.text("status = 'waiting'"))
    # Not compressed: that takes longer than writing 16 MB, for a row that is gone a moment later.
    op.execute("ALTER TABLE host_import ALTER COLUMN document SET STORAGE EXTERNAL")


def downgrade():
    op.drop_table("host_import")
