"""Whether an event type always asks guests for a proof of work

Event types that exist do not: they ask only while their host is booked unusually often.

Revision ID: 0020
Revises: 0019
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "event_type", sa.Column("requires_proof", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade():
    op.drop_column("event_type", "requires_proof")
