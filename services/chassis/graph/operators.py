"""Operators: one input for each scalar, and what each operator says in SQL."""

import enum
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, not_, or_

from services.chassis.conditions import among
from services.chassis.graph.making import Part, made_input
from services.chassis.graph.oddities import oddity
from services.chassis.graph.relative import PERIOD_WHERE, SPAN_WHERE, Moment, condition
from services.chassis.graph.types import Money
from services.chassis.refusals import Invalid, LimitExceeded

MAX_VALUES = 500
Operator = Callable[[Any, Any], ColumnElement[bool]]


def _starts_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """Say it by the operator that an index serves.

    Under row-level security it serves none of LIKE, which might tell of rows that one may not see.
    """
    begins: ColumnElement[bool] = column.op("^@", is_comparison=True)(prefix)
    return begins


OPERATORS: dict[str, tuple[str, Operator]] = {
    "eq": ("Equal to this.", lambda column, value: column == value),
    "ne": (
        "Not equal to this; empty is unequal.",
        lambda c, v: c.is_distinct_from(v),
    ),
    "in": ("One of these; an empty list matches nothing.", among),
    "notIn": ("None of these.", lambda c, v: or_(c.is_(None), not_(among(c, v)))),
    "contains": ("Holds this text, in any case.", lambda c, v: c.icontains(v, autoescape=True)),
    "startsWith": ("Begins with this text.", _starts_with),
    "gt": ("Greater, or later, than this.", lambda c, v: c > v),
    "gte": ("Greater, later or equal.", lambda c, v: c >= v),
    "lt": ("Less, or earlier, than this.", lambda c, v: c < v),
    "lte": ("Less, earlier or equal.", lambda c, v: c <= v),
    "isNull": ("Whether it is empty.", lambda c, v: c.is_(None) if v else c.is_not(None)),
}
EQUALITY = ("eq", "ne", "in", "notIn", "isNull")
ORDERED = (*EQUALITY, "gt", "gte", "lt", "lte")
LISTS = frozenset({"in", "notIn"})
TIME = [
    Part("within", SPAN_WHERE | None, "In a span that ends or begins now."),
    Part("period", PERIOD_WHERE | None, "In a part of the calendar."),
]


def _operators(
    name: str, kind: Any, operators: tuple[str, ...], what: str, more: list[Part] | None = None
) -> Any:
    def typed(operator: str) -> Any:
        if operator in LISTS:
            return list[kind] | None
        return (bool if operator == "isNull" else kind) | None

    parts = [Part(it, typed(it), OPERATORS[it][0]) for it in operators]
    return made_input(
        name, [*parts, *(more or [])], f"What {what} must be; several conditions all hold."
    )


WHERE_OF: dict[Any, Any] = {
    strawberry.ID: _operators("IDWhere", strawberry.ID, EQUALITY, "an id"),
    str: _operators("StringWhere", str, (*ORDERED, "contains", "startsWith"), "a text"),
    int: _operators("IntWhere", int, ORDERED, "a number"),
    bool: _operators("BooleanWhere", bool, ("eq", "isNull"), "a yes or no"),
    Decimal: _operators("DecimalWhere", Decimal, ORDERED, "an exact number"),
    date: _operators("DateWhere", date, ORDERED, "a date", TIME),
    datetime: _operators("DateTimeWhere", datetime, ORDERED, "an instant", TIME),
}
WHERE_OF[Money] = made_input(
    "MoneyWhere",
    [
        Part("amount", WHERE_OF[Decimal] | None, "What its amount must be."),
        Part("currency", WHERE_OF[str] | None, "What its currency must be."),
    ],
    "What an amount of money must be.",
)


def where_of(kind: Any) -> Any:
    """Give the operator input of a scalar; each enum has one of its own."""
    if kind not in WHERE_OF:
        if not issubclass(kind, enum.Enum):
            raise TypeError(f"{kind} has no operators")
        WHERE_OF[kind] = _operators(f"{kind.__name__}Where", kind, EQUALITY, "the value")
    return WHERE_OF[kind]


def refuse_odd(value: Any, path: tuple[str, ...]) -> None:
    """Refuse to compare with what no column can hold."""
    if odd := oddity(value):
        raise Invalid(odd, path=("where", *path))


def compiled(
    column: Any, operator: str, value: Any, moment: Moment, path: tuple[str, ...]
) -> ColumnElement[bool]:
    """Compile one operator; a null would mean something else than it says, and is refused."""
    if value is None:
        raise Invalid("an operator is left out or given, never null", path=("where", *path))
    if operator in LISTS and len(value) > MAX_VALUES:
        raise LimitExceeded(f"a list may hold {MAX_VALUES} values", path=("where", *path))
    for it in value if operator in LISTS else (value,):
        refuse_odd(it, path)
    if isinstance(value, Mapping):
        return condition(column, operator, value, moment)
    return OPERATORS[operator][1](column, value)
