"""Walks the merged graph from its roots: every field that clients see must be within reach.

A place is a type with the subgraphs that can have led there. That is what planning may choose
from, so a field that no way leads to from any of them can never be answered.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type, is_abstract_type, is_composite_type

from gateway.composition.problems import Problems
from gateway.planner.drafts import Spot
from gateway.planner.operation import Field
from gateway.planner.routing import Routes
from gateway.supergraph import Supergraph

MAX_PLACES = 50_000
"""A bound on the walk; a graph of hundreds of types stays far below it."""


Taken = tuple[str, str]
"""A context and what is taken of it."""


@dataclass(frozen=True, slots=True)
class _Place:
    type: str
    subgraphs: frozenset[str]
    contexts: frozenset[Taken] = frozenset()
    """The values that can be had from above, of those that some argument takes."""


def check(supergraph: Supergraph, problems: Problems) -> None:
    """Report each field that some query may ask for and no plan can fetch."""
    walk = _Walk(supergraph, problems)
    for root in ("query", "mutation"):
        found = getattr(supergraph.schema, f"{root}_type")
        if found is not None:
            walk.go(found.name, root)


class _Walk:
    def __init__(self, supergraph: Supergraph, problems: Problems) -> None:
        self.supergraph = supergraph
        self.problems = problems
        self.routes = Routes(supergraph)
        self.seen: set[_Place] = set()
        self.told: set[str] = set()
        self.contexts = {
            (each.context, each.selection)
            for owned in supergraph.types.values()
            for field in owned.fields.values()
            for join in field.joins.values()
            for each in join.contexts
        }

    def go(self, root: str, way: str) -> None:
        everywhere = frozenset(self.supergraph.subgraphs)
        start = self._beneath(_Place("", everywhere), root, everywhere)
        waiting: deque[tuple[_Place, tuple[str, ...]]] = deque([(start, (way,))])
        self.seen.add(start)
        while waiting and len(self.seen) < MAX_PLACES:
            place, path = waiting.popleft()
            for name, beneath in self._steps(place, path):
                if beneath not in self.seen:
                    self.seen.add(beneath)
                    waiting.append((beneath, (*path, name)))

    def _steps(self, place: _Place, path: tuple[str, ...]) -> Iterator[tuple[str, _Place]]:
        here: Any = self.supergraph.schema.type_map[place.type]
        if is_abstract_type(here):
            yield from self._narrowed(place)
            return  # each object type that it may be answers for itself
        for name, field in here.fields.items():
            giving = self._giving(place, name)
            if not giving:
                self._report(place, name, path)
            inner = get_named_type(field.type)
            if len(giving) > 1 and is_composite_type(inner):
                self._check_types(place, name, giving)
            if giving and is_composite_type(inner):
                yield name, self._beneath(place, inner.name, giving)

    def _narrowed(self, place: _Place) -> Iterator[tuple[str, _Place]]:
        known = {s: self._possible(s, place.type) for s in place.subgraphs}
        schema = self.supergraph.schema
        abstract: Any = schema.type_map[place.type]
        shown = {each.name for each in schema.get_possible_types(abstract)}
        for name in sorted(frozenset().union(*known.values()) & shown):
            having = frozenset(s for s in known if name in known[s])
            yield f"... on {name}", self._beneath(place, name, having)

    def _beneath(self, place: _Place, type: str, subgraphs: frozenset[str]) -> _Place:
        """Give a place with the values from above that can still be had there, and its own."""
        contexts = set(place.contexts)
        for taken in self.contexts:
            setting = self.routes.setting(type, taken[0])
            if setting == self.supergraph.possible(type):
                selections = self.routes.selected_of(setting, type, taken[1])
                spots = (Spot(subgraph, type) for subgraph in subgraphs)
                is_told = any(self.routes.price_all(s, selections) is not None for s in spots)
                (contexts.add if is_told else contexts.discard)(taken)
        return _Place(type, subgraphs, frozenset(contexts))

    def _possible(self, subgraph: str, type: str) -> frozenset[str]:
        if self.routes.is_stand_in(Spot(subgraph, type)):
            return frozenset()  # its values are told apart elsewhere
        return self.supergraph.possible_in(subgraph, type)

    def _giving(self, place: _Place, name: str) -> frozenset[str]:
        """Name the subgraphs that can be had to give the field of a value that stands here."""
        asked = Field(name, name, "", frozenset(), (), is_leaf=True)
        found = set()
        for subgraph in place.subgraphs:
            spot = Spot(subgraph, place.type)
            if self.routes.gives(spot, name):
                found.add(subgraph)
            for way in self.routes.ways(place.type, name):
                if not self._wants(way, name) <= place.contexts:
                    continue
                if self.routes.price_by(spot, way, asked) is not None:
                    found.add(way.subgraph)
        return frozenset(found)

    def _wants(self, way: Spot, name: str) -> frozenset[Taken]:
        join = self.routes.join(way.subgraph, way.type, name)
        return frozenset((c.context, c.selection) for c in join.contexts) if join else frozenset()

    def _check_types(self, place: _Place, name: str, giving: frozenset[str]) -> None:
        """Hold that whoever is asked, the value can be of one type; a plan may ask any of them."""
        asked = Field(name, name, "", frozenset(), (), is_leaf=True)
        inner = {s: self.routes.beneath(Spot(s, place.type), asked).type for s in giving}
        known = {s: self._possible(s, type) for s, type in sorted(inner.items())}
        at = f"{place.type}.{name}"
        if at in self.told or not all(known.values()) or frozenset.intersection(*known.values()):
            return
        self.told.add(at)
        told = "; ".join(f"{', '.join(sorted(types))} in {s}" for s, types in known.items())
        self.problems.add(
            "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            f"the same value can be no type that all know: {told}",
            at=at,
            hint="share what has at least one type in common",
        )

    def _report(self, place: _Place, name: str, path: tuple[str, ...]) -> None:
        at = f"{place.type}.{name}"
        if at in self.told:
            return
        self.told.add(at)
        query = f"{path[0]} {{ " + " { ".join((*path[1:], name)) + " }" * len(path)
        ways = self.routes.ways(place.type, name)
        owners = ", ".join(way.subgraph for way in ways) or "nobody"
        if lacking := sorted(
            c for way in ways for c, _ in self._wants(way, name) - place.contexts
        ):
            self.problems.add(
                "SATISFIABILITY_ERROR",
                f"takes a value of {lacking[0]}, but nothing above can tell it in: {query}",
                at=at,
                hint="set the context on every way that leads here",
            )
            return
        self.problems.add(
            "SATISFIABILITY_ERROR",
            f"given by {owners}, but no key leads there from {', '.join(sorted(place.subgraphs))}"
            f" in: {query}",
            at=at,
            hint=f"give {place.type} a key that both sides know",
        )
