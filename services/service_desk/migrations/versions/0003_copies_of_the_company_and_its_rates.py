"""Copies of the company's settings and of its exchange rates."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "company",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("base_currency", sa.String(3), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("fiscal_month", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("company_pk")),
    )
    protect("company")
    op.create_table(
        "exchange_rate",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("valid_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(20, 10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("exchange_rate_pk")),
    )
    op.create_index(
        "exchange_rate_currency_ix", "exchange_rate", ["tenant", "currency", "valid_on"]
    )
    protect("exchange_rate")


def tenant() -> sa.Column[str]:
    now = sa.text("current_setting('app.tenant')")
    return sa.Column("tenant", ID, server_default=now, nullable=False)
