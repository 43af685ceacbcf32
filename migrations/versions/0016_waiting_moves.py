"""An index that finds mails about moves that wait to be merged

A later mail about the same booking takes the place of one that waits; the relay looks for them before each batch of
mails, and there are few.

Revision ID: 0016
Revises: 0015
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    waiting = sa.text("status = 'waiting' AND kind = 'booking.rescheduled'")
    op.create_index("ix_delivery_waiting_move", "delivery", ["booking_id"], postgresql_where=waiting)


def downgrade():
    op.drop_index("ix_delivery_waiting_move", "delivery")
