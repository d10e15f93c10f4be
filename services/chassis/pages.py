"""Keyset cursors: where a page ended, bound to the sort and the filter that made it."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from services.chassis.refusals import Invalid

DEFAULT_PAGE = 25
MAX_PAGE = 200


class InvalidCursor(Invalid):
    reason = "INVALID_CURSOR"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort values of a row, its id, and the stamp of the list that it belongs to."""

    stamp: str
    values: tuple[Any, ...]

    def encoded(self) -> str:
        body = json.dumps([self.stamp, *self.values], separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @staticmethod
    def decoded(text: str, *, stamp: str) -> "Cursor":
        """Read a cursor back; refuse one that another sort or filter made."""
        try:
            padded = text + "=" * (-len(text) % 4)
            found, *values = json.loads(base64.urlsafe_b64decode(padded))
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidCursor("this cursor was not made here") from error
        if found != stamp:
            raise InvalidCursor("this cursor belongs to a list with another sort or filter")
        return Cursor(stamp, tuple(values))


def stamp_of(*parts: object) -> str:
    """Name a sort and a filter shortly, so that a cursor can be held against them."""
    return hashlib.blake2s(repr(parts).encode(), digest_size=6).hexdigest()
