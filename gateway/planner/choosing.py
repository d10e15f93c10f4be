"""Chooses where fields that leave a place go, and cuts up those that nobody can give whole."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.planner.drafts import Spot
from gateway.planner.operation import Field, Fragment
from gateway.planner.routing import JUMP, Routes

Away = list[tuple[Spot, list[Field]]]
"""Fields that leave a place, by where they go."""


class Unplannable(Exception):
    """The supergraph promises a field that no way leads to; composing should have refused it."""


class Choice:
    """Greedy: the cheapest way, but rather one that is gone already. A search would stand here."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes

    def choose(self, spot: Spot, fields: Sequence[Field]) -> Away:
        """Send each field to a subgraph: where only one will do first, then where one goes."""
        chosen: dict[Spot, list[Field]] = {}
        open_fields = []
        for asked in self._whole(spot, fields):
            prices = self._prices(spot, asked)
            if len(prices) == 1:
                chosen.setdefault(next(iter(prices)), []).append(asked)
            else:
                open_fields.append((asked, prices))
        for asked, prices in open_fields:
            best = min(prices, key=lambda w: (prices[w] - JUMP * (w in chosen), w.subgraph))
            chosen.setdefault(best, []).append(asked)
        return list(chosen.items())

    def _prices(self, spot: Spot, asked: Field) -> dict[Spot, int]:
        priced = {
            way: self.routes.price_by(spot, way, asked)
            for way in self.routes.ways(spot.type, asked.name)
        }
        return {way: price for way, price in priced.items() if price is not None}

    def _whole(self, spot: Spot, fields: Iterable[Field]) -> Iterable[Field]:
        """Give fields that some subgraph can see through, cutting up those that none can."""
        for asked in fields:
            rest: Field | None = asked
            while rest is not None and not self._prices(spot, rest):
                here, rest = self._cut(spot, rest)
                yield here
            if rest is not None:
                yield rest

    def _cut(self, spot: Spot, asked: Field) -> tuple[Field, Field | None]:
        """Cut off as much of a field as one subgraph can give; the rest is for the others."""
        best: tuple[Field, Field | None] | None = None
        for way in self.routes.ways(spot.type, asked.name):
            if self.routes.price_by(spot, way, replace(asked, selections=())) is None:
                continue
            here, rest = self.split(way, asked)
            if here and (best is None or len(here.selections) > len(best[0].selections)):
                best = here, rest
        if best is None:
            raise Unplannable(f"no way leads to {spot.type}.{asked.name}")
        return best

    def split(self, spot: Spot, asked: Field) -> tuple[Field | None, Field | None]:
        """Part a field that is given here: what can be reached beneath it, and what cannot."""
        if self.routes.inside(spot, asked) is not None:
            return asked, None
        inner = self.routes.beneath(spot, asked)
        here: list[Field | Fragment] = []
        rest: list[Field | Fragment] = []
        for each in asked.selections:
            if self.routes.price(inner, each) is not None:
                here.append(each)
            elif isinstance(each, Field) and self.routes.gives(inner, each.name):
                near, far = self.split(inner, each)
                here += [near] if near else []
                rest += [far] if far else []
            else:
                rest.append(each)
        return (
            replace(asked, selections=tuple(here)) if here else None,
            replace(asked, selections=tuple(rest)) if rest else None,
        )
