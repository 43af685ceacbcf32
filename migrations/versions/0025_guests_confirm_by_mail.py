"""Guests confirm a booking by mail before anybody else is told of it

Revision ID: 0025
Revises: 0024
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade():
    for table, name in (("event_type", "requires_mail_confirmation"), ("booking", "awaits_guest")):
        op.add_column(table, sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_check_constraint(
        op.f("ck_booking_awaits_guest"),
        "booking",
        "NOT awaits_guest OR status IN ('pending', 'declined', 'cancelled')",
    )


def downgrade():
    op.drop_constraint(op.f("ck_booking_awaits_guest"), "booking")
    op.drop_column("booking", "awaits_guest")
    op.drop_column("event_type", "requires_mail_confirmation")
