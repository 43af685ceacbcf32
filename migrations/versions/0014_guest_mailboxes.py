"""An index that finds the guests of a host by mailbox, whatever the tag in the address

For each booking, the upcoming meetings of its guest's mailbox are counted. Nothing changes for data that exists.

Revision ID: 0014
Revises: 0013
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MAILBOX = r"regexp_replace(lower(email), '(.)\+[^@]*@', '\1@')"


def upgrade():
    op.create_index("ix_guest_host_id_mailbox", "guest", ["host_id", sa.text(MAILBOX)])


def downgrade():
    op.drop_index("ix_guest_host_id_mailbox", "guest")
