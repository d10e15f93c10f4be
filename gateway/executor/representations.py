"""Builds what a subgraph is told of an entity: its key, and what @requires asks for.

Compiled once for a plan. For products that are told by `upc`, with `price` for @requires:

    def tell_0(targets, into):
        places = into.places
        for target in targets:
            v0 = target.get('upc', MISSING)
            if v0 is None or v0 is MISSING:
                continue
            v1 = target.get('price', MISSING)
            if v1 is MISSING:
                continue
            key = (v0, v0.__class__, v1, v1.__class__)
            at = places.get(key)
            if at is None:
                at = into.add(key, {'__typename': 'Product', 'upc': v0, 'price': v1})
            at.append(target)
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import orjson

from gateway.errors import PathItem
from gateway.executor.generating import Module
from gateway.executor.tainting import Tainted
from gateway.executor.tree import TYPENAME, Object, located, targets, type_name, with_outer
from gateway.planner import Entities
from gateway.planner.plan import FromContext, Told


class Batch:
    """The entities of one part of a fetch: each told once, wherever it stands."""

    __slots__ = ("places", "representations", "targets")

    def __init__(self) -> None:
        self.representations: list[Object] = []
        self.targets: list[list[Object]] = []
        self.places: dict[Hashable, list[Object]] = {}

    def add(self, key: Hashable, representation: Object) -> list[Object]:
        """Tell of one more entity, and give the list of where it stands."""
        at: list[Object] = []
        self.representations.append(representation)
        self.targets.append(at)
        self.places[key] = at
        return at

    def where(self, data: Object, entities: Entities, index: int) -> list[tuple[PathItem, ...]]:
        """Say where in the answer the entity of this index stands."""
        wanted = {id(target) for target in self.targets[index]}
        return [
            at
            for path in entities.paths
            for at, target in zip(located(data, path), targets(data, path), strict=True)
            if id(target) in wanted
        ]


Tell = Callable[[Sequence[Object], Batch], None]


UNTAINTED = Tainted()


def compile_telling(entities: Entities) -> Tell:
    """Compile how targets are told; what is told by type, or within others, is not unrolled."""
    keys = [f"v{at}" for at, it in enumerate(entities.told) if it.source in entities.keys]
    if not keys or any(each.types is not None or each.inner for each in entities.told):
        return lambda found, into: _tell(entities, found, into)
    lines, values = ["places = into.places", "for target in targets:"], {}
    for number, each in enumerate(entities.told):
        v = values[each.name] = f"v{number}"
        nulls = f"{v} is None or " if each.source in entities.needed else ""
        lines += [
            f"    {v} = target.get({each.source!r}, MISSING)",
            f"    if {nulls}{v} is MISSING:",
            "        continue",
        ]
    told = "".join(f", {name!r}: {v}" for name, v in values.items())
    key = "".join(f"{v}, {v}.__class__, " for v in values.values())
    lines += [
        f"    if {' is None and '.join(keys)} is None:",
        "        continue",
        f"    key = ({key})",
        "    try:",
        "        at = places.get(key)",
        "    except TypeError:  # a scalar that is an object or a list",
        "        key = dumps(key[::2])",
        "        at = places.get(key)",
        "    if at is None:",
        f"        at = into.add(key, {{{TYPENAME!r}: {entities.type!r}{told}}})",
        "    at.append(target)",
    ]
    module = Module(MISSING=object(), dumps=orjson.dumps)
    return module.compiled(module.function("tell", "targets, into", lines))


def gathered(data: Object, entities: Entities, tell: Tell, tainted: Tainted) -> Batch:
    """Find the entities of one part of a fetch, but for those of which what is told failed."""
    batch = Batch()
    for path in entities.paths:
        found = targets(data, path)
        if tainted:
            found = [each for each in found if not tainted.has(each, entities.told)]
        tell(found, batch)
    return batch


def by_context(
    data: Object, entities: Entities, tell: Tell, tainted: Tainted
) -> list[tuple[Object, Batch]]:
    """Give the entities that have the same values above them together, with those values."""
    found: dict[bytes, tuple[Object, Batch]] = {}
    for path in entities.paths:
        for target, outer in with_outer(data, path):
            given = _given(entities.contexts, outer, tainted)
            if given is not None and not tainted.has(target, entities.told):
                tell([target], found.setdefault(orjson.dumps(given), (given, Batch()))[1])
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


def _tell(entities: Entities, found: Sequence[Object], into: Batch) -> None:
    for target in found:
        if not _has_key(entities, target) or UNTAINTED.has(target, entities.told):
            continue
        built = {TYPENAME: entities.type, **_told(entities.told, target)}
        key = orjson.dumps(built)
        at = into.places.get(key)
        if at is None:
            at = into.add(key, built)
        at.append(target)


def _has_key(entities: Entities, target: Object) -> bool:
    """Say whether any of its key is there, and all of it that must be."""
    if any(target.get(key) is None for key in entities.needed):
        return False
    return any(target.get(key) is not None for key in entities.keys)


def _told(told: Sequence[Told], value: Object) -> Object:
    return {
        each.name: _value(each.inner, value.get(each.source))
        for each in told
        if each.types is None or type_name(value) in each.types
    }


def _value(inner: Sequence[Told], value: Any) -> Any:
    if not inner:
        return value  # a leaf, whatever it is made of
    if isinstance(value, list):
        return [_value(inner, each) for each in value]
    if isinstance(value, dict):
        named: Mapping[str, Any] = {TYPENAME: value[TYPENAME]} if TYPENAME in value else {}
        return {**named, **_told(inner, value)}
    return value
