"""Dead letters, and what waits behind them."""

from services.chassis.migrations import found_dead_letters

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_dead_letters()
