"""A plan: fetches as pure data, each with the fetches that must be done before it."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.planner.operation import Fragment, Selections


@dataclass(frozen=True, slots=True)
class Segment:
    """A key of the answer on the way to a place, and the types that go on from there."""

    key: str
    types: frozenset[str] | None = None

    def __str__(self) -> str:
        if self.types is None:
            return self.key
        return f"{self.key}<{'|'.join(sorted(self.types))}>"


Path = tuple[Segment, ...]
"""The way from the answer's root; through lists it leads to every item."""


@dataclass(frozen=True, slots=True)
class Entities:
    """Objects of one type that a fetch asks more of, at one path or several."""

    alias: str
    variable: str
    type: str
    representation: Selections
    needed: frozenset[str]
    paths: tuple[Path, ...]
    selection: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to one subgraph. Without entities it starts at the subgraph's root."""

    number: int
    subgraph: str
    after: tuple[int, ...]
    document: str
    variables: tuple[str, ...]
    entities: tuple[Entities, ...] = ()
    is_mutation: bool = False
    keys: tuple[str, ...] = ()
    """Keys of the answer that a fetch from the root gives."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Fetches in an order in which each stands behind those it waits for."""

    fetches: tuple[Fetch, ...]

    def __str__(self) -> str:
        return "\n".join(line for fetch in self.fetches for line in _lines(fetch))


def _lines(fetch: Fetch) -> Iterator[str]:
    after = f"after {', '.join(map(str, fetch.after))}" if fetch.after else "at once"
    yield f"{fetch.number}. {fetch.subgraph}, {after}"
    if not fetch.entities:
        yield f"   {fetch.document}"
    for each in fetch.entities:
        at = ", ".join(".".join(map(str, path)) for path in each.paths)
        yield f"   {each.type} at {at} by {selection_text(each.representation)}"
        yield f"      {each.selection}"


def selection_text(selections: Selections) -> str:
    """Write selections as a representation takes them: source key, then the name there."""
    parts = []
    for each in selections:
        if isinstance(each, Fragment):
            parts.append(f"... on {each.type} {selection_text(each.selections)}")
            continue
        name = each.name if each.key == each.name else f"{each.name} from {each.key}"
        inner = f" {selection_text(each.selections)}" if each.selections else ""
        parts.append(name + inner)
    return "{ " + " ".join(parts) + " }"
