"""Schedules with weekly hours, overrides and holidays; blocked time; all rules of an event type; approval

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22

Every host gets a default schedule without hours, so that exactly the published slots are offered, as before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHECKS = (
    ("event_type", "increment", "increment_minutes BETWEEN 5 AND 1440"),
    ("event_type", "window", "window_days >= 0 AND window_from IS NULL OR window_days IS NULL"),
    (
        "event_type",
        "window_dates",
        "(window_from IS NULL) = (window_to IS NULL) AND (window_from IS NULL OR window_from <= window_to)",
    ),
    ("event_type", "max_per_day", "max_per_day >= 1"),
    ("event_type", "max_per_week", "max_per_week >= 1"),
    ("event_type", "change_notice", "change_notice_minutes >= 0"),
    ("event_type", "location_kind", "location_kind IN ('phone', 'place', 'link', 'ask')"),
    ("event_type", "archived_is_inactive", "archived_at IS NULL OR NOT is_active"),
    ("booking", "expires_at", "(status = 'pending') = (expires_at IS NOT NULL)"),
)
DEFAULT_SCHEDULES = """
INSERT INTO schedule (host_id, name, is_default, time_zone)
SELECT id, 'Working hours', true, time_zone FROM host
"""


def upgrade():
    # There was no approval before, so a pending booking would never expire.
    op.execute("UPDATE booking SET status = 'confirmed' WHERE status = 'pending'")
    op.create_table(
        "blocked_time",
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_blocked_time_ends_after_start")),
        sa.CheckConstraint("isfinite(starts_at) AND isfinite(ends_at)", name=op.f("ck_blocked_time_finite")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_blocked_time_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_time")),
        sa.UniqueConstraint("public_id", name=op.f("uq_blocked_time_public_id")),
    )
    op.create_index("ix_blocked_time_host_id_ends_at", "blocked_time", ["host_id", "ends_at"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("week_start", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("holiday_country", sa.Text(), nullable=True),
        sa.Column("holiday_subdivision", sa.Text(), nullable=True),
        sa.Column("holidays_off", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint(
            "holiday_country IS NOT NULL OR holiday_subdivision IS NULL", name=op.f("ck_schedule_holiday_subdivision")
        ),
        sa.CheckConstraint("week_start BETWEEN 0 AND 6", name=op.f("ck_schedule_week_start")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_schedule_host_id_host"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("host_id", "name", name=op.f("uq_schedule_host_id_name")),
        sa.UniqueConstraint("id", "host_id", name=op.f("uq_schedule_id_host_id")),
    )
    op.create_index("uq_schedule_default", "schedule", ["host_id"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "date_override",
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_date_override_schedule_id_schedule"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_override")),
        sa.UniqueConstraint("schedule_id", "on_date", name=op.f("uq_date_override_schedule_id_on_date")),
    )
    op.create_table(
        "weekly_hours",
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("start_minute", sa.SmallInteger(), nullable=False),
        sa.Column("end_minute", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint(
            "start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440", name=op.f("ck_weekly_hours_minutes")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_weekly_hours_schedule_id_schedule"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
        sa.UniqueConstraint(
            "schedule_id", "weekday", "start_minute", name=op.f("uq_weekly_hours_schedule_id_weekday_start_minute")
        ),
    )
    op.create_table(
        "override_window",
        sa.Column("date_override_id", sa.BigInteger(), nullable=False),
        sa.Column("start_minute", sa.SmallInteger(), nullable=False),
        sa.Column("end_minute", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint(
            "start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440", name=op.f("ck_override_window_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["date_override_id"],
            ["date_override.id"],
            name=op.f("fk_override_window_date_override_id_date_override"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override_window")),
        sa.UniqueConstraint(
            "date_override_id", "start_minute", name=op.f("uq_override_window_date_override_id_start_minute")
        ),
    )
    op.create_table(
        "single_use_link",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("event_type_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("(booking_id IS NULL) = (used_at IS NULL)", name=op.f("ck_single_use_link_used")),
        sa.ForeignKeyConstraint(
            ["booking_id", "host_id"],
            ["booking.id", "booking.host_id"],
            name=op.f("fk_single_use_link_booking_id_host_id_booking"),
        ),
        sa.ForeignKeyConstraint(
            ["event_type_id", "host_id"],
            ["event_type.id", "event_type.host_id"],
            name=op.f("fk_single_use_link_event_type_id_host_id_event_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_single_use_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_single_use_link_token_hash")),
    )
    op.add_column("booking", sa.Column("location", sa.Text(), server_default="", nullable=False))
    op.add_column("booking", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_booking_expires_at", "booking", ["expires_at"], unique=False, postgresql_where=sa.text("status = 'pending'")
    )
    op.add_column("event_type", sa.Column("schedule_id", sa.BigInteger(), nullable=True))
    op.add_column("event_type", sa.Column("increment_minutes", sa.BigInteger(), nullable=True))
    op.add_column("event_type", sa.Column("window_days", sa.BigInteger(), nullable=True))
    op.add_column("event_type", sa.Column("window_from", sa.Date(), nullable=True))
    op.add_column("event_type", sa.Column("window_to", sa.Date(), nullable=True))
    op.add_column("event_type", sa.Column("max_per_day", sa.BigInteger(), nullable=True))
    op.add_column("event_type", sa.Column("max_per_week", sa.BigInteger(), nullable=True))
    op.add_column(
        "event_type", sa.Column("requires_confirmation", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("event_type", sa.Column("location_kind", sa.Text(), nullable=True))
    op.add_column("event_type", sa.Column("location_detail", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "event_type", sa.Column("questions", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.add_column("event_type", sa.Column("is_public", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("event_type", sa.Column("color", sa.Text(), server_default="spruce", nullable=False))
    op.add_column(
        "event_type", sa.Column("change_notice_minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "event_type",
        sa.Column(
            "reminder_minutes",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{1440,60}'::bigint[]"),
            nullable=False,
        ),
    )
    op.add_column(
        "event_type", sa.Column("has_follow_up", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("event_type", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_event_type_host_id_slug"), "event_type", type_="unique")
    op.create_index(
        "uq_event_type_host_id_slug",
        "event_type",
        ["host_id", "slug"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_event_type_schedule_id_host_id_schedule"),
        "event_type",
        "schedule",
        ["schedule_id", "host_id"],
        ["id", "host_id"],
    )
    for table, name, condition in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    op.execute(DEFAULT_SCHEDULES)


def downgrade():
    # The older schema has no archive: archived event types become inactive ones with a unique slug.
    op.execute("UPDATE event_type SET slug = left(slug, 40) || '-' || id WHERE archived_at IS NOT NULL")
    for table, name, _ in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.drop_constraint(op.f("fk_event_type_schedule_id_host_id_schedule"), "event_type", type_="foreignkey")
    op.drop_index(
        "uq_event_type_host_id_slug", table_name="event_type", postgresql_where=sa.text("archived_at IS NULL")
    )
    op.create_unique_constraint(op.f("uq_event_type_host_id_slug"), "event_type", ["host_id", "slug"])
    op.drop_column("event_type", "archived_at")
    op.drop_column("event_type", "has_follow_up")
    op.drop_column("event_type", "reminder_minutes")
    op.drop_column("event_type", "change_notice_minutes")
    op.drop_column("event_type", "color")
    op.drop_column("event_type", "is_public")
    op.drop_column("event_type", "questions")
    op.drop_column("event_type", "location_detail")
    op.drop_column("event_type", "location_kind")
    op.drop_column("event_type", "requires_confirmation")
    op.drop_column("event_type", "max_per_week")
    op.drop_column("event_type", "max_per_day")
    op.drop_column("event_type", "window_to")
    op.drop_column("event_type", "window_from")
    op.drop_column("event_type", "window_days")
    op.drop_column("event_type", "increment_minutes")
    op.drop_column("event_type", "schedule_id")
    op.drop_index("ix_booking_expires_at", table_name="booking", postgresql_where=sa.text("status = 'pending'"))
    op.drop_column("booking", "expires_at")
    op.drop_column("booking", "location")
    op.drop_table("single_use_link")
    op.drop_table("override_window")
    op.drop_table("weekly_hours")
    op.drop_table("date_override")
    op.drop_index("uq_schedule_default", table_name="schedule", postgresql_where=sa.text("is_default"))
    op.drop_table("schedule")
    op.drop_index("ix_blocked_time_host_id_ends_at", table_name="blocked_time")
    op.drop_table("blocked_time")
