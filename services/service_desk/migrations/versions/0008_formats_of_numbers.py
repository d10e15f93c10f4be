"""Copies of how the company writes the numbers of its documents."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")


def upgrade() -> None:
    op.alter_column("service_case", "number", type_=sa.String(40))
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        "number_format",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("document", sa.String(40), nullable=False),
        sa.Column("pattern", sa.String(60), nullable=False),
        sa.Column("first_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("number_format_pk")),
    )
    op.create_index("number_format_document_ix", "number_format", ["tenant", "document"])
    protect("number_format")
