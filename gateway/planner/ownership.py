"""Who gives which field at which spot: what planning asks of a supergraph, without any prices."""

from dataclasses import replace

from gateway.owned import Join
from gateway.planner.drafts import Spot
from gateway.planner.operation import (
    TYPENAME,
    Field,
    Fragment,
    Selections,
    field_set,
    fields_of,
    type_of,
)
from gateway.supergraph import Supergraph

WRAPPING = str.maketrans("", "", "[]!")


class Ownership:
    """Answers from the supergraph's joins, and remembers the field sets it has read."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self._sets: dict[tuple[str, str], Selections] = {}

    def field_set(self, type: str, text: str) -> Selections:
        at = (type, text)
        if at not in self._sets:
            self._sets[at] = field_set(self.supergraph, type, text)
        return self._sets[at]

    def setting(self, type: str, context: str) -> frozenset[str]:
        """Name the object types, of those that a value of this type may be, that set a context."""
        possible = self.supergraph.possible(type)
        return frozenset(each for each in possible if self.supergraph.sets(each, context))

    def selected_of(self, types: frozenset[str], type: str, text: str) -> Selections:
        """Read what is selected of values of these object types, among those of one type."""
        if type in types:
            return self.field_set(type, text)
        return tuple(Fragment(each, self.field_set(each, text)) for each in sorted(types))

    def join(self, subgraph: str, type: str, name: str) -> Join | None:
        """Give what the subgraph has to do with the field, if it resolves it."""
        owned = self.supergraph.field(type, name)
        join = owned.joins.get(subgraph) if owned else None
        if join is None or (join.is_external and not self._is_key(subgraph, type, name)):
            return None
        return join

    def _is_key(self, subgraph: str, type: str, name: str) -> bool:
        """Say whether the field is in a key here: then the subgraph can tell it, even external."""
        keys = self.supergraph.keys(type, subgraph)
        sets = [self.field_set(type, key.fields) for key in keys]
        return any(each.name == name for found in sets for each in fields_of(found))

    def gives(self, spot: Spot, name: str) -> bool:
        """Say whether the field can be selected right here."""
        if name == TYPENAME:
            return not self.is_stand_in(spot)
        if any(each.name == name for each in self._provided(spot)):
            return True
        join = self.join(spot.subgraph, spot.type, name)
        return join is not None and not join.needs

    def is_stand_in(self, spot: Spot) -> bool:
        """Say whether the type is an interface object here: an interface, but told by no type."""
        owned = self.supergraph.types.get(spot.type)
        return owned is not None and spot.subgraph in owned.interface_objects

    def is_reentry(self, way: Spot) -> bool:
        """Say whether a jump leads back to the root of queries, where no key is needed."""
        root = self.supergraph.full.query_type
        return root is not None and way.type == root.name

    def is_abstract(self, spot: Spot, asked: Field) -> bool:
        """Say whether a field's value is told apart by its type, by clients or by the answer."""
        return self.supergraph.is_abstract(type_of(self.supergraph, spot.type, asked.name))

    def beneath(self, spot: Spot, asked: Field) -> Spot:
        """Give the spot at which a field's value stands."""
        join = self.join(spot.subgraph, spot.type, asked.name)
        inner = type_of(self.supergraph, spot.type, asked.name)
        if join is not None:
            inner = join.type.translate(WRAPPING)
        provided = tuple(
            each
            for outer in self._provided(spot)
            if outer.name == asked.name
            for each in outer.selections
        )
        if join is not None and join.provides:
            provided += self.field_set(inner, join.provides)
        return Spot(spot.subgraph, inner, provided)

    def _provided(self, spot: Spot) -> list[Field]:
        """Give the fields that the way to this spot provides, though they are external here."""
        return [
            field
            for each in spot.provided
            for field in ([each] if isinstance(each, Field) else self._on(spot.type, each))
        ]

    def ways(self, type: str, name: str) -> list[Spot]:
        """Give where the field can be had: as the type itself, or as one of its interfaces."""
        supergraph = self.supergraph
        found = [Spot(s, type) for s in supergraph.subgraphs if self.join(s, type, name)]
        if found:
            return found
        return [
            Spot(subgraph, interface)
            for interface in supergraph.interfaces(type)
            for subgraph in sorted(supergraph.types[interface].interface_objects)
            if self.join(subgraph, interface, name)
        ]

    def expand(self, spot: Spot, selections: Selections) -> list[tuple[str, list[Field]]]:
        """Lay selections out by type: on the type itself, then on each that a value may be."""
        if not self.supergraph.is_abstract(spot.type):
            return [(spot.type, [field for s in selections for field in self._on(spot.type, s)])]
        own: list[Field] = []
        narrow: dict[str, list[Field]] = {}
        possible = sorted(self.supergraph.possible_in(spot.subgraph, spot.type))
        for each in selections:
            if isinstance(each, Field) and self._is_for_all(spot, each, possible):
                own.append(each)
                continue
            condition = each.type if isinstance(each, Fragment) else spot.type
            for name in possible:
                if name in self.supergraph.possible(condition):
                    narrow.setdefault(name, []).extend(self._on(name, each))
        return [(spot.type, own), *narrow.items()]

    def _is_for_all(self, spot: Spot, asked: Field, possible: list[str]) -> bool:
        """Say whether the field can be asked of the abstract type, whatever a value is."""
        if asked.name == TYPENAME:
            return True
        if self.gives(spot, asked.name):
            narrowed = (replace(spot, type=name) for name in possible)
            return all(self.gives(each, asked.name) for each in narrowed)
        return any(map(self.is_stand_in, self.ways(spot.type, asked.name)))

    def _on(self, type: str, selection: Field | Fragment) -> list[Field]:
        """Give the fields that a selection asks of values of one object type."""
        if isinstance(selection, Field):
            return [selection]
        if type not in self.supergraph.possible(selection.type):
            return []
        return [field for each in selection.selections for field in self._on(type, each)]
