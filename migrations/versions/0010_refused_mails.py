"""When the mail server last refused a mail

For deliveries that were given up before, the time is unknown.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-30
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# For the check whether the server accepts mail at all, which reads the ends of both indexes.
INDEXES = {
    "ix_delivery_refused_at": ("refused_at", "refused_at IS NOT NULL"),
    "ix_delivery_sent_at": ("sent_at", "channel = 'mail' AND sent_at IS NOT NULL"),
}


def upgrade():
    op.add_column("delivery", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
    for name, (column, condition) in INDEXES.items():
        op.create_index(name, "delivery", [column], postgresql_where=sa.text(condition))


def downgrade():
    for name in INDEXES:
        op.drop_index(name, "delivery")
    op.drop_column("delivery", "refused_at")
