"""Periods: into which part of the calendar a date or an instant falls, in SQL and for a client."""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import strawberry
from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Date,
    DateTime,
    case,
    cast,
    func,
    literal,
    literal_column,
)

from services.chassis.calendars import FISCAL, Calendar, PeriodUnit
from services.chassis.refusals import OutOfRange

STEPS = {
    PeriodUnit.WEEK: "week",
    PeriodUnit.MONTH: "month",
    PeriodUnit.QUARTER: "quarter",
    PeriodUnit.YEAR: "year",
    PeriodUnit.FISCAL_QUARTER: "quarter",
    PeriodUnit.FISCAL_YEAR: "year",
}
"""What the database cuts a calendar into; its weeks begin on Monday too."""
ABBREVIATIONS = {
    "CET": "Europe/Brussels",
    "MET": "Europe/Brussels",
    "EET": "Europe/Athens",
    "WET": "Europe/Lisbon",
}
"""Names that PostgreSQL takes for the winter time alone; IANA has them for these zones."""


@strawberry.federation.type(
    shareable=True,
    description="A part of the calendar. A list takes its records by `{gte: start, lt: end}`,"
    " or of an instant by `{gte: startsAt, lt: endsAt}`.",
)
class Period:
    unit: PeriodUnit = strawberry.field(description="Which part it is.")
    start: date = strawberry.field(description="Its first day.")
    end: date | None = strawberry.field(
        description="The first day after it; null where the calendar ends, in the year 9999."
    )
    starts_at: datetime | None = strawberry.field(
        description="Its first instant, in the time zone grouped by; null for a date."
    )
    ends_at: datetime | None = strawberry.field(
        description="The first instant after it; null for a date, and where the calendar ends."
    )


def day_of(column: Any, calendar: Calendar) -> ColumnElement[Any]:
    """Give the day of a date, or of an instant where the company lives."""
    if isinstance(column.type, DateTime):
        return cast(func.timezone(_zone(calendar), column), Date)
    day: ColumnElement[Any] = column
    return day


def begun(column: Any, unit: PeriodUnit, calendar: Calendar) -> ColumnElement[Any]:
    """Give the first day of the period into which a column's value falls."""
    day = day_of(column, calendar)
    if unit in STEPS:
        shift = func.make_interval(0, calendar.fiscal_month - 1 if unit in FISCAL else 0)
        day = func.date_trunc(STEPS[unit], cast(day, TIMESTAMP) - shift) + shift
    return _readable(cast(day, Date))


def _readable(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Keep within the years 1 to 9999, whose ends the driver has for infinity, to and fro."""
    first: ColumnElement[Any] = literal_column(f"DATE '{date.min}'")
    last: ColumnElement[Any] = literal_column(f"DATE '{date.max}'")
    return case((day <= first, literal(date.min)), (day >= last, literal(date.max)), else_=day)


def period(unit: PeriodUnit, start: date, calendar: Calendar, *, of_instants: bool) -> Period:
    """Say to a client which period it is that begins on a day."""
    end = following(unit, start, calendar)
    return Period(
        unit=unit,
        start=start,
        end=end,
        starts_at=_beginning(start, calendar) if of_instants else None,
        ends_at=_beginning(end, calendar) if of_instants and end else None,
    )


def following(unit: PeriodUnit, start: date, calendar: Calendar) -> date | None:
    """Give the first day after a period; where the calendar ends there is none."""
    for offset, side in ((0, 1), (1, 0)):
        with suppress(OutOfRange):
            return calendar.period(unit, start, offset)[side]
    return None


def _beginning(day: date, calendar: Calendar) -> datetime | None:
    with suppress(OverflowError):
        return calendar.beginning_of(day)
    return None


def _zone(calendar: Calendar) -> str:
    name = "UTC" if calendar.zone is UTC else str(getattr(calendar.zone, "key", calendar.zone))
    return ABBREVIATIONS.get(name, name)
