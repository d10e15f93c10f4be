"""Steps while they are being planned: selections that still grow, and the places in them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from gateway.planner.operation import Field, Fragment, Selections, fields_of
from gateway.planner.plan import FromContext, Path, Segment, Told, agree, merged


@dataclass(slots=True)
class Node:
    """A selection that grows."""

    fields: dict[str, tuple[Field, "Node | None"]] = field(default_factory=dict)
    fragments: dict[str, "Node"] = field(default_factory=dict)

    def add(self, asked: Field) -> "Node":
        """Select a field, and give what is selected beneath it."""
        held, inner = self.fields.get(asked.key, (asked, None))
        inner = inner or Node()
        kept = held if held.directives or held.within else asked
        self.fields[asked.key] = (kept, None if asked.is_leaf else inner)
        return inner

    def on(self, type: str) -> "Node":
        return self.fragments.setdefault(type, Node())


@dataclass(eq=False, slots=True)
class Draft:
    """A fetch to one subgraph: from its root, or of entities of one type at one path."""

    subgraph: str
    type: str
    path: Path
    parents: frozenset["Draft"]
    is_entity: bool = False
    key: dict[Told, None] = field(default_factory=dict)
    required: dict[Told, None] = field(default_factory=dict)
    node: Node = field(default_factory=Node)
    contexts: tuple[FromContext, ...] = ()

    @property
    def is_root(self) -> bool:
        return not self.is_entity and not self.path

    @property
    def depth(self) -> int:
        return 1 + max((parent.depth for parent in self.parents), default=0)

    def ancestors(self) -> set["Draft"]:
        found = set(self.parents)
        for parent in self.parents:
            found |= parent.ancestors()
        return found

    @property
    def told(self) -> tuple[Told, ...]:
        return merged((*self.key, *self.required))

    def can_take(self, key: Iterable[Told], required: Iterable[Told]) -> bool:
        """Say whether its objects can be told this too: one name cannot have two meanings."""
        return agree((*self.key, *self.required, *key, *required))

    def take(self, key: Iterable[Told], required: Iterable[Told]) -> None:
        """Have its objects told by this key, and bring along what is required."""
        self.key.update(dict.fromkeys(key))
        self.required.update(dict.fromkeys(required))


@dataclass(frozen=True, slots=True)
class Spot:
    """What matters of a place for finding a way from it."""

    subgraph: str
    type: str
    provided: Selections = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects of a type stand in the answer, and where in which draft to select of them."""

    draft: Draft
    node: Node
    path: Path
    spot: Spot
    outer: "Place | None" = None
    """The place above, or this one under another type or in another fetch."""

    def narrowed(self, type: str) -> "Place":
        """Give the same place for values of one type."""
        *before, last = self.path
        path = (*before, Segment(last.key, frozenset({type})))
        spot = Spot(self.spot.subgraph, type, self.spot.provided)
        return Place(self.draft, self.node.on(type), path, spot, self)

    def beneath(self, asked: Field, spot: Spot) -> "Place":
        path = (*self.path, Segment(asked.key))
        return Place(self.draft, self.node.add(asked), path, spot, self)

    def by_depth(self, narrowness: Callable[["Place"], int]) -> Iterator["Place"]:
        """Give this place and those above it, the nearest first; of each depth the narrowest."""
        for _, places in groupby(self._outwards(), key=lambda each: len(each.path)):
            yield min(places, key=narrowness)

    def _outwards(self) -> Iterator["Place"]:
        place: Place | None = self
        while place is not None:
            yield place
            place = place.outer


Meaning = tuple[str, str, str, str]


def _meaning(asked: Field) -> Meaning:
    return asked.name, asked.arguments, asked.directives, asked.within


class Claims:
    """Which fields each key of the answer stands for, so that hidden fields take free keys."""

    def __init__(self, selections: Selections) -> None:
        self._held: dict[tuple[str, ...], dict[str, set[Meaning]]] = {}
        self._claim((), selections)

    def _claim(self, keys: tuple[str, ...], selections: Selections) -> None:
        held = self._held.setdefault(keys, {})
        for each in fields_of(selections):
            held.setdefault(each.key, set()).add(_meaning(each))
            if each.selections:
                self._claim((*keys, each.key), each.selections)

    def hidden(self, keys: tuple[str, ...], selections: Selections) -> Selections:
        """Give selections that are for the gateway only, under keys that disturb nothing."""
        return tuple(self._hide(keys, selections))

    def _hide(self, keys: tuple[str, ...], selections: Selections) -> Iterator[Field | Fragment]:
        for each in selections:
            if isinstance(each, Fragment):
                yield Fragment(each.type, self.hidden(keys, each.selections))
                continue
            key = self._free_key(keys, each)
            inner = self.hidden((*keys, key), each.selections)
            yield Field(key, each.name, each.arguments, each.variables, inner, each.is_leaf)

    def _free_key(self, keys: tuple[str, ...], asked: Field) -> str:
        held = self._held.setdefault(keys, {})
        meaning, key, count = _meaning(asked), asked.name, 0
        while held.setdefault(key, {meaning}) != {meaning}:
            count += 1
            key = f"_{count}_{asked.name}"
        return key
