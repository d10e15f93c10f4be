"""Where a reader of the feed is, and what of it the reader wants."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from services.chassis.pages import InvalidCursor
from services.chassis.positions import Position
from services.chassis.refusals import Invalid, LimitExceeded

MAX_NAMES = 50
CURSOR = re.compile(rb"([0-9]{1,19})\.([0-9]{1,19})")
LONGEST_CURSOR = 64
NAMES = {
    "types": re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}\.[a-z_]{1,40}\.v[0-9]{1,3}"),
    "aggregates": re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}"),
}
SHAPES = {"types": "sales.order.placed.v1", "aggregates": "sales.order"}


def cursor(position: Position) -> str:
    return base64.urlsafe_b64encode(b"%d.%d" % position).decode().rstrip("=")


def position(cursor: str) -> Position:
    """Read a cursor back, or say that it was not made here."""
    padded = cursor[:LONGEST_CURSOR] + "=" * (-len(cursor[:LONGEST_CURSOR]) % 4)
    try:
        found = CURSOR.fullmatch(base64.urlsafe_b64decode(padded))
    except ValueError:
        found = None
    if found is None or len(cursor) > LONGEST_CURSOR:
        raise InvalidCursor("this cursor was not made here", path=("after",))
    return Position(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants of a company's events; nothing said is everything."""

    types: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()

    @staticmethod
    def of(types: Sequence[str], aggregates: Sequence[str]) -> "Wanted":
        return Wanted(_names("types", types), _names("aggregates", aggregates))

    def takes(self, type: str) -> bool:
        aggregate = ".".join(type.split(".")[:2])
        return (not self.types or type in self.types) and (
            not self.aggregates or aggregate in self.aggregates
        )

    def subjects(self, tenant: str) -> str:
        """Name where on the stream all of it stands, as narrowly as one name can."""
        named = [it.split(".") for it in self.types or self.aggregates or [""]]
        alike = takewhile(lambda parts: len(set(parts)) == 1, zip(*named, strict=False))
        shared = [parts[0] for parts in alike if parts[0]]
        return ".".join(["crm", tenant, *shared, ">"])


def _names(argument: str, given: Sequence[str]) -> frozenset[str]:
    names = frozenset(given)
    if len(names) > MAX_NAMES:
        raise LimitExceeded(f"at most {MAX_NAMES} {argument} at once", path=(argument,))
    if any(NAMES[argument].fullmatch(it) is None for it in names):
        raise Invalid(f"{argument} are written like {SHAPES[argument]}", path=(argument,))
    return names
