"""Measures: what is reckoned of a field over all records of a group, by the kind of the field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, distinct, func, literal_column

from services.chassis.graph.grouping.keys import Key, enum_name, is_plain
from services.chassis.graph.making import Part, made_input, made_type
from services.chassis.graph.operators import where_of
from services.chassis.graph.shapes import Column, Shape
from services.chassis.graph.types import Money

AVERAGE_DECIMALS = 4


@dataclass(frozen=True)
class Measure:
    """One figure: what it says, how SQL reckons it, and whether it counts or is a value."""

    description: str
    reckoned: Callable[[Any], ColumnElement[Any]]
    counts: bool = False


def _percentile(fraction: str) -> Callable[[Any], ColumnElement[Any]]:
    """Give a value that is there: between two of them the database would reckon in floats."""
    return lambda it: func.percentile_disc(literal_column(fraction)).within_group(it)


COUNT_DISTINCT = Measure(
    "How many different values there are; what is empty is none.",
    lambda it: func.count(distinct(it)),
    counts=True,
)
LIMITS = {
    "min": Measure("The smallest; null if all are empty.", func.min),
    "max": Measure("The largest; null if all are empty.", func.max),
}
AMOUNTS = {
    "sum": Measure(
        "All together; null if all are empty.", lambda it: func.sum(it, type_=Numeric())
    ),
    "avg": Measure(
        f"The mean of those that are not empty, to {AVERAGE_DECIMALS} decimals.",
        lambda it: func.round(func.avg(it), AVERAGE_DECIMALS, type_=Numeric()),
    ),
    **LIMITS,
    "p50": Measure("The smallest that at least half of them do not exceed.", _percentile("0.5")),
    "p90": Measure("The smallest that at least nine of ten do not exceed.", _percentile("0.9")),
}
MISSING_RATES = "missingRates"


@dataclass(frozen=True)
class Family:
    """The measures of all fields of one kind, with their type and their filter."""

    kind: Any
    measures: Mapping[str, Measure]
    type: Any
    where: Any

    def kind_of(self, measure: str) -> Any:
        return int if self.measures[measure].counts else self.kind


def _family(name: str, kind: Any, what: str, measures: Mapping[str, Measure]) -> Family:
    def given(measure: Measure) -> Any:
        return int if measure.counts else (Money if name == "Money" else kind) | None

    made = made_type(
        f"{name}Measures",
        [Part(it, given(each), each.description) for it, each in measures.items()],
        f"What is measured of {what} in a group.",
        shareable=True,
    )
    where = made_input(
        f"{name}MeasuresWhere",
        [
            Part(it, where_of(int if each.counts else kind) | None, each.description)
            for it, each in measures.items()
        ],
        f"What the measures of {what} in a group must be.",
    )
    return Family(kind, measures, made, where)


DISTINCT = {"countDistinct": COUNT_DISTINCT}
VALUES = _family("Value", str, "a field", DISTINCT)
NUMBERS = _family("Number", Decimal, "a number", DISTINCT | AMOUNTS)
DATES = _family("Date", date, "a date", DISTINCT | LIMITS)
INSTANTS = _family("DateTime", datetime, "an instant", DISTINCT | LIMITS)
MONEY = _family(
    "Money",
    Decimal,
    "amounts of money, in the company's base currency,",
    {
        **AMOUNTS,
        MISSING_RATES: Measure(
            "How many amounts had no exchange rate; they are in none of the other measures.",
            func.count,
            counts=True,
        ),
    },
)
FAMILIES: Mapping[Any, Family] = {
    int: NUMBERS,
    Decimal: NUMBERS,
    date: DATES,
    datetime: INSTANTS,
}


@dataclass(frozen=True)
class Measured:
    """A field that is measured, by its column, or the two of a money."""

    public: str
    columns: tuple[str, ...]
    family: Family
    description: str

    @property
    def is_money(self) -> bool:
        return self.family is MONEY

    def sort_name(self, measure: str) -> str:
        return f"{enum_name(self.public)}_{enum_name(measure)}"


def measured_of(shape: Shape, keys: Mapping[str, Key]) -> dict[str, Measured]:
    """Give what is measured of a shape by its name in the graph: its keys, and its amounts."""
    return {it.public: it for it in (*_amounts(shape), *_values(keys))}


def _values(keys: Mapping[str, Key]) -> Iterator[Measured]:
    for it in keys.values():
        family = FAMILIES.get(it.kind, VALUES)
        yield Measured(it.public, (it.column,), family, it.description)


def _amounts(shape: Shape) -> Iterator[Measured]:
    for it in shape.fields.values():
        if isinstance(it, Column) and it.is_money and is_plain(shape, it.keys[0]):
            yield Measured(it.public, it.keys, MONEY, it.description)


def measures_type(shape: Shape, measured: Mapping[str, Measured]) -> Any:
    """Make the type of all that can be measured in a group of a shape's records."""
    return made_type(
        f"{shape.name}Measures",
        [Part(it.public, it.family.type, it.description) for it in measured.values()],
        f"What is measured of the {shape.name} records of a group; only what is asked for is.",
    )
