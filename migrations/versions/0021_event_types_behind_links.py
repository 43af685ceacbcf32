"""Event types that can be booked with a single-use link only

Revision ID: 0021
Revises: 0020
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("event_type", sa.Column("needs_link", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade():
    op.drop_column("event_type", "needs_link")
