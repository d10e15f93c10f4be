"""Relative time: what `within` and `period` ask of a date or an instant, as its bounds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, DateTime, and_

from services.chassis.calendars import Calendar, PeriodUnit, TimeUnit, moved, zone_named
from services.chassis.graph.making import Part, described, made_input
from services.chassis.refusals import Invalid, OutOfRange

MAX_COUNT = 100_000
T = TypeVar("T", bound=date)
ZONE = Part(
    "timeZone", str | None, "In which time zone (IANA name); the company's, or UTC, if unsaid."
)

described(
    TimeUnit,
    "What a span of time is counted in.",
    MINUTE="Minutes; not of a date.",
    HOUR="Hours; not of a date.",
    DAY="Days: the same hour on another day.",
    WEEK="Seven days.",
    MONTH="Months: the same day of another month, or its last one.",
    QUARTER="Three months.",
    YEAR="Twelve months.",
)
described(
    PeriodUnit,
    "A part of the calendar.",
    DAY="From midnight to midnight.",
    WEEK="From Monday to Sunday.",
    MONTH="A month.",
    QUARTER="Three months, of which the year has four.",
    YEAR="January to December.",
    FISCAL_QUARTER="Three months, of which the company's fiscal year has four.",
    FISCAL_YEAR="Twelve months, from the month in which the company's fiscal year begins.",
)
SPAN_WHERE = made_input(
    "SpanWhere",
    [
        Part("last", int | None, "So many units until now: 1 DAY of a date is today alone."),
        Part("next", int | None, "So many units from now on."),
        Part("unit", TimeUnit, "What is counted."),
        ZONE,
    ],
    "A span of time that ends or begins now: `last` or `next`, not both.",
)
PERIOD_WHERE = made_input(
    "PeriodWhere",
    [
        Part("unit", PeriodUnit, "Which part of the calendar."),
        Part("offset", int, "0 is the one that is now, -1 the last, 1 the next.", 0),
        ZONE,
    ],
    "A part of the calendar, counted from the one that is now.",
)


@dataclass(frozen=True)
class Moment:
    """Now, by one company's calendar."""

    now: datetime
    calendar: Calendar

    def in_zone(self, name: str | None) -> "Moment":
        if name is None:
            return self
        return replace(self, calendar=replace(self.calendar, zone=zone_named(name)))

    @property
    def today(self) -> date:
        return self.calendar.today(self.now)


def is_relative(given: Any) -> bool:
    """Say whether a filter asks anything that needs the calendar."""
    if isinstance(given, Mapping):
        return any(name in ("within", "period") or is_relative(it) for name, it in given.items())
    return (
        isinstance(given, Iterable)
        and not isinstance(given, str)
        and any(is_relative(it) for it in given)
    )


def condition(
    column: Any, operator: str, given: Mapping[str, Any], moment: Moment
) -> ColumnElement[bool]:
    """Compile `within` or `period`: from its first day or instant until before its end."""
    there = moment.in_zone(given.get("timeZone"))
    begin, end = _bounds(operator, given, there, is_instant=isinstance(column.type, DateTime))
    return and_(column >= begin, column < end)


def _bounds(
    operator: str, given: Mapping[str, Any], moment: Moment, *, is_instant: bool
) -> tuple[date, date]:
    if operator == "period":
        return _period(given, moment, as_instants=is_instant)
    if not is_instant:
        return _span(given, moment.today, moved, timedelta(days=1))
    move: Callable[[datetime, int, TimeUnit], datetime] = moment.calendar.moved
    bounds: tuple[datetime, datetime] = _span(given, moment.now, move, timedelta(microseconds=1))
    return bounds


def _span(
    given: Mapping[str, Any], begin: T, move: Callable[[T, int, TimeUnit], T], one: timedelta
) -> tuple[T, T]:
    """Bound a span; `last` ends with what is now, and `next` begins with it."""
    last, following = given.get("last"), given.get("next")
    count = following if last is None else last
    if count is None or (last is not None and following is not None):
        raise Invalid("a span is `last` or `next`, one of them", path=("where", "within"))
    if not 0 < count <= MAX_COUNT:
        raise OutOfRange(f"a span is 1 to {MAX_COUNT} units long", path=("where", "within"))
    if last is None:
        return begin, move(begin, count, given["unit"])
    return move(begin, -count, given["unit"]) + one, begin + one


def _period(given: Mapping[str, Any], moment: Moment, *, as_instants: bool) -> tuple[date, date]:
    calendar = moment.calendar
    begin, end = calendar.period(given["unit"], moment.today, given["offset"])
    if as_instants:
        return calendar.beginning_of(begin), calendar.beginning_of(end)
    return begin, end
