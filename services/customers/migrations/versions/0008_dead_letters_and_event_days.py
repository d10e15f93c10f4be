"""Dead letters, and what waits behind them; events by the day."""

from services.chassis.migrations import found_dead_letters, found_event_days

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_dead_letters()
    found_event_days()
