"""Copies of who comes in by the portal."""

from services.chassis.migrations import found_portal

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_portal()
