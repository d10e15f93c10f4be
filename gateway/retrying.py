"""Whether a read is tried again: at most twice, later each time, and only while most succeed."""

from dataclasses import dataclass, field
from random import Random

MOST = 2
FIRST_SECONDS = 0.05
SAVED, EARNED = 10.0, 0.1
"""Retries that a subgraph may have at once, and what each answer adds: a tenth of the load."""
STATUSES = frozenset({502, 503, 504})
"""What is said on behalf of a server that is away for the moment."""


@dataclass(slots=True)
class Retries:
    """What one subgraph has left of its budget: a broken one is not asked three times as often."""

    saved: float = SAVED
    chance: Random = field(default_factory=Random)

    def answered(self) -> None:
        self.saved = min(SAVED, self.saved + EARNED)

    def pause(self, tried: int, seconds_left: float, told_seconds: float = 0.0) -> float | None:
        """Give the seconds until the next try, after so many; None where there is to be none."""
        jitter = self.chance.uniform(0, FIRST_SECONDS * 2**tried)
        wait = max(told_seconds, jitter)
        if tried >= MOST or self.saved < 1 or wait >= seconds_left:
            return None
        self.saved -= 1
        return wait
