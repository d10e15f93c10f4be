"""Keysets: the sort of a list, and the condition that begins where a cursor ended."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from services.chassis.graph.making import Part, described, made_input
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import Direction
from services.chassis.pages import DEFAULT_PAGE, MAX_PAGE, Cursor, InvalidCursor, stamp_of
from services.chassis.refusals import Invalid, LimitExceeded, OutOfRange

MAX_SORTS = 4


@dataclass(frozen=True)
class Sort:
    """One column of a sort; null counts as the largest value, as PostgreSQL has it."""

    column: Any
    descending: bool

    @property
    def key(self) -> str:
        return str(self.column.key)

    def clause(self, *, reversed: bool) -> ColumnElement[Any]:
        descending = self.descending is not reversed
        ordered: ColumnElement[Any] = self.column.desc() if descending else self.column.asc()
        return ordered

    def beyond(self, value: Any, *, reversed: bool) -> ColumnElement[bool]:
        """Say what comes after a value in this column alone."""
        descending = self.descending is not reversed
        column = self.column
        if value is None:
            return column.is_not(None) if descending else false()
        if descending:
            lesser: ColumnElement[bool] = column < value
            return lesser
        if self.nullable:
            return or_(column > value, column.is_(None))
        beyond: ColumnElement[bool] = column > value
        return beyond

    def same(self, value: Any) -> ColumnElement[bool]:
        same: ColumnElement[bool] = (
            self.column.is_(None) if value is None else self.column == value
        )
        return same

    @property
    def nullable(self) -> bool:
        return bool(self.column.property.columns[0].nullable)

    def read(self, value: Any) -> Any:
        """Read a cursor's value back as the column has it."""
        kind = self.column.property.columns[0].type
        kind = getattr(kind, "enum_class", None) or kind.python_type
        if value is None:
            return value
        if kind in (str, int, bool):
            if type(value) is not kind:
                raise TypeError(f"{value!r} is no {kind.__name__}")
            return value
        return _READ[kind](value) if kind in _READ else kind[value]


_READ: dict[Any, Any] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
}


@dataclass(frozen=True)
class Page:
    """Which rows to take: how many, from where, in which order."""

    sorts: tuple[Sort, ...]
    stamp: str
    size: int
    cursor: Cursor | None
    backwards: bool

    @staticmethod
    def of(entity: Any, arguments: Mapping[str, Any], scope: object = None) -> "Page":
        """Read a list's arguments, and refuse what cannot be."""
        if arguments.get("first") is not None and arguments.get("last") is not None:
            raise Invalid("a page is counted from one end: first or last, not both")
        backwards = arguments.get("last") is not None
        name = "last" if backwards else "first"
        size = arguments.get(name)
        size = DEFAULT_PAGE if size is None else size
        if size < 1:
            raise OutOfRange("a page holds one record at the least", path=(name,))
        if size > MAX_PAGE:
            raise LimitExceeded(f"a page may hold {MAX_PAGE} records", path=(name,))
        sorts = _sorts(entity, arguments.get("orderBy") or ())
        described_sort = [(it.key, it.descending) for it in sorts]
        stamp = stamp_of(described_sort, arguments.get("where"), scope)
        text = arguments.get("before" if backwards else "after")
        cursor = None if text is None else Cursor.decoded(text, stamp=stamp)
        if cursor and len(cursor.values) != len(sorts):
            raise InvalidCursor("this cursor was not made here")
        return Page(sorts, stamp, size, cursor, backwards)

    def order(self) -> list[ColumnElement[Any]]:
        return [it.clause(reversed=self.backwards) for it in self.sorts]

    def beyond(self) -> list[ColumnElement[bool]]:
        """Say what lies after the cursor: later in the first column, or equal there and so on."""
        if self.cursor is None:
            return []
        values = self._values()
        later: list[ColumnElement[bool]] = []
        equal: list[ColumnElement[bool]] = []
        for sort, value in zip(self.sorts, values, strict=True):
            later.append(and_(*equal, sort.beyond(value, reversed=self.backwards)))
            equal.append(sort.same(value))
        return [or_(*later), *self._bound(values[0])]

    def cursor_of(self, values: Sequence[Any]) -> str:
        return Cursor(self.stamp, tuple(map(_written, values))).encoded()

    def _values(self) -> list[Any]:
        found = self.cursor.values if self.cursor else ()
        try:
            return [it.read(value) for it, value in zip(self.sorts, found, strict=True)]
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            raise InvalidCursor("this cursor was not made here") from error

    def _bound(self, first: Any) -> list[ColumnElement[bool]]:
        """Bound the first column plainly: an index can begin there, which it cannot at an OR."""
        sort = self.sorts[0]
        if first is None or sort.nullable:
            return []
        down = sort.descending is not self.backwards
        return [sort.column <= first if down else sort.column >= first]


def order_input(shape: Shape) -> Any:
    """Make a shape's sort input; made once, it is kept on the shape's class."""
    kept = vars(shape.cls).get("__order__")
    if kept is not None:
        return kept
    reading = shape.reading
    names = {_sort_name(it): it for it in (*(reading.sorts if reading else ()), "id")}
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
            Part("direction", Direction, "Which way.", Direction.ASC),
        ],
        f"One step of the order of {shape.name} records; the id decides between equals.",
    )
    shape.cls.__order__ = made  # type: ignore[attr-defined]  # kept where it belongs
    return made


def _sort_name(column: str) -> str:
    return column.removesuffix("_value").upper()


def _sorts(entity: Any, order: Sequence[Mapping[str, Any]]) -> tuple[Sort, ...]:
    """Give the sort's columns; the id comes last, in the direction of the first."""
    if len(order) > MAX_SORTS:
        raise LimitExceeded(f"a list may be sorted by {MAX_SORTS} fields", path=("orderBy",))
    made = [
        Sort(getattr(entity, it["field"].value), it["direction"] is Direction.DESC) for it in order
    ]
    if all(it.key != "id" for it in made):
        made.append(Sort(entity.id, made[0].descending if made else False))
    return tuple(made)


def _written(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.name if isinstance(value, enum.Enum) else value
