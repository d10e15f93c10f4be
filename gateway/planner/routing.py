"""Finds who can give a field from where, and at what price: the map that planning walks by."""

from collections.abc import Iterable
from dataclasses import replace

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
from gateway.supergraph import Join, Supergraph

JUMP = 1000
"""The price of one more fetch; a field within a fetch costs nothing beside it."""

Barred = frozenset[tuple[str, str]]
"""Ways that the search is already on: going one in a circle leads nowhere."""

OPEN: Barred = frozenset()
WRAPPING = str.maketrans("", "", "[]!")


class Routes:
    """Answers what planning asks of a supergraph, and remembers the answers for one plan."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self._prices: dict[tuple[Spot, Field | Fragment, Barred], int | None] = {}
        self._sets: dict[tuple[str, str], Selections] = {}

    def field_set(self, type: str, text: str) -> Selections:
        at = (type, text)
        if at not in self._sets:
            self._sets[at] = field_set(self.supergraph, type, text)
        return self._sets[at]

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
        if name == TYPENAME or any(each.name == name for each in self._provided(spot)):
            return True
        join = self.join(spot.subgraph, spot.type, name)
        return join is not None and not join.requires

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

    def is_abstract(self, spot: Spot, asked: Field) -> bool:
        """Say whether a field's value is told apart by its type, by clients or by the answer."""
        return self.supergraph.is_abstract(type_of(self.supergraph, spot.type, asked.name))

    def _provided(self, spot: Spot) -> list[Field]:
        """Give the fields that the way to this spot provides, though they are external here."""
        return [
            field
            for each in spot.provided
            for field in ([each] if isinstance(each, Field) else self._on(spot.type, each))
        ]

    def expand(self, spot: Spot, selections: Selections) -> list[tuple[str, list[Field]]]:
        """Lay selections out by type: on the type itself, then on each that a value may be."""
        if not self.supergraph.is_abstract(spot.type):
            return [(spot.type, [field for s in selections for field in self._on(spot.type, s)])]
        own: list[Field] = []
        narrow: dict[str, list[Field]] = {}
        possible = sorted(self.supergraph.possible_in(spot.subgraph, spot.type))
        for each in selections:
            if isinstance(each, Field) and self._gives_for_all(spot, each, possible):
                own.append(each)
                continue
            condition = each.type if isinstance(each, Fragment) else spot.type
            for name in possible:
                if name in self.supergraph.possible(condition):
                    narrow.setdefault(name, []).extend(self._on(name, each))
        return [(spot.type, own), *narrow.items()]

    def _gives_for_all(self, spot: Spot, asked: Field, possible: list[str]) -> bool:
        if not self.gives(spot, asked.name):
            return False
        return asked.name == TYPENAME or all(
            self.gives(replace(spot, type=name), asked.name) for name in possible
        )

    def _on(self, type: str, selection: Field | Fragment) -> list[Field]:
        """Give the fields that a selection asks of values of one object type."""
        if isinstance(selection, Field):
            return [selection]
        if type not in self.supergraph.possible(selection.type):
            return []
        return [field for each in selection.selections for field in self._on(type, each)]

    def targets(self, type: str, name: str) -> list[str]:
        """Name the subgraphs that resolve the field."""
        return [s for s in self.supergraph.subgraphs if self.join(s, type, name) is not None]

    def price(self, spot: Spot, selection: Field | Fragment, barred: Barred = OPEN) -> int | None:
        """Say what it costs to get this from here, or None where no way leads to it."""
        at = (spot, selection, barred)
        if at not in self._prices:
            self._prices[at] = self._find_price(spot, selection, barred)
        return self._prices[at]

    def price_all(self, spot: Spot, selections: Selections, barred: Barred = OPEN) -> int | None:
        return _sum(self.price(spot, each, barred) for each in selections)

    def _find_price(self, spot: Spot, selection: Field | Fragment, barred: Barred) -> int | None:
        if isinstance(selection, Field) and not self.supergraph.is_abstract(spot.type):
            return self._field_price(spot, selection, barred)
        laid_out = self.expand(spot, (selection,))
        return _sum(
            self._field_price(replace(spot, type=name), field, barred)
            for name, fields in laid_out
            for field in fields
        )

    def _field_price(self, spot: Spot, asked: Field, barred: Barred) -> int | None:
        if asked.name == TYPENAME:
            return 0
        ways = [
            self.price_by(spot, target, asked, barred)
            for target in self.targets(spot.type, asked.name)
        ]
        if self.gives(spot, asked.name):
            ways.append(self.inside(spot, asked, barred))
        return min((way for way in ways if way is not None), default=None)

    def inside(self, spot: Spot, asked: Field, barred: Barred = OPEN) -> int | None:
        """Price what is asked beneath a field that is given here."""
        if asked.is_leaf or asked.name == TYPENAME:
            return 0
        return self.price_all(self.beneath(spot, asked), asked.selections, barred)

    def price_by(self, spot: Spot, target: str, asked: Field, barred: Barred = OPEN) -> int | None:
        """Price a field by way of a fetch to this target."""
        return _sum(
            [
                self.jump(spot, target, asked.name, barred),
                self.inside(Spot(target, spot.type), asked, barred),
            ]
        )

    def jump(self, spot: Spot, target: str, name: str, barred: Barred) -> int | None:
        if not spot.subgraph:
            return JUMP
        join = self.join(target, spot.type, name)
        if join is None or (target == spot.subgraph and not join.requires):
            return None
        by_key, for_field = (spot.type, target), (f"{spot.type}.{name}", target)
        if by_key in barred or for_field in barred:
            return None
        required = self.field_set(spot.type, join.requires) if join.requires else ()
        return _sum(
            [
                JUMP,
                self._key_price(spot, target, barred | {by_key}),
                self.price_all(spot, required, barred | {for_field}),
            ]
        )

    def _key_price(self, spot: Spot, target: str, barred: Barred) -> int | None:
        prices = [price for price, _ in self._priced_keys(spot, target, barred)]
        return min(prices, default=None)

    def key(self, spot: Spot, target: str) -> Selections:
        """Give the cheapest key by which the target can be asked from here."""
        priced = self._priced_keys(spot, target, frozenset({(spot.type, target)}))
        return min(priced, key=lambda each: each[0])[1]

    def _priced_keys(
        self, spot: Spot, target: str, barred: Barred
    ) -> list[tuple[int, Selections]]:
        keys = self.supergraph.keys(spot.type, target)
        found = [self.field_set(spot.type, key.fields) for key in keys]
        priced = [(self.price_all(spot, each, barred), each) for each in found]
        return [(price, each) for price, each in priced if price is not None]


def _sum(prices: Iterable[int | None]) -> int | None:
    total = 0
    for price in prices:
        if price is None:
            return None
        total += price
    return total
