"""The month in which fiscal years begin, and exchange rates by date."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "company",
        sa.Column("fiscal_month", sa.Integer(), server_default="1", nullable=False),
    )
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        "exchange_rate",
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("valid_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(20, 10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("exchange_rate_pk")),
    )
    for sort in ("valid_on", "created_at"):
        op.create_index(f"exchange_rate_by_{sort}_ix", "exchange_rate", ["tenant", sort, "id"])
    op.create_index(
        "exchange_rate_currency_valid_on_uq",
        "exchange_rate",
        ["tenant", "currency", "valid_on"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    protect("exchange_rate")
