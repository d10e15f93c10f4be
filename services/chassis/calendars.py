"""Calendars: which days and instants are meant by "the last quarter", for one company."""

import enum
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.chassis.refusals import Invalid, OutOfRange


class TimeUnit(enum.Enum):
    """What a span of time is counted in."""

    MINUTE = "MINUTE"
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


class PeriodUnit(enum.Enum):
    """Into what a calendar is cut: each day stands in exactly one period of a unit."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    FISCAL_QUARTER = "FISCAL_QUARTER"
    FISCAL_YEAR = "FISCAL_YEAR"


EXACT = {TimeUnit.MINUTE: timedelta(minutes=1), TimeUnit.HOUR: timedelta(hours=1)}
"""Units that last equally long on every clock; the others follow the calendar."""
SPAN_DAYS = {TimeUnit.DAY: 1, TimeUnit.WEEK: 7}
SPAN_MONTHS = {TimeUnit.MONTH: 1, TimeUnit.QUARTER: 3, TimeUnit.YEAR: 12}
PERIOD_MONTHS = {
    PeriodUnit.MONTH: 1,
    PeriodUnit.QUARTER: 3,
    PeriodUnit.YEAR: 12,
    PeriodUnit.FISCAL_QUARTER: 3,
    PeriodUnit.FISCAL_YEAR: 12,
}
FISCAL = frozenset({PeriodUnit.FISCAL_QUARTER, PeriodUnit.FISCAL_YEAR})


@dataclass(frozen=True)
class Calendar:
    """Where days begin and end, and in which month (1 to 12) the fiscal year begins."""

    zone: tzinfo = UTC
    fiscal_month: int = 1

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def beginning_of(self, day: date) -> datetime:
        """Give a day's first instant, in UTC: where clocks leap over midnight, the leap itself."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return midnight.astimezone(UTC)

    def period(self, unit: PeriodUnit, day: date, offset: int = 0) -> tuple[date, date]:
        """Give the first day of a period, and the first after it: that of a day, or one beside.

        Weeks begin on Monday, as ISO 8601 has them.
        """
        try:
            return self._period(unit, day, offset)
        except (ValueError, OverflowError) as error:
            raise OutOfRange("this period lies outside of the calendar") from error

    def moved(self, moment: datetime, count: int, unit: TimeUnit) -> datetime:
        """Move an instant, in UTC; by days and more, the local clock shows the same hour."""
        try:
            if unit in EXACT:
                return moment.astimezone(UTC) + count * EXACT[unit]
            local = moment.astimezone(self.zone)
            day = _moved(local.date(), count, unit)
            return datetime.combine(day, local.time(), self.zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise OutOfRange("this span leaves the calendar") from error

    def _period(self, unit: PeriodUnit, day: date, offset: int) -> tuple[date, date]:
        if unit in PERIOD_MONTHS:
            length = PERIOD_MONTHS[unit]
            first = self.fiscal_month - 1 if unit in FISCAL else 0
            begun = (_months(day) - first) // length * length + first + offset * length
            return _month(begun), _month(begun + length)
        length = 7 if unit is PeriodUnit.WEEK else 1
        begun_on = day - timedelta(days=day.weekday() if length > 1 else 0)
        begun_on += timedelta(days=offset * length)
        return begun_on, begun_on + timedelta(days=length)


def moved(day: date, count: int, unit: TimeUnit) -> date:
    """Move a day; where the month reached is shorter, to its last day."""
    if unit in EXACT:
        raise Invalid("a date has no hours or minutes")
    try:
        return _moved(day, count, unit)
    except (ValueError, OverflowError) as error:
        raise OutOfRange("this span leaves the calendar") from error


@lru_cache(maxsize=1000)
def zone_named(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name, or refuse one that there is not."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("there is no such time zone: name one of the IANA database") from error


def _moved(day: date, count: int, unit: TimeUnit) -> date:
    if unit in SPAN_DAYS:
        return day + timedelta(days=count * SPAN_DAYS[unit])
    first = _month(_months(day) + count * SPAN_MONTHS[unit])
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
