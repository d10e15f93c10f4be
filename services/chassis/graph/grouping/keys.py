"""Keys: by which fields of a record type its records can be grouped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.chassis.database import Personal
from services.chassis.graph.grouping.periods import Period
from services.chassis.graph.making import Part, made_type
from services.chassis.graph.shapes import OWNERSHIP, Bound, Column, Reference, Shape

NO_KEYS = frozenset({"id", "version"})
"""They tell records apart, and put none together."""


@dataclass(frozen=True)
class Key:
    """A field to group by: its name in the graph, its column, its kind, and its type there."""

    public: str
    column: str
    kind: Any
    type: Any
    description: str

    @property
    def name(self) -> str:
        return enum_name(self.public)

    @property
    def is_time(self) -> bool:
        return self.kind in (date, datetime)


def keys_of(shape: Shape) -> dict[str, Key]:
    """Give the keys of a shape by their names in its enum.

    What tells something of a person is none: a group for each name would be a list of persons.
    """
    found = (key for it in shape.fields.values() for key in _keys(shape, it))
    return {it.name: it for it in found if is_plain(shape, it.column)}


def enum_name(public: str) -> str:
    """Name a field as an enum does: `closeOn` is `CLOSE_ON`, and `p50` is `P50`."""
    return re.sub("(?=[A-Z])", "_", public).upper()


def is_plain(shape: Shape, column: str) -> bool:
    """Say whether a column tells nothing of a person."""
    declared = getattr(shape.entity, column).property.columns[0]
    return declared.info.get("personal", Personal.NONE) is Personal.NONE


def _keys(shape: Shape, found: Bound) -> Iterator[Key]:
    if isinstance(found, Reference):
        if found.name not in OWNERSHIP or shape.entity.__part_of__ is None:
            yield Key(found.public, found.keys[0], str, found.type | None, found.description)
    elif isinstance(found, Column) and found.is_money:
        said = f"The currency of `{found.public}`."
        yield Key(f"{found.public}Currency", found.keys[1], str, str | None, said)
    elif isinstance(found, Column) and not found.is_list and found.public not in NO_KEYS:
        kind = Period if found.kind in (date, datetime) else found.kind
        yield Key(found.public, found.keys[0], found.kind, kind | None, found.description)


def key_type(shape: Shape, keys: dict[str, Key]) -> Any:
    """Make the type of what the records of a group share."""
    said = "Null where it is empty, or nobody groups by it."
    return made_type(
        f"{shape.name}GroupKey",
        [Part(it.public, it.type, f"{it.description} {said}") for it in keys.values()],
        f"What the {shape.name} records of a group have in common.",
    )
