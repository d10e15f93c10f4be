"""Counts: how many records a list holds, as exactly as was asked for, and only when asked."""

import enum
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLResolveInfo

from services.chassis.graph.making import Part, described, made_field
from services.chassis.graph.selection import Selected
from services.chassis.refusals import LimitExceeded, OutOfRange

DEFAULT_CAP, MAX_CAP = 10_000, 100_000


class CountMode(enum.Enum):
    CAPPED = "CAPPED"
    EXACT = "EXACT"
    ESTIMATE = "ESTIMATE"


class CountPrecision(enum.Enum):
    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    ESTIMATE = "ESTIMATE"


described(
    CountMode,
    "How exactly to count, and at what cost.",
    CAPPED="Count up to `cap`, and no further.",
    EXACT="Count all, however long it takes.",
    ESTIMATE="Let the database guess from what it knows of the table; costs next to nothing."
    " A list below another record is counted up to `cap` instead.",
)
described(
    CountPrecision,
    "How far a count can be relied on.",
    EXACT="There are so many.",
    AT_LEAST="There are more than so many.",
    ESTIMATE="There may be more or less.",
)


@strawberry.federation.type(shareable=True, description="How many a list holds.")
class Count:
    value: int = strawberry.field(description="So many.")
    precision: CountPrecision = strawberry.field(description="How far to rely on it.")


def counted(key: str) -> str:
    """Name where a page keeps a count: two aliases of the field are two counts."""
    return f"count {key}"


class Counted:
    """Answers with a count that was made beside the page."""

    kept_under = staticmethod(counted)

    def __call__(self, source: Any, info: GraphQLResolveInfo[Any], **_arguments: Any) -> Count:
        made: Count = source.__dict__[self.kept_under(str(info.path.key))]
        return made


def count_field() -> Any:
    """Make the field of every connection that counts its list, of all pages."""
    return made_field(
        Count,
        "How many there are on all pages together; counted only if asked for.",
        [
            Part("mode", CountMode, "How exactly to count.", CountMode.CAPPED),
            Part("cap", int, "How far to count, 100000 at the most.", DEFAULT_CAP),
        ],
        Counted(),
    )


@dataclass(frozen=True)
class CountPlan:
    """One count that an operation asks for, kept under the answer's key."""

    key: str
    mode: CountMode
    cap: int

    @staticmethod
    def of(asked: Selected) -> "CountPlan":
        given = asked.arguments()
        cap = given["cap"]
        if cap < 1:
            raise OutOfRange("a count goes to one at the least", path=("cap",))
        if cap > MAX_CAP:
            raise LimitExceeded(f"a cap may be {MAX_CAP}; beyond, count EXACT", path=("cap",))
        return CountPlan(asked.key, given["mode"], cap)

    @property
    def limit(self) -> int | None:
        """How far to count, if not to the end."""
        return None if self.mode is CountMode.EXACT else self.cap

    def told(self, found: int) -> Count:
        """Say what a count, of one more than the limit at the most, tells."""
        if self.limit is None or found <= self.limit:
            return Count(value=found, precision=CountPrecision.EXACT)
        return Count(value=self.limit, precision=CountPrecision.AT_LEAST)
