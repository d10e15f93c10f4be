"""The keys by which a change that is asked for twice is made once, and who was archived."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import found_idempotency

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_idempotency()
    op.add_column(
        "customer",
        sa.Column("is_archived", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
