"""Builds what a subgraph is told of an entity: its key, and what @requires asks for."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from gateway.errors import PathItem
from gateway.executor.tainting import Tainted
from gateway.executor.tree import TYPENAME, Object, located, targets, type_name, with_outer
from gateway.planner import Entities
from gateway.planner.plan import FromContext, Told


class Batch:
    """The entities of one part of a fetch: each told once, wherever it stands."""

    __slots__ = ("_places", "entities", "representations", "tainted", "targets")

    def __init__(self, entities: Entities, tainted: Tainted) -> None:
        self.entities = entities
        self.tainted = tainted
        self.representations: list[Object] = []
        self.targets: list[list[Object]] = []
        self._places: dict[bytes, int] = {}

    @staticmethod
    def of(data: Object, entities: Entities, tainted: Tainted) -> "Batch":
        """Give all entities that stand where these are asked for."""
        batch = Batch(entities, tainted)
        for path in entities.paths:
            batch.take(targets(data, path))
        return batch

    def take(self, found: Iterable[Object]) -> None:
        """Take objects in that are entities of which all is known that is to be told."""
        entities, tainted, places = self.entities, self.tainted, self._places
        for target in found:
            if not _has_key(entities, target) or tainted.has(target, entities.told):
                continue
            built = {TYPENAME: entities.type, **_told(entities.told, target)}
            index = places.setdefault(orjson.dumps(built), len(places))
            if index == len(self.representations):
                self.representations.append(built)
                self.targets.append([])
            self.targets[index].append(target)

    def where(self, data: Object, entities: Entities, index: int) -> list[tuple[PathItem, ...]]:
        """Say where in the answer the entity of this index stands."""
        wanted = {id(target) for target in self.targets[index]}
        return [
            at
            for path in entities.paths
            for at, target in zip(located(data, path), targets(data, path), strict=True)
            if id(target) in wanted
        ]


def by_context(data: Object, entities: Entities, tainted: Tainted) -> list[tuple[Object, Batch]]:
    """Give the entities that have the same values above them together, with those values."""
    found: dict[bytes, tuple[Object, Batch]] = {}
    for path in entities.paths:
        for target, outer in with_outer(data, path):
            given = _given(entities.contexts, outer, tainted)
            if given is not None:
                at = orjson.dumps(given)
                found.setdefault(at, (given, Batch(entities, tainted)))[1].take([target])
    return list(found.values())


def _given(
    contexts: Sequence[FromContext], outer: Sequence[Object], tainted: Tainted
) -> Object | None:
    """Give the values from above, or None where one failed, or is null but must not be."""
    found: Object = {}
    for each in contexts:
        above, told = _above(each, outer)
        if tainted.has(above, told):
            return None  # what failed is not told
        value = found[each.variable] = _leaf(told, above)
        if value is None and each.is_needed:
            return None
    return found


def _above(asked: FromContext, outer: Sequence[Object]) -> tuple[Object, tuple[Told, ...]]:
    """Give the nearest object that holds the value, and what of it."""
    for source in asked.sources:
        above = outer[source.depth]
        if source.types is None or type_name(above) in source.types:
            return above, source.told
    return {}, ()


def _leaf(told: Sequence[Told], value: Any) -> Any:
    """Give the one value that is told of an object where only one leaf is told."""
    if isinstance(value, list):
        return [_leaf(told, each) for each in value]
    if isinstance(value, dict):
        for each in told:
            if each.types is None or type_name(value) in each.types:
                inner = value.get(each.source)
                return _leaf(each.inner, inner) if each.inner else inner
    return None


def _has_key(entities: Entities, target: Object) -> bool:
    if any(target.get(key) is None for key in entities.needed):
        return False
    return any(target.get(key) is not None for key in entities.keys)


def _told(told: tuple[Told, ...], value: Object) -> Object:
    found: Object = {}
    for each in told:
        if each.types is None or type_name(value) in each.types:
            found[each.name] = _value(each.inner, value.get(each.source))
    return found


def _value(inner: tuple[Told, ...], value: Any) -> Any:
    if not inner:
        return value  # a leaf, whatever it is made of
    if isinstance(value, list):
        return [_value(inner, each) for each in value]
    if isinstance(value, dict):
        named = {TYPENAME: value[TYPENAME]} if TYPENAME in value else {}
        return {**named, **_told(inner, value)}
    return value
