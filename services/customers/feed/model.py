"""What the feed gives: events as the stream has them, and where they stand there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.following import Piece
from services.chassis.positions import Position


@dataclass(frozen=True, slots=True)
class Told:
    """An event: its whole envelope, as it was told, and where it stands."""

    body: Mapping[str, Any]
    position: Position


@dataclass(frozen=True, slots=True)
class Page:
    """Events of one company that a reader wanted, and the piece of the stream they were in."""

    events: tuple[Told, ...]
    piece: Piece
