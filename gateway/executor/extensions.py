"""What subgraphs say beside data and errors: the keys that clients know are merged."""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.errors import PathItem

LISTS = ("warnings", "redacted")
"""Lists of objects with a `path`, or of bare paths, which are told by the client's names."""
COST = "cost"
"""Numbers by name, which add up over the subgraphs."""
Paths = Callable[[list[Any]], Sequence[tuple[PathItem, ...]]]


class Extensions:
    """The extensions of one answer; all but the known keys are dropped."""

    __slots__ = ("merged",)

    def __init__(self) -> None:
        self.merged: dict[str, Any] = {}

    def take(self, told: Any, paths: Paths) -> None:
        """Merge a subgraph's extensions; `paths` says where the client has what it speaks of."""
        if not isinstance(told, dict):
            return
        for key in LISTS:
            if isinstance(told.get(key), list):
                kept = self.merged.setdefault(key, [])
                kept += (place for each in told[key] for place in _placed(each, paths))
        if isinstance(told.get(COST), dict):
            total = self.merged.setdefault(COST, {})
            for name, number in told[COST].items():
                if isinstance(number, int | float):
                    total[name] = total.get(name, 0) + number


def _placed(told: Any, paths: Paths) -> list[Any]:
    if isinstance(told, list):
        return [list(path) for path in paths(told)]
    if isinstance(told, dict) and isinstance(told.get("path"), list):
        return [{**told, "path": list(path)} for path in paths(told["path"])]
    return [told]
