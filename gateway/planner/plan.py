"""A plan: fetches as pure data, each with the fetches that must be done before it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


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
class Told:
    """A value that a subgraph is told of an entity: from which key, under which name."""

    source: str
    name: str
    types: frozenset[str] | None = None
    """The types of which it is told, where it is not all."""
    inner: tuple["Told", ...] = ()

    def __str__(self) -> str:
        name = self.name if self.name == self.source else f"{self.name} from {self.source}"
        if self.types is not None:
            name = f"{name}<{'|'.join(sorted(self.types))}>"
        return f"{name} {told_text(self.inner)}" if self.inner else name


def told_text(told: tuple[Told, ...]) -> str:
    return "{ " + " ".join(map(str, told)) + " }"


def merged(all: Iterable[Told]) -> tuple[Told, ...]:
    """Tell each value once, with all that is told of it; of some types it may be more."""
    values: dict[tuple[str, str], list[Told]] = {}
    for each in all:
        values.setdefault((each.source, each.name), []).append(each)
    return tuple(piece for parts in values.values() for piece in _pieces(parts))


def _pieces(parts: list[Told]) -> Iterator[Told]:
    first = parts[0]
    of_all = [each for each in parts if each.types is None]
    inner = merged(told for each in of_all for told in each.inner)
    if of_all:
        yield replace(first, types=None, inner=inner)
    types_of: dict[tuple[Told, ...], set[str]] = {}
    for type in sorted(frozenset().union(*(each.types or () for each in parts))):
        speaking = [each for each in parts if each.types is None or type in each.types]
        of_type = merged(told for each in speaking for told in each.inner)
        types_of.setdefault(of_type, set()).add(type)
    for of_type, types in types_of.items():
        if not of_all or of_type != inner:
            yield replace(first, types=frozenset(types), inner=of_type)


def agree(told: Iterable[Told]) -> bool:
    """Say whether each name is told from one source only, at every depth."""
    sources: dict[str, str] = {}
    inner: dict[str, list[Told]] = {}
    for each in told:
        if sources.setdefault(each.name, each.source) != each.source:
            return False
        inner.setdefault(each.name, []).extend(each.inner)
    return all(map(agree, inner.values()))


@dataclass(frozen=True, slots=True)
class Above:
    """What holds a value above the entities: how many segments of their path lead there."""

    depth: int
    told: tuple[Told, ...]
    types: frozenset[str] | None = None
    """The types that hold it, where it is not all."""

    def __str__(self) -> str:
        types = "" if self.types is None else f" of {'|'.join(sorted(self.types))}"
        return f"{told_text(self.told)}{types}, {self.depth} deep"


@dataclass(frozen=True, slots=True)
class FromContext:
    """An argument whose value stands above the entities, maybe another for each of them."""

    argument: str
    variable: str
    type: str
    sources: tuple[Above, ...]
    """The nearest first."""

    @property
    def is_needed(self) -> bool:
        return self.type.endswith("!")

    def __str__(self) -> str:
        return f"${self.variable} from {' or '.join(map(str, self.sources))}"


@dataclass(frozen=True, slots=True)
class Entities:
    """Objects of one type that a fetch asks more of, at one path or several."""

    alias: str
    variable: str
    type: str
    told: tuple[Told, ...]
    keys: tuple[str, ...]
    """Keys of the answer that hold the entity's key; if all are null there is no entity."""
    needed: frozenset[str]
    """Those of them that may not be null at all."""
    paths: tuple[Path, ...]
    selection: str
    contexts: tuple[FromContext, ...] = ()


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
    at: Path = ()
    """Where its answer stands, if it is one from the root that stands inside the answer."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Keys that the document uses for others, because those would clash in this subgraph."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Fetches in an order in which each stands behind those it waits for."""

    fetches: tuple[Fetch, ...]

    def __str__(self) -> str:
        return "\n".join(line for fetch in self.fetches for line in _lines(fetch))


def _lines(fetch: Fetch) -> Iterator[str]:
    after = f"after {', '.join(map(str, fetch.after))}" if fetch.after else "at once"
    yield f"{fetch.number}. {fetch.subgraph}, {after}"
    if fetch.at:
        yield f"   at {'.'.join(map(str, fetch.at))}"
    if not fetch.entities:
        yield f"   {fetch.document}"
    for each in fetch.entities:
        at = ", ".join(".".join(map(str, path)) for path in each.paths)
        yield f"   {each.type} at {at} by {told_text(each.told)}"
        yield from (f"      {given}" for given in each.contexts)
        yield f"      {each.selection}"
