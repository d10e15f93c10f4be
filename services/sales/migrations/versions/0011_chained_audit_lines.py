"""A chain of audit lines, which nobody changes."""

from services.chassis.migrations import found_audit

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_audit()
