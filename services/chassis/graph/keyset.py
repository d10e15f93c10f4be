"""Keysets: the conditions by which a page begins where a cursor ended, as an index can serve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true, tuple_

from services.chassis.graph.sorting import Sort, sorts_of, written
from services.chassis.pages import DEFAULT_PAGE, MAX_PAGE, Cursor, InvalidCursor, stamp_of
from services.chassis.refusals import Invalid, LimitExceeded, OutOfRange

Arm = list[ColumnElement[bool]]
"""Conditions under which an index has a part of the list in one piece, and in its order."""


@dataclass(frozen=True)
class Page:
    """Which rows to take: how many, from where, in which order; read backwards, all is turned."""

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
        size = page_size(name, arguments.get(name))
        sorts = sorts_of(entity, arguments.get("orderBy") or ())
        described_sort = [(it.key, it.descending, it.nulls_first) for it in sorts]
        stamp = stamp_of(described_sort, arguments.get("where"), scope)
        text = arguments.get("before" if backwards else "after")
        cursor = None if text is None else Cursor.decoded(text, stamp=stamp)
        if cursor and len(cursor.values) != len(sorts):
            raise InvalidCursor("this cursor was not made here")
        read = tuple(it.turned() for it in sorts) if backwards else sorts
        return Page(read, stamp, size, cursor, backwards)

    def cursor_of(self, values: Sequence[Any]) -> str:
        return Cursor(self.stamp, tuple(map(written, values))).encoded()

    def beyond(self) -> ColumnElement[bool]:
        """Say what lies after the cursor, all of it at once."""
        return or_(*(and_(true(), *arm) for arm in self.arms()))

    def arms(self) -> list[Arm]:
        """Say what lies after the cursor in one part, or in two that come one after the other.

        There are two where the first column's empty values stand elsewhere than the next rows
        in an index: it can then begin at neither by one condition.
        """
        first = self.sorts[0]
        empty, full = first.column.is_(None), first.column.is_not(None)
        if self.cursor is None:
            if first.is_as_indexed:
                return [[]]
            return [[empty], [full]] if first.nulls_first else [[full], [empty]]
        value, *rest = self._values()
        if value is None:
            near = [empty, after(self.sorts[1:], rest)]
            return [near, [full]] if first.nulls_first else [near]
        near = self._near(value, rest)
        return [near, [empty]] if first.is_nullable and not first.nulls_first else [near]

    def _near(self, value: Any, rest: Sequence[Any]) -> Arm:
        """Say what comes later in the first column, or is equal there and later in the others.

        One comparison of whole rows says it to an index; where the columns run different ways, or
        may be empty, the first is bounded plainly, which an OR would not be.
        """
        first, *others = self.sorts
        if not others:
            return [first.past(value)]
        if all(it.descending is first.descending and not it.is_nullable for it in others):
            row = tuple_(*(it.column for it in self.sorts))
            values = (value, *rest)
            return [row < values if first.descending else row > values]
        bound = first.column <= value if first.descending else first.column >= value
        return [bound, or_(first.past(value), and_(first.same(value), after(others, rest)))]

    def _values(self) -> list[Any]:
        return read_back(self.sorts, self.cursor) if self.cursor else []


def page_size(name: str, size: int | None) -> int:
    """Read how many a page should hold, within the limits."""
    size = DEFAULT_PAGE if size is None else size
    if size < 1:
        raise OutOfRange("a page holds one record at the least", path=(name,))
    if size > MAX_PAGE:
        raise LimitExceeded(f"a page may hold {MAX_PAGE} records", path=(name,))
    return size


def read_back(sorts: Sequence[Sort], cursor: Cursor) -> list[Any]:
    """Read a cursor's values as the sorts have them, or refuse it."""
    try:
        return [it.read(value) for it, value in zip(sorts, cursor.values, strict=True)]
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise InvalidCursor("this cursor was not made here") from error


def after(sorts: Sequence[Sort], values: Sequence[Any]) -> ColumnElement[bool]:
    """Say what comes after these values: later in the first column, or equal there and so on."""
    if not sorts:
        return false()
    later = sorts[0].beyond(values[0])
    if len(sorts) == 1:
        return later
    return or_(later, and_(sorts[0].same(values[0]), after(sorts[1:], values[1:])))
