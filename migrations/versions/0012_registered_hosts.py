"""When a host registered by themselves

Rules against abuse are stricter for hosts who registered by themselves a short time ago. Existing hosts, and those made
by the operator or by invitation, have no such time.

Revision ID: 0012
Revises: 0011
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("host", sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("host", "registered_at")
