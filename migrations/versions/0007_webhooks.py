"""Webhooks: endpoints, deliveries to them beside mails, and each attempt

Existing deliveries are mails and are not changed. The downgrade deletes deliveries to webhooks.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret_salt", sa.LargeBinary(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lent_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(url) BETWEEN 1 AND 2000", name=op.f("ck_webhook_endpoint_url_length")),
        sa.CheckConstraint("cardinality(events) > 0", name=op.f("ck_webhook_endpoint_events")),
        sa.CheckConstraint("octet_length(secret_salt) = 16", name=op.f("ck_webhook_endpoint_secret_salt")),
        sa.CheckConstraint("NOT (is_active AND disabled_at IS NOT NULL)", name=op.f("ck_webhook_endpoint_disabled")),
        sa.ForeignKeyConstraint(
            ["host_id"], ["host.id"], name=op.f("fk_webhook_endpoint_host_id_host"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_endpoint_public_id")),
        sa.UniqueConstraint("id", "host_id", name=op.f("uq_webhook_endpoint_id_host_id")),
    )
    op.create_index("ix_webhook_endpoint_host_id", "webhook_endpoint", ["host_id"], unique=False)
    _extend_deliveries()
    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status BETWEEN 100 AND 999", name=op.f("ck_webhook_attempt_status")),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_webhook_attempt_duration_ms")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_webhook_attempt_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index("ix_webhook_attempt_delivery_id", "webhook_attempt", ["delivery_id"], unique=False)


def _extend_deliveries():
    op.add_column("delivery", sa.Column("webhook_endpoint_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_delivery_webhook_endpoint_id_host_id_webhook_endpoint"),
        "delivery",
        "webhook_endpoint",
        ["webhook_endpoint_id", "host_id"],
        ["id", "host_id"],
        ondelete="CASCADE",
    )
    op.create_check_constraint(op.f("ck_delivery_channel"), "delivery", "channel IN ('mail', 'webhook')")
    op.create_check_constraint(
        op.f("ck_delivery_webhook_endpoint_id"),
        "delivery",
        "(channel = 'webhook') = (webhook_endpoint_id IS NOT NULL)",
    )
    op.create_index(
        "ix_delivery_webhook_endpoint_id",
        "delivery",
        ["webhook_endpoint_id", "id"],
        unique=False,
        postgresql_where=sa.text("webhook_endpoint_id IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_webhook_waiting",
        "delivery",
        ["webhook_endpoint_id", "id"],
        unique=False,
        postgresql_where=sa.text("webhook_endpoint_id IS NOT NULL AND status = 'waiting'"),
    )
    op.drop_index("ix_delivery_due_at", "delivery")
    op.create_index(
        "ix_delivery_due_at",
        "delivery",
        ["channel", "due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )


def downgrade():
    op.drop_table("webhook_attempt")
    op.execute("DELETE FROM delivery WHERE channel = 'webhook'")
    op.drop_index("ix_delivery_due_at", "delivery")
    op.create_index(
        "ix_delivery_due_at", "delivery", ["due_at"], unique=False, postgresql_where=sa.text("status = 'waiting'")
    )
    op.drop_index("ix_delivery_webhook_waiting", "delivery")
    op.drop_index("ix_delivery_webhook_endpoint_id", "delivery")
    op.drop_constraint(op.f("ck_delivery_webhook_endpoint_id"), "delivery")
    op.drop_constraint(op.f("ck_delivery_channel"), "delivery")
    op.drop_constraint(op.f("fk_delivery_webhook_endpoint_id_host_id_webhook_endpoint"), "delivery")
    op.drop_column("delivery", "webhook_endpoint_id")
    op.drop_table("webhook_endpoint")
