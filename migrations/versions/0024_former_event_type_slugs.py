"""Slugs that event types have left, so that old links lead to them

Revision ID: 0024
Revises: 0023
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "former_event_type_slug",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("event_type_id", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_type_id", "host_id"],
            ["event_type.id", "event_type.host_id"],
            name=op.f("fk_former_event_type_slug_event_type_id_host_id_event_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("host_id", "slug", name=op.f("pk_former_event_type_slug")),
    )


def downgrade():
    op.drop_table("former_event_type_slug")
