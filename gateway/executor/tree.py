"""The answer while it grows: finding places in it, and merging what subgraphs gave."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.errors import PathItem
from gateway.planner.plan import Path

Object = dict[str, Any]
TYPENAME = "__typename"


def type_name(value: Object) -> str:
    """Name an object's type, if it tells one: what is no text is none."""
    name = value.get(TYPENAME)
    return name if isinstance(name, str) else ""


def targets(data: Object, path: Path) -> list[Object]:
    """Give the objects at a path, through lists, in order; null places are left out."""
    at: list[Any] = [data]
    for segment in path:
        at = _stepped(at, segment.key)
        if segment.types is not None:
            at = [each for each in at if type_name(each) in segment.types]
    return at


def _stepped(at: list[Object], key: str) -> list[Any]:
    """Take one step from all objects at once."""
    found: list[Any] = []
    for each in at:
        value = each.get(key)
        if value.__class__ is dict:
            found.append(value)
        elif value.__class__ is list:
            found += value
    for each in found:
        if each.__class__ is not dict:
            return [it for each in found for it in _flat(each)]
    return found


def with_outer(data: Object, path: Path) -> Iterator[tuple[Object, tuple[Object, ...]]]:
    """Give the objects at a path, each with those on the way to it: the root, then one by one."""
    if not path:
        yield data, (data,)
        return
    key, types = path[0].key, path[0].types
    for value in _flat(data.get(key)):
        if types is None or type_name(value) in types:
            for target, outer in with_outer(value, path[1:]):
                yield target, (data, *outer)


def located(data: Object, path: Path) -> list[tuple[PathItem, ...]]:
    """Give where each of those objects stands, in the same order as `targets`."""
    found: list[tuple[tuple[PathItem, ...], Any]] = [((), data)]
    for segment in path:
        found = [
            ((*at, segment.key, *inner), value)
            for at, each in found
            for inner, value in _flat_at(each.get(segment.key), ())
            if segment.types is None or type_name(value) in segment.types
        ]
    return [at for at, _ in found]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [inner for each in value for inner in _flat(each)]
    return []


def _flat_at(
    value: Any, at: tuple[PathItem, ...]
) -> Iterator[tuple[tuple[PathItem, ...], Object]]:
    if isinstance(value, dict):
        yield at, value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _flat_at(each, (*at, index))


def merge(into: Object, given: Object) -> None:
    """Merge deeply: lists item by item; a null never overwrites what is there."""
    if into.keys().isdisjoint(given):
        into.update(given)
        return
    for key, value in given.items():
        held = into.get(key)
        if held is None:
            into[key] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            merge(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            _merge_lists(held, value)
        elif value is not None:
            into[key] = value


def _merge_lists(into: list[Any], given: list[Any]) -> None:
    for index, (held, value) in enumerate(zip(into, given, strict=False)):
        if isinstance(held, dict) and isinstance(value, dict):
            merge(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            _merge_lists(held, value)
        elif held is None:
            into[index] = value


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Give a subgraph's answer with the keys that the plan speaks of."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return value
