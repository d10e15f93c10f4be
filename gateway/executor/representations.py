"""Builds what a subgraph is told of an entity: its key, and what @requires asks for."""

from typing import Any

import orjson

from gateway.errors import PathItem
from gateway.executor.tainting import Tainted
from gateway.executor.tree import TYPENAME, Object, located, targets, type_name
from gateway.planner import Entities
from gateway.planner.plan import Told


class Batch:
    """The entities of one part of a fetch: each told once, wherever it stands."""

    __slots__ = ("representations", "targets")

    def __init__(self, data: Object, entities: Entities, tainted: Tainted) -> None:
        self.representations: list[Object] = []
        self.targets: list[list[Object]] = []
        places: dict[bytes, int] = {}
        for path in entities.paths:
            for target in targets(data, path):
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
    if isinstance(value, list):
        return [_value(inner, each) for each in value]
    if isinstance(value, dict):
        named = {TYPENAME: value[TYPENAME]} if TYPENAME in value else {}
        return {**named, **_told(inner, value)}
    return value
