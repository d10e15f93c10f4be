"""Copies of field policies, and of sessions that ended."""

from services.chassis.migrations import found_policies

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_policies()
