"""The languages of a company, and how it writes the numbers of its documents."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import index_scope, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    now = sa.text("current_setting('app.tenant')")
    languages = sa.ARRAY(sa.String(35))
    english = sa.Column("languages", languages, server_default="{en}", nullable=False)
    op.add_column("company", english)
    op.create_table(
        "number_format",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("document", sa.String(40), nullable=False),
        sa.Column("pattern", sa.String(60), nullable=False),
        sa.Column("first_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("number_format_pk")),
        sa.CheckConstraint(
            "document IN ('CASE', 'ORDER')", name=op.f("number_format_document_ck")
        ),
    )
    op.create_index(
        "number_format_document_uq",
        "number_format",
        ["tenant", "document"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index("number_format_by_document_ix", "number_format", ["tenant", "document", "id"])
    index_scope("number_format")
    protect("number_format")
