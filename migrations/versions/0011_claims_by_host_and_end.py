"""An index that finds the claims of a host in a span of time

Every listing and every booking queries them. The index of the exclusion constraint could be used, but Postgres plans a
range condition anew each time, which took longer than running the query.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-30
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_claim_host_id_busy_end", "claim", ["host_id", sa.text("upper(busy)")])


def downgrade():
    op.drop_index("ix_claim_host_id_busy_end", "claim")
