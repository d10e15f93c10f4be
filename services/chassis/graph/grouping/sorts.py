"""Sorts of groups: by a key or a figure, which is a column of the groups found."""

from dataclasses import dataclass
from typing import Any

from services.chassis.graph.sorting import Sort


@dataclass(frozen=True)
class GroupSort(Sort):
    """One step of the order of groups; any key and any measure may be empty."""

    of: Any

    @property
    def is_nullable(self) -> bool:
        return True

    @property
    def kind(self) -> Any:
        return self.of
