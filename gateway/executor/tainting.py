"""Nulls that stand for an error: no subgraph may be told them as if they were true."""

from collections.abc import Sequence
from typing import Any

from gateway.errors import PathItem
from gateway.executor.tree import Object, type_name
from gateway.planner.plan import Told


class Tainted:
    """The fields that failed, by the object in which they stand."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: dict[int, tuple[Object, set[str]]] = {}
        """By the object's identity; the object is kept, so that no other takes it over."""

    def __bool__(self) -> bool:
        return bool(self._fields)

    def note(self, data: Object, path: Sequence[PathItem]) -> None:
        """Note the first null on the way to where an error stands."""
        value: Any = data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                if value.get(step) is None:
                    self._fields.setdefault(id(value), (value, set()))[1].add(step)
                    return
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return

    def has(self, value: Any, told: Sequence[Told]) -> bool:
        """Say whether any of what is to be told failed, or never came."""
        if isinstance(value, list):
            return any(self.has(each, told) for each in value)
        return isinstance(value, dict) and any(self._has(value, each) for each in told)

    def _has(self, value: Object, told: Told) -> bool:
        if told.types is not None and type_name(value) not in told.types:
            return False
        if told.source not in value:
            return True
        if id(value) in self._fields and told.source in self._fields[id(value)][1]:
            return True
        return bool(told.inner) and self.has(value[told.source], told.inner)
