"""Makes drafts and finds them again, so that what can go in one fetch does."""

from dataclasses import dataclass

from gateway.planner.drafts import Draft, Place, Spot
from gateway.planner.operation import TYPENAME, Field
from gateway.planner.plan import FromContext, Path, Told

TYPENAME_FIELD = Field(TYPENAME, TYPENAME, "", frozenset(), (), is_leaf=True)

Contexts = tuple[FromContext, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a subgraph is told with a fetch of entities."""

    key: tuple[Told, ...]
    required: tuple[Told, ...]
    contexts: Contexts


class Drafts:
    """All drafts of one plan, in the order in which they were begun."""

    def __init__(self) -> None:
        self.all: list[Draft] = []
        self._roots: dict[str, Draft] = {}
        self._entities: dict[tuple[str, str, Path, frozenset[Draft], Contexts], list[Draft]] = {}

    def root(self, subgraph: str, type: str) -> Draft:
        """Give the one fetch from this subgraph's root."""
        if subgraph not in self._roots:
            self._roots[subgraph] = self._begin(Draft(subgraph, type, (), frozenset()))
        return self._roots[subgraph]

    def next_root(self, subgraph: str, type: str) -> Draft:
        """Give a fetch from the root behind all others, or the last if it is all there is."""
        last = self.all[-1] if self.all else None
        if last is not None and last.is_root and last.subgraph == subgraph:
            return last
        return self._begin(Draft(subgraph, type, (), _last(frozenset(self.all))))

    def entity(self, way: Spot, place: Place, parents: frozenset[Draft], told: Telling) -> Draft:
        """Give the fetch of the place's objects that waits for just these others, told so."""
        parents = _last(parents)
        at = (way.subgraph, way.type, place.path, parents, told.contexts)
        alike = self._entities.setdefault(at, [])
        found = next((each for each in alike if each.can_take(told.key, told.required)), None)
        if found is None:
            found = Draft(way.subgraph, way.type, place.path, parents, is_entity=True)
            found.contexts = told.contexts
            alike.append(self._begin(found))
        found.take(told.key, told.required)
        return found

    def reentry(self, way: Spot, place: Place) -> Draft:
        """Give the fetch from a subgraph's root whose answer stands inside the answer."""
        parents = frozenset({place.draft})
        at = (way.subgraph, way.type, place.path, parents, ())
        alike = self._entities.setdefault(at, [])
        if not alike:
            alike.append(self._begin(Draft(way.subgraph, way.type, place.path, parents)))
        return alike[0]

    def _begin(self, draft: Draft) -> Draft:
        self.all.append(draft)
        return draft


def _last(drafts: frozenset[Draft]) -> frozenset[Draft]:
    """Leave out those that others among them wait for anyway."""
    earlier = {each for draft in drafts for each in draft.ancestors()}
    return drafts - earlier


def root_place(draft: Draft) -> Place:
    return Place(draft, draft.node, (), Spot(draft.subgraph, draft.type))


def entity_place(draft: Draft, outer: Place) -> Place:
    return Place(draft, draft.node, draft.path, Spot(draft.subgraph, draft.type), outer)
