"""Positions: how far a reader of the stream is, and whether it can go on from there."""

from dataclasses import dataclass
from typing import NamedTuple


class Position(NamedTuple):
    """How far a reader is: which stream it read (by when that was made), and up to which number.

    A stream that was lost and made anew counts from one again, so the number alone says nothing.
    """

    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Extent:
    """What the stream holds at a moment: which one it is, its first and its last number."""

    epoch: int
    first: int
    last: int

    @property
    def begin(self) -> Position:
        return Position(self.epoch, max(0, self.first - 1))

    @property
    def end(self) -> Position:
        return Position(self.epoch, self.last)

    def continues(self, position: Position) -> bool:
        """Say whether all that came after a position is here still."""
        return position.epoch == self.epoch and self.first - 1 <= position.sequence <= self.last
