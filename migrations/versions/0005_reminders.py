"""Reminders: several deliveries of one event to one recipient; and whether a guest typed a booking's place

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BY_GUEST = """
    UPDATE booking SET is_guest_location = true FROM slot JOIN event_type ON event_type.id = slot.event_type_id
    WHERE slot.id = booking.slot_id AND event_type.location_kind = 'ask' AND booking.location <> ''
"""


def upgrade():
    op.drop_constraint("uq_delivery_event_id_channel_recipient", "delivery")
    op.create_unique_constraint(
        op.f("uq_delivery_event_id_channel_kind_recipient"), "delivery", ["event_id", "channel", "kind", "recipient"]
    )
    op.add_column(
        "booking", sa.Column("is_guest_location", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(BY_GUEST)


def downgrade():
    op.drop_column("booking", "is_guest_location")
    op.execute("DELETE FROM delivery WHERE kind LIKE 'reminder.%'")
    op.drop_constraint("uq_delivery_event_id_channel_kind_recipient", "delivery")
    op.create_unique_constraint(
        op.f("uq_delivery_event_id_channel_recipient"), "delivery", ["event_id", "channel", "recipient"]
    )
