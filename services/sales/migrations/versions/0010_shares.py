"""What is shared with whom, and drafts of it."""

from services.chassis.migrations import found_shares

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_shares()
