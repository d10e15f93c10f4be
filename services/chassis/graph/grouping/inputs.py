"""Inputs: how a client says by what to group, which groups to take, and in which order."""

import enum
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.chassis.calendars import PeriodUnit
from services.chassis.graph.grouping.keys import Key
from services.chassis.graph.grouping.measures import Measured
from services.chassis.graph.making import Part, described, extend, list_of, made_input
from services.chassis.graph.operators import where_of
from services.chassis.graph.relative import ZONE
from services.chassis.graph.shapes import Shape
from services.chassis.graph.sorting import ORDER_PARTS

COUNT = "COUNT"


def by_input(shape: Shape, keys: Mapping[str, Key]) -> Any:
    """Make the input of one key to group by."""
    fields = _enum(
        f"{shape.name}GroupField",
        f"By what {shape.name} records can be grouped.",
        {it.name: it.description for it in keys.values()},
    )
    return made_input(
        f"{shape.name}GroupBy",
        [
            Part("field", fields, "By which field."),
            Part(
                "unit", PeriodUnit | None, "Of a date or an instant: by which part; DAY if unsaid."
            ),
            ZONE,
        ],
        f"One thing that the {shape.name} records of a group have in common.",
    )


def rates_input(shape: Shape, keys: Mapping[str, Key]) -> Any:
    """Make the input that says at which day's exchange rates money is measured."""
    days = _enum(
        f"{shape.name}RateField",
        f"Which day of a {shape.name} record can choose its exchange rate.",
        {it.name: it.description for it in keys.values() if it.is_time},
    )
    return made_input(
        f"{shape.name}RatesOf",
        [
            Part("field", days | None, "The day of this field, of each record for itself."),
            Part("on", date | None, "One day for all records."),
        ],
        "At which day's exchange rates money is measured: `field` or `on`, one of them.",
    )


def having_input(shape: Shape, measured: Mapping[str, Measured]) -> Any:
    """Make the filter of groups by their measures."""
    measures = made_input(
        f"{shape.name}MeasuresWhere",
        [Part(it.public, it.family.where | None, it.description) for it in measured.values()],
        f"What the measures of a group of {shape.name} records must be.",
    )
    made = made_input(f"{shape.name}Having", [], f"Which groups of {shape.name} records to take.")
    extend(
        made,
        [
            Part("and", list_of(made) | None, "All of these hold."),
            Part("or", list_of(made) | None, "At least one of these holds."),
            Part("not", made | None, "This does not hold."),
            Part("count", where_of(int) | None, "How many records it holds."),
            Part("measures", measures | None, "What is measured of them."),
        ],
    )
    return made


def order_input(shape: Shape, sorts: Mapping[str, str]) -> Any:
    """Make the sort input of groups; `sorts` are its names with what they say."""
    fields = _enum(f"{shape.name}GroupSort", f"By what groups of {shape.name} are sorted.", sorts)
    return made_input(
        f"{shape.name}GroupOrder",
        [
            Part("field", fields, "What to sort by: a key that is grouped by, or a measure."),
            *ORDER_PARTS,
        ],
        f"One step of the order of {shape.name} groups; the keys decide between equals.",
    )


def _enum(name: str, description: str, values: Mapping[str, str]) -> Any:
    made: Any = enum.Enum(name, {it: it for it in values})  # type: ignore[misc]  # made here
    return described(made, description, **values)
