"""Files in chunks, and the jobs that read and write them."""

from services.chassis.migrations import found_jobs

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_jobs()
