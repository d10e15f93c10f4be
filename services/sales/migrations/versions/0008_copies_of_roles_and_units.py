"""Copies of roles and organisation units, and where each staff user belongs."""

from services.chassis.migrations import found_access

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_access()
