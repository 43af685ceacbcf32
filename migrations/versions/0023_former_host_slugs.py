"""Slugs that hosts have left: for 90 days nobody else can take them

Revision ID: 0023
Revises: 0022
Create Date: 2026-12-01
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# After the row is written: a transaction that waited for the slug at its unique index sees here who has left it. Slugs
# of accounts that were never confirmed had no page. As owner: the application cannot write the table itself.
FUNCTION = """
CREATE FUNCTION keep_host_slug() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        IF EXISTS (
            SELECT FROM public.former_host_slug
            WHERE slug = NEW.slug AND host_id IS DISTINCT FROM NEW.id AND left_at > now() - interval '90 days'
        ) THEN
            RAISE unique_violation USING CONSTRAINT = 'uq_host_slug', MESSAGE = 'the slug was left a short time ago';
        END IF;
        DELETE FROM public.former_host_slug WHERE slug = NEW.slug;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.confirmed_at IS NOT NULL THEN
        INSERT INTO public.former_host_slug (slug, host_id)
        VALUES (OLD.slug, CASE TG_OP WHEN 'UPDATE' THEN OLD.id END)
        ON CONFLICT (slug) DO UPDATE SET host_id = excluded.host_id, left_at = now();
    END IF;
    RETURN NULL;
END $$
"""
STATEMENTS = (
    FUNCTION,
    "CREATE TRIGGER keep_host_slug AFTER INSERT OR DELETE ON host FOR EACH ROW EXECUTE FUNCTION keep_host_slug()",
    """
    CREATE TRIGGER keep_changed_host_slug AFTER UPDATE OF slug ON host
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION keep_host_slug()
    """,
    "REVOKE EXECUTE ON FUNCTION keep_host_slug() FROM PUBLIC",
    "REVOKE INSERT, UPDATE ON former_host_slug FROM openslot_app",
)


def upgrade():
    op.create_table(
        "former_host_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["host_id"], ["host.id"], name=op.f("fk_former_host_slug_host_id_host"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_host_slug")),
    )
    op.create_index("ix_former_host_slug_host_id", "former_host_slug", ["host_id"])
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade():
    op.execute("DROP TRIGGER keep_host_slug ON host")
    op.execute("DROP TRIGGER keep_changed_host_slug ON host")
    op.execute("DROP FUNCTION keep_host_slug()")
    op.drop_table("former_host_slug")
