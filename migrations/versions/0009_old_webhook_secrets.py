"""The secret of a webhook before its present one: for a while messages are signed with both

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CHECKS = {
    "old_secret_salt": "octet_length(old_secret_salt) = 16",
    "old_secret": "(old_secret_salt IS NULL) = (old_secret_until IS NULL)",
}


def upgrade():
    op.add_column("webhook_endpoint", sa.Column("old_secret_salt", sa.LargeBinary(), nullable=True))
    op.add_column("webhook_endpoint", sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_webhook_endpoint_{name}"), "webhook_endpoint", condition)


def downgrade():
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_webhook_endpoint_{name}"), "webhook_endpoint", type_="check")
    op.drop_column("webhook_endpoint", "old_secret_until")
    op.drop_column("webhook_endpoint", "old_secret_salt")
