"""The checks of closed lists, named as the models name them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHECKS = (
    ("customer", "customerkind"),
    ("customer", "customerstatus"),
    ("party_role", "partyrolekind"),
    ("interaction", "channel"),
    ("interaction", "interactiondirection"),
)


def upgrade() -> None:
    for table, check in CHECKS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {check} TO {table}_{check}_ck")
