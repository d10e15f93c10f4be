"""Sorts: the columns by which a list is ordered, and where each puts what is empty."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, false, or_

from services.chassis.graph.making import Part, described, made_input
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import Direction
from services.chassis.refusals import LimitExceeded

MAX_SORTS = 4


class Nulls(enum.Enum):
    FIRST = "FIRST"
    LAST = "LAST"


described(
    Nulls,
    "Where a sort puts what is empty.",
    FIRST="Before all others.",
    LAST="After all others.",
)
ORDER_PARTS = (
    Part("direction", Direction, "Which way.", Direction.ASC),
    Part("nulls", Nulls | None, "Where to put what is empty; it is the largest if unsaid."),
)


@dataclass(frozen=True)
class Sort:
    """One column of a sort, in the direction in which the list is read."""

    column: Any
    descending: bool
    nulls_first: bool

    @property
    def key(self) -> str:
        return str(self.column.key)

    @property
    def is_nullable(self) -> bool:
        return bool(self.column.property.columns[0].nullable)

    @property
    def is_as_indexed(self) -> bool:
        """Whether an index has what is empty where this sort has it: it is the largest there."""
        return not self.is_nullable or self.nulls_first is self.descending

    @property
    def kind(self) -> Any:
        kind = self.column.property.columns[0].type
        return getattr(kind, "enum_class", None) or kind.python_type

    def turned(self) -> "Sort":
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def clause(self, column: Any = None) -> ColumnElement[Any]:
        """Order by this, or by the same column of a subquery."""
        column = self.column if column is None else column
        ordered: ColumnElement[Any] = column.desc() if self.descending else column.asc()
        if self.is_as_indexed:
            return ordered
        return ordered.nulls_first() if self.nulls_first else ordered.nulls_last()

    def past(self, value: Any) -> ColumnElement[bool]:
        """Say what comes after a value among those that are not empty."""
        past: ColumnElement[bool] = self.column < value if self.descending else self.column > value
        return past

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """Say what comes after a value in this column alone."""
        if value is None:
            return self.column.is_not(None) if self.nulls_first else false()
        past = self.past(value)
        if not self.is_nullable or self.nulls_first:
            return past
        return or_(past, self.column.is_(None))

    def same(self, value: Any) -> ColumnElement[bool]:
        same: ColumnElement[bool] = (
            self.column.is_(None) if value is None else self.column == value
        )
        return same

    def read(self, value: Any) -> Any:
        """Read a cursor's value back as the column has it."""
        kind = self.kind
        if value is None and self.is_nullable:
            return value
        if kind in (str, int, bool):
            if type(value) is not kind:
                raise TypeError(f"{value!r} is no {kind.__name__}")
            return value
        return _READ[kind](value) if kind in _READ else kind[value]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no instant")
    return moment


_READ: dict[Any, Any] = {
    date: date.fromisoformat,
    datetime: _instant,
    Decimal: Decimal,
}


def written(value: Any) -> Any:
    """Write a sort's value as a cursor holds it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.name if isinstance(value, enum.Enum) else value


def sorts_of(entity: Any, order: Sequence[Mapping[str, Any]]) -> tuple[Sort, ...]:
    """Give the sort's columns; the id comes last, in the direction of the first."""
    if len(order) > MAX_SORTS:
        raise LimitExceeded(f"a list may be sorted by {MAX_SORTS} fields", path=("orderBy",))
    made = [_sort(entity, it) for it in order]
    if all(it.key != "id" for it in made):
        descending = made[0].descending if made else False
        made.append(Sort(entity.id, descending, descending))
    return tuple(made)


def _sort(entity: Any, given: Mapping[str, Any]) -> Sort:
    descending, nulls = given["direction"] is Direction.DESC, given.get("nulls")
    first = descending if nulls is None else nulls is Nulls.FIRST
    return Sort(getattr(entity, given["field"].value), descending, first)


def order_input(shape: Shape) -> Any:
    """Make a shape's sort input; made once, it is kept on the shape's class."""
    kept = vars(shape.cls).get("__order__")
    if kept is not None:
        return kept
    names = sort_names(shape)
    sort = enum.Enum(f"{shape.name}Sort", names)  # type: ignore[misc]  # its members are the sorts
    described(
        sort,
        f"By what {shape.name} records can be sorted.",
        **{it: f"By its {it.lower().replace('_', ' ')}." for it in names},
    )
    made = made_input(
        f"{shape.name}Order",
        [
            Part("field", sort, "What to sort by."),
            *ORDER_PARTS,
        ],
        f"One step of the order of {shape.name} records; the id decides between equals.",
    )
    shape.cls.__order__ = made  # type: ignore[attr-defined]  # kept where it belongs
    return made


def sort_name(column: str) -> str:
    return column.removesuffix("_value").upper()


def sort_names(shape: Shape) -> dict[str, str]:
    """Give the names by which a shape's lists are sorted, and the column of each."""
    reading = shape.reading
    return {sort_name(it): it for it in (*(reading.sorts if reading else ()), "id")}
