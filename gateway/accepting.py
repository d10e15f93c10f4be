"""Reads the header `accept`: in which of our ways the caller takes an answer."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


class Kind(enum.Enum):
    """The media types that we answer in, the one that says most first."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"
    STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Accepted:
    """How to answer: a single answer's kind (none is wanted where it is None), and a stream."""

    single: Kind | None
    is_stream: bool

    @property
    def kind(self) -> Kind:
        """In which kind a single answer is given: also what is refused needs one."""
        return self.single or Kind.JSON

    @property
    def is_nothing(self) -> bool:
        return self.single is None and not self.is_stream


@lru_cache(maxsize=256)
def accepted(header: str) -> Accepted:
    """Choose by the caller's weights; where they are equal, what says more.

    Who takes anything gets plain JSON, and no stream: that must be asked for by name.
    """
    ranges = list(_ranges(header)) or [("*/*", 1.0)]
    named = [it for it in ranges if it[0] != "*/*"]
    weights = {
        Kind.GRAPHQL: _weight(ranges if named else [], Kind.GRAPHQL),
        Kind.JSON: _weight(ranges, Kind.JSON),
    }
    if not any(name in (Kind.GRAPHQL.value, "application/*") for name, _ in named):
        weights[Kind.GRAPHQL] = 0.0
    best = max(weights, key=lambda kind: weights[kind])
    single = best if weights[best] > 0 else None
    return Accepted(single, is_stream=_weight(named, Kind.STREAM) > 0)


def _weight(ranges: list[tuple[str, float]], kind: Kind) -> float:
    """Give the weight of the range that names the kind most closely; 0 where none does."""
    family = kind.value.partition("/")[0]
    for name in (kind.value, f"{family}/*", "*/*"):
        found = [weight for each, weight in ranges if each == name]
        if found:
            return max(found)
    return 0.0


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Give each range and its weight, but for those in a charset that is not ours."""
    for part in header.lower().split(","):
        name, *parameters = (it.strip() for it in part.split(";"))
        told = dict(it.replace(" ", "").partition("=")[::2] for it in parameters)
        if name and told.get("charset", "utf-8").strip('"') in ("utf-8", "utf8"):
            yield name, _number(told.get("q", "1"))


def _number(text: str) -> float:
    """Read a weight; one that is none counts for nothing."""
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0
