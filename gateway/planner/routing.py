"""Finds the way to a field, and what it costs: planning chooses by these prices."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.planner.drafts import Spot
from gateway.planner.operation import TYPENAME, Field, Fragment, Selections
from gateway.planner.ownership import Ownership
from gateway.supergraph import Supergraph

JUMP = 1000
"""The price of one more fetch; a field within a fetch costs nothing beside it."""

Barred = frozenset[tuple[str, str]]
"""Ways that the search is already on: going one in a circle leads nowhere."""

OPEN: Barred = frozenset()


class Routes(Ownership):
    """Prices that look all the way down, remembered for one plan."""

    def __init__(self, supergraph: Supergraph) -> None:
        super().__init__(supergraph)
        self._prices: dict[tuple[Spot, Field | Fragment, Barred], int | None] = {}
        self._parts: dict[Field, tuple[Field, ...]] = {}

    def price(self, spot: Spot, selection: Field | Fragment, barred: Barred = OPEN) -> int | None:
        """Say what it costs to get this from here, or None where no way leads to it."""
        at = (spot, selection, barred)
        if at not in self._prices:
            self._prices[at] = self._find_price(spot, selection, barred)
        return self._prices[at]

    def price_all(self, spot: Spot, selections: Selections, barred: Barred = OPEN) -> int | None:
        return _sum(self.price(spot, each, barred) for each in selections)

    def _find_price(self, spot: Spot, selection: Field | Fragment, barred: Barred) -> int | None:
        if self.is_stand_in(spot):
            return self._stand_in_price(spot, selection, barred)
        if isinstance(selection, Field) and not self.supergraph.is_abstract(spot.type):
            return self._field_price(spot, selection, barred)
        return _sum(
            self._field_price(replace(spot, type=name), field, barred)
            for name, fields in self.expand(spot, (selection,))
            for field in fields
        )

    def _field_price(self, spot: Spot, asked: Field, barred: Barred) -> int | None:
        if asked.name == TYPENAME:
            return 0
        prices = [
            self.price_by(spot, way, asked, barred) for way in self.ways(spot.type, asked.name)
        ]
        if self.gives(spot, asked.name):
            prices.append(self.inside(spot, asked, barred))
        whole = min((price for price in prices if price is not None), default=None)
        parts = self.parts(asked) if whole is None else ()
        return _sum(self._field_price(spot, part, barred) for part in parts) if parts else whole

    def parts(self, asked: Field) -> tuple[Field, ...]:
        """Part a field that nobody may be able to give whole; nothing where it has one part."""
        if asked not in self._parts:
            self._parts[asked] = _parts(asked)
        return self._parts[asked]

    def _stand_in_price(
        self, spot: Spot, selection: Field | Fragment, barred: Barred
    ) -> int | None:
        if isinstance(selection, Field) and self.gives(spot, selection.name):
            return self.inside(spot, selection, barred)
        prices = [
            _sum([self.entity(spot, way, barred), self.price(way, selection, barred)])
            for way in self.knowers(spot.type)
        ]
        return min((price for price in prices if price is not None), default=None)

    def knowers(self, interface: str) -> list[Spot]:
        """Give where values of an interface can be asked for that know their own type."""
        spots = [Spot(subgraph, interface) for subgraph in self.supergraph.subgraphs]
        return [
            each
            for each in spots
            if self.supergraph.keys(interface, each.subgraph) and not self.is_stand_in(each)
        ]

    def knower(self, spot: Spot) -> Spot:
        """Give the nearest of them."""
        priced = [(self.entity(spot, each, OPEN), each) for each in self.knowers(spot.type)]
        return min((price, each.subgraph, each) for price, each in priced if price is not None)[2]

    def inside(self, spot: Spot, asked: Field, barred: Barred = OPEN) -> int | None:
        """Price what is asked beneath a field that is given here."""
        if asked.is_leaf or asked.name == TYPENAME:
            return 0
        return self.price_all(self.beneath(spot, asked), asked.selections, barred)

    def price_by(self, spot: Spot, way: Spot, asked: Field, barred: Barred = OPEN) -> int | None:
        """Price a field by one of its ways."""
        jump = self._jump(spot, way, asked.name, barred)
        return _sum([jump, self.inside(way, asked, barred)])

    def _jump(self, spot: Spot, way: Spot, name: str, barred: Barred) -> int | None:
        if not spot.subgraph:
            return JUMP
        join = self.join(way.subgraph, way.type, name)
        if join is None or (way.subgraph == spot.subgraph and not join.needs):
            return None
        for_field = (f"{way.type}.{name}", way.subgraph)
        if for_field in barred:
            return None
        if self.is_reentry(way):
            return JUMP
        required = self.field_set(way.type, join.requires) if join.requires else ()
        return _sum(
            [
                self.entity(spot, way, barred),
                self.price_all(spot, required, barred | {for_field}),
            ]
        )

    def entity(self, spot: Spot, way: Spot, barred: Barred) -> int | None:
        """Price one more fetch of the objects here, with what their key costs."""
        by_key = (way.type, way.subgraph)
        if by_key in barred:
            return None
        prices = [price for price, _ in self._priced_keys(spot, way, barred | {by_key})]
        return _sum([JUMP, min(prices, default=None)])

    def key(self, spot: Spot, way: Spot) -> Selections:
        """Give the cheapest key by which the objects here can be asked for there."""
        priced = self._priced_keys(spot, way, frozenset({(way.type, way.subgraph)}))
        return min(priced, key=lambda each: each[0])[1]

    def _priced_keys(self, spot: Spot, way: Spot, barred: Barred) -> list[tuple[int, Selections]]:
        keys = self.supergraph.keys(way.type, way.subgraph)
        found = [self.field_set(way.type, key.fields) for key in keys]
        priced = [(self.price_all(spot, each, barred), each) for each in found]
        return [(price, each) for price, each in priced if price is not None]


def _parts(asked: Field) -> tuple[Field, ...]:
    if len(asked.selections) > 1:
        return tuple(replace(asked, selections=(each,)) for each in asked.selections)
    for only in asked.selections:
        inner = _parts_of(only)
        return tuple(replace(asked, selections=(each,)) for each in inner)
    return ()


def _parts_of(selection: Field | Fragment) -> tuple[Field | Fragment, ...]:
    if isinstance(selection, Field):
        return _parts(selection)
    if len(selection.selections) > 1:
        return tuple(replace(selection, selections=(each,)) for each in selection.selections)
    inner = _parts_of(selection.selections[0])
    return tuple(replace(selection, selections=(each,)) for each in inner)


def _sum(prices: Iterable[int | None]) -> int | None:
    total = 0
    for price in prices:
        if price is None:
            return None
        total += price
    return total
