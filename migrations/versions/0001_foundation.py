"""Hosts, event types, slots, claims, bookings, outbox: all guarantees of the schema

Revision ID: 0001
Revises:
Create Date: 2026-11-22

An exclusion constraint cannot be added NOT VALID to a table in use, so it is part of the first migration.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Maintains the derived count of a slot in the database, so that no writer can forget it. Slots of one booking are
# updated under the host's row lock, which every command takes first. It runs as its owner, because the application
# may not write the count, and with qualified names, which the caller's temporary tables or search_path cannot redirect.
SEATS_FUNCTION = """
CREATE FUNCTION count_seats() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.is_live THEN
        UPDATE public.slot SET seats_taken = seats_taken - 1 WHERE id = OLD.slot_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.is_live THEN
        UPDATE public.slot SET seats_taken = seats_taken + 1 WHERE id = NEW.slot_id;
    END IF;
    RETURN NULL;
END $$
"""
SEATS_TRIGGERS = (
    """
    CREATE TRIGGER count_seats AFTER INSERT OR DELETE ON booking
    FOR EACH ROW EXECUTE FUNCTION count_seats()
    """,
    # `is_live` is a generated column, so the trigger lists the columns from which it is generated.
    """
    CREATE TRIGGER recount_seats AFTER UPDATE OF status, slot_id ON booking
    FOR EACH ROW WHEN (OLD.is_live IS DISTINCT FROM NEW.is_live OR OLD.slot_id <> NEW.slot_id)
    EXECUTE FUNCTION count_seats()
    """,
)

# The application uses this role. It owns nothing, so it cannot truncate, alter or disable anything.
APPLICATION_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'openslot_app') THEN
        CREATE ROLE openslot_app NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'openslot_app', 'SET') THEN
        EXECUTE format('GRANT openslot_app TO %I', current_user);
    END IF;
END $$
"""
GRANTS = (
    "GRANT USAGE ON SCHEMA public TO openslot_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO openslot_app",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO openslot_app",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version, role FROM openslot_app",
    # Entries cannot be changed or backdated: the database sets the time of each entry.
    "REVOKE INSERT, UPDATE, DELETE ON audit_entry FROM openslot_app",
    "GRANT INSERT (actor_kind, actor_id, action, object_kind, object_id, details) ON audit_entry TO openslot_app",
    # Only the trigger writes a slot's seats: a booked slot with a count of 0 could lose its claim and be double-booked.
    "REVOKE INSERT, UPDATE ON slot FROM openslot_app",
    "GRANT INSERT (host_id, event_type_id, starts_at, ends_at, busy, capacity, origin) ON slot TO openslot_app",
    "GRANT UPDATE (starts_at, ends_at, busy, capacity, withdrawn_at) ON slot TO openslot_app",
    # Otherwise a trigger on a caller's temporary table could count seats that nobody has booked.
    "REVOKE EXECUTE ON FUNCTION count_seats() FROM PUBLIC",
)


def upgrade():
    op.create_table(
        "audit_entry",
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('guest', 'host', 'admin', 'system')", name=op.f("ck_audit_entry_actor_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_kind", "object_id"], unique=False)
    op.create_index("ix_audit_entry_occurred_at", "audit_entry", ["occurred_at"], unique=False)
    op.create_table(
        "host",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="en", nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'", name=op.f("ck_host_slug_format")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", name=op.f("ck_host_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_host_fs_uniquifier")),
        sa.UniqueConstraint("slug", name=op.f("uq_host_slug")),
    )
    op.create_index("uq_host_email_lower", "host", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "role",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "event_type",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("duration_minutes", sa.BigInteger(), nullable=False),
        sa.Column("buffer_before_minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("buffer_after_minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("notice_minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("capacity", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'", name=op.f("ck_event_type_slug_format")),
        sa.CheckConstraint("buffer_after_minutes BETWEEN 0 AND 1440", name=op.f("ck_event_type_buffer_after")),
        sa.CheckConstraint("buffer_before_minutes BETWEEN 0 AND 1440", name=op.f("ck_event_type_buffer_before")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name=op.f("ck_event_type_capacity")),
        sa.CheckConstraint(
            "duration_minutes BETWEEN 5 AND 480 AND duration_minutes % 5 = 0",
            name=op.f("ck_event_type_duration"),
        ),
        sa.CheckConstraint("notice_minutes >= 0", name=op.f("ck_event_type_notice")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_event_type_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_type")),
        sa.UniqueConstraint("host_id", "slug", name=op.f("uq_event_type_host_id_slug")),
        sa.UniqueConstraint("id", "host_id", name=op.f("uq_event_type_id_host_id")),
    )
    op.create_table(
        "guest",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("email <> ''", name=op.f("ck_guest_email_present")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_guest_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
        sa.UniqueConstraint("id", "host_id", name=op.f("uq_guest_id_host_id")),
    )
    op.create_index(
        "uq_guest_host_id_email_lower", "guest", ["host_id", sa.literal_column("lower(email)")], unique=True
    )
    op.create_table(
        "host_role",
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_host_role_host_id_host"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_host_role_role_id_role")),
        sa.PrimaryKeyConstraint("host_id", "role_id", name=op.f("pk_host_role")),
    )
    op.create_table(
        "slot",
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("event_type_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("seats_taken", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Text(),
            sa.Computed("CASE WHEN seats_taken < capacity THEN 'available' ELSE 'booked' END", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "claimed_host_id",
            sa.BigInteger(),
            sa.Computed("CASE WHEN seats_taken > 0 THEN host_id END", persisted=True),
            nullable=True,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("origin IN ('published', 'schedule')", name=op.f("ck_slot_origin")),
        sa.CheckConstraint("busy @> tstzrange(starts_at, ends_at)", name=op.f("ck_slot_busy_contains_slot")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 1000", name=op.f("ck_slot_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_ends_after_start")),
        sa.CheckConstraint("isfinite(starts_at) AND isfinite(ends_at)", name=op.f("ck_slot_finite")),
        sa.CheckConstraint(
            "lower_inc(busy) AND NOT upper_inc(busy) AND NOT upper_inf(busy) AND "
            "isfinite(lower(busy)) AND isfinite(upper(busy))",
            name=op.f("ck_slot_busy_half_open"),
        ),
        sa.CheckConstraint(
            "ends_at - starts_at <= interval '8 hours' AND starts_at - lower(busy) <= interval '1 day' AND "
            "upper(busy) - ends_at <= interval '1 day'",
            name=op.f("ck_slot_reach"),
        ),
        sa.CheckConstraint("seats_taken BETWEEN 0 AND capacity", name=op.f("ck_slot_seats")),
        sa.CheckConstraint("withdrawn_at IS NULL OR seats_taken = 0", name=op.f("ck_slot_withdrawn_is_free")),
        sa.ForeignKeyConstraint(
            ["event_type_id", "host_id"],
            ["event_type.id", "event_type.host_id"],
            name=op.f("fk_slot_event_type_id_host_id_event_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("id", "busy", name=op.f("uq_slot_id_busy")),
        sa.UniqueConstraint("id", "host_id", "capacity", name=op.f("uq_slot_id_host_id_capacity")),
        sa.UniqueConstraint("public_id", name=op.f("uq_slot_public_id")),
    )
    op.create_index(
        "ix_slot_host_id_starts_at",
        "slot",
        ["host_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_slot_event_type_starts_at",
        "slot",
        ["event_type_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "booking",
        sa.Column("uid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("guest_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_capacity", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "is_live",
            sa.Boolean(),
            sa.Computed("status NOT IN ('cancelled', 'declined')", persisted=True),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("guest_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("answers", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="en", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL) AND "
            "(cancelled_by IS NULL OR cancelled_by IN ('guest', 'host', 'admin', 'system'))",
            name=op.f("ck_booking_cancelled_by"),
        ),
        sa.CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_booking_cancelled_at")),
        sa.CheckConstraint(
            "status IN ('pending', 'confirmed', 'declined', 'cancelled', 'completed', 'no_show')",
            name=op.f("ck_booking_status"),
        ),
        sa.CheckConstraint("seat >= 1 AND (seat <= slot_capacity OR NOT is_live)", name=op.f("ck_booking_seat")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_booking_version")),
        sa.ForeignKeyConstraint(
            ["guest_id", "host_id"],
            ["guest.id", "guest.host_id"],
            name=op.f("fk_booking_guest_id_host_id_guest"),
        ),
        sa.ForeignKeyConstraint(
            ["slot_id", "host_id", "slot_capacity"],
            ["slot.id", "slot.host_id", "slot.capacity"],
            name=op.f("fk_booking_slot_id_host_id_slot_capacity_slot"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("id", "host_id", name=op.f("uq_booking_id_host_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index("ix_booking_guest_id", "booking", ["guest_id"], unique=False)
    op.create_index("ix_booking_host_id_created_at", "booking", ["host_id", "created_at"], unique=False)
    op.create_index("ix_booking_slot_id", "booking", ["slot_id"], unique=False)
    op.create_index(
        "uq_booking_slot_id_guest_id",
        "booking",
        ["slot_id", "guest_id"],
        unique=True,
        postgresql_where=sa.text("is_live"),
    )
    op.create_index(
        "uq_booking_slot_id_seat",
        "booking",
        ["slot_id", "seat"],
        unique=True,
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "claim",
        sa.Column("slot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("host_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("busy", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(host_id, host_id, '[]')"), "&&"),
            (sa.column("busy"), "&&"),
            using="gist",
            name="ex_claim_overlap",
        ),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_claim_host_id_host")),
        sa.ForeignKeyConstraint(
            ["slot_id", "busy"],
            ["slot.id", "slot.busy"],
            name=op.f("fk_claim_slot_id_busy_slot"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slot_id", "host_id", name=op.f("pk_claim")),
    )
    op.create_table(
        "outbox_event",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_version", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint(
            "(booking_id IS NULL) = (booking_version IS NULL)", name=op.f("ck_outbox_event_booking_version")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id", "host_id"],
            ["booking.id", "booking.host_id"],
            name=op.f("fk_outbox_event_booking_id_host_id_booking"),
        ),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_outbox_event_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index("ix_outbox_event_booking_id", "outbox_event", ["booking_id"], unique=False)
    op.create_index(
        "ix_outbox_event_undispatched",
        "outbox_event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("dispatched_at IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="mail", nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_version", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_delivery_sent_at")),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'dead', 'skipped')", name=op.f("ck_delivery_status")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_delivery_attempts")),
        sa.CheckConstraint(
            "(booking_id IS NULL) = (booking_version IS NULL)", name=op.f("ck_delivery_booking_version")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id", "host_id"],
            ["booking.id", "booking.host_id"],
            name=op.f("fk_delivery_booking_id_host_id_booking"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["outbox_event.id"], name=op.f("fk_delivery_event_id_outbox_event")),
        sa.ForeignKeyConstraint(["host_id"], ["host.id"], name=op.f("fk_delivery_host_id_host")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "booking_id",
            "booking_version",
            "kind",
            "channel",
            "recipient",
            name=op.f("uq_delivery_booking_id_booking_version_kind_channel_recipient"),
        ),
        sa.UniqueConstraint("event_id", "channel", "recipient", name=op.f("uq_delivery_event_id_channel_recipient")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    op.create_index(
        "ix_delivery_due_at",
        "delivery",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_foreign_key(
        "fk_slot_id_claimed_host_id_claim",
        "slot",
        "claim",
        ["id", "claimed_host_id"],
        ["slot_id", "host_id"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.execute(SEATS_FUNCTION)
    for statement in SEATS_TRIGGERS:
        op.execute(statement)
    op.execute("INSERT INTO role (name, description) VALUES ('host', 'Can be booked'), ('admin', 'Manages all data')")
    op.execute(APPLICATION_ROLE)
    for statement in GRANTS:
        op.execute(statement)


TABLES = (
    "delivery",
    "outbox_event",
    "claim",
    "booking",
    "slot",
    "host_role",
    "guest",
    "event_type",
    "role",
    "idempotency_key",
    "host",
    "audit_entry",
)


def downgrade():
    """Keeps the role, because it belongs to the cluster and another database may use it."""
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM openslot_app"
    )
    op.execute("REVOKE ALL ON alembic_version FROM openslot_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM openslot_app")
    op.drop_constraint("fk_slot_id_claimed_host_id_claim", "slot")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION count_seats()")
