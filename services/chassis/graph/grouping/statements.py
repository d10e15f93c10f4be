"""The statements of groups: the groups, the gaps between them, and the records in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Numeric,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
)

from services.chassis.calendars import Calendar, PeriodUnit
from services.chassis.exchange import Reckoning
from services.chassis.graph.grouping.conversion import (
    AMOUNT,
    CURRENCY,
    DAY,
    Conversion,
    column_name,
)
from services.chassis.graph.grouping.measures import MISSING_RATES, NUMBERS, Measured
from services.chassis.graph.grouping.periods import begun, day_of
from services.chassis.graph.grouping.question import By, Question
from services.chassis.graph.grouping.subject import Figure
from services.chassis.graph.keyset import Page

COUNT = "n"
KINDS: Mapping[Any, tuple[Any, str]] = {
    date: (Date, "DATE '0001-01-01'"),
    datetime: (Date, "DATE '0001-01-01'"),
    int: (BigInteger, "0"),
    Decimal: (Numeric, "0"),
    bool: (Boolean, "false"),
}
"""How keys of a kind are handed to the database, and a value that stands for an empty one."""
AS_TEXT = (Text, "''")


@dataclass(frozen=True)
class Grouping:
    """The rows of one record type, and by what they are grouped; how the company counts them."""

    question: Question
    conditions: Sequence[ColumnElement[bool]]
    calendars: Sequence[Calendar]
    calendar: Calendar
    reckoning: Reckoning
    currency: str | None

    @property
    def entity(self) -> Any:
        return self.question.subject.shape.entity

    @property
    def period_unit(self) -> PeriodUnit:
        return self.question.by[self._period_at()].unit or PeriodUnit.DAY

    @property
    def period_calendar(self) -> Calendar:
        return self.calendars[self._period_at()]

    def keys(self) -> list[ColumnElement[Any]]:
        pairs = zip(self.question.by, self.calendars, strict=True)
        return [_key(getattr(self.entity, by.key.column), by, it) for by, it in pairs]

    def groups(self) -> Select[Any]:
        """Select all groups: their keys, how many records they hold, and what is asked of them."""
        rows = self._rows().cte("rows")
        joined, values = self._values(rows)
        figures = [
            self._figure(values, it).label(figure_label(it)) for it in self.question.figures
        ]
        keys = [rows.c[key_label(n)] for n, _ in enumerate(self.question.by)]
        columns = select(*keys, func.count().label(COUNT), *figures)
        return columns.select_from(joined).group_by(*keys)

    def bounds(self) -> Select[Any]:
        """Select the first and the last period, and how many the other keys' combinations are."""
        at = self._period_at()
        keys = self.keys()
        others = [it for n, it in enumerate(keys) if n != at]
        number = func.count(func.distinct(func.row(*others))) if others else literal(1)
        columns: list[Any] = [func.min(keys[at]), func.max(keys[at]), number]
        return select(*columns).where(*self.conditions)

    def filled(self, starts: Sequence[date]) -> Any:
        """Select all groups, and an empty one for each period that has none."""
        at = self._period_at()
        groups = self.groups().cte("groups_found")
        given = func.unnest(bindparam("starts", list(starts), ARRAY(Date)))
        periods = given.table_valued("start", name="periods").render_derived()
        labels = [key_label(n) for n in range(len(self.question.by)) if n != at]
        others = select(*(groups.c[it] for it in labels)).distinct().subquery("others")
        keys = {it: others.c[it] for it in labels} | {key_label(at): periods.c.start}
        there = groups.alias("there")
        same = [there.c[it].is_not_distinct_from(column) for it, column in keys.items()]
        gaps = select(
            *(keys[it.key] if it.key in keys else self._nothing(it) for it in groups.c)
        ).where(~select(there.c[COUNT]).where(*same).exists())
        gaps = gaps.select_from(periods.join(others, true()) if labels else periods)
        return select(groups).union_all(gaps)

    def records(
        self, keys: Sequence[str], page: Page, groups: Sequence[Sequence[Any]]
    ) -> Select[Any]:
        """Select a page of records for each group, whose place comes first in each row.

        All records are read once and numbered: how many groups there are costs nothing more,
        where a LATERAL would read all records anew for each.
        """
        columns = [getattr(self.entity, key) for key in keys]
        ordered = [it.clause() for it in page.sorts]
        place, joined = self._joined(groups)
        number = func.row_number().over(partition_by=place, order_by=ordered)
        numbered = (
            select(place.label("_place"), *columns, number.label("_number"))
            .select_from(joined)
            .where(*self.conditions, page.beyond())
            .subquery("numbered")
        )
        place, *found, at = numbered.c
        return select(place, *found).where(at <= page.size + 1).order_by(place, at)

    def _joined(self, groups: Sequence[Sequence[Any]]) -> tuple[Any, Any]:
        """Join the records with the groups that are asked for, as the database can hash it."""
        if not self.question.by:
            return literal_column("1"), self.entity
        kinds = [KINDS.get(it.key.kind, AS_TEXT) for it in self.question.by]
        values = [
            bindparam(key_label(n), [it[n] for it in groups], ARRAY(kind))
            for n, (kind, _) in enumerate(kinds)
        ]
        labels = [key_label(n) for n in range(len(kinds))]
        given = func.unnest(*values).table_valued(*labels, with_ordinality="place", name="given")
        given = given.render_derived()
        same = [
            _same(key, given.c[label], empty)
            for key, label, (_, empty) in zip(self.keys(), labels, kinds, strict=True)
        ]
        return given.c.place, self.entity.__table__.join(given, and_(*same))

    def _rows(self) -> Select[Any]:
        """Select the rows to group: their keys, and what is measured of them."""
        keys = [it.label(key_label(n)) for n, it in enumerate(self.keys())]
        columns = [column for public in self._measured() for column in self._columns_of(public)]
        # a row of nothing is a row all the same
        taken = [*keys, *columns] or [literal(1).label("row")]
        return select(*taken).select_from(self.entity.__table__).where(*self.conditions)

    def _measured(self) -> dict[str, Measured]:
        asked = dict.fromkeys(it for it, _ in self.question.figures)
        return {it: self.question.subject.measured[it] for it in asked}

    def _columns_of(self, public: str) -> list[ColumnElement[Any]]:
        measured = self.question.subject.measured[public]
        value, *more = (getattr(self.entity, it) for it in measured.columns)
        if measured.is_money:
            found = zip((AMOUNT, CURRENCY, DAY), (value, *more, self._day()), strict=True)
            return [it.label(column_name(what, public)) for what, it in found]
        if measured.family is NUMBERS:
            value = cast(value, Numeric)
        return [value.label(column_name(AMOUNT, public))]

    def _values(self, rows: Any) -> tuple[Any, dict[tuple[str, bool], Any]]:
        """Give what is measured of each row, by its field; and whether an amount lacks a rate."""
        joined: Any = rows
        values: dict[tuple[str, bool], Any] = {}
        for public, measured in self._measured().items():
            if measured.is_money:
                conversion = Conversion(rows, public, self.reckoning, self.currency)
                joined, value, lacking = conversion.joined(joined)
                values |= {(public, False): value, (public, True): lacking}
            else:
                values[public, False] = rows.c[column_name(AMOUNT, public)]
        return joined, values

    def _day(self) -> ColumnElement[Any]:
        rates = self.question.rates
        if rates.on is not None:
            return literal(rates.on)
        return day_of(getattr(self.entity, rates.key.column), self.calendar)

    def _figure(self, values: Mapping[Any, Any], figure: Figure) -> ColumnElement[Any]:
        public, name = figure
        measure = self.question.subject.measured[public].family.measures[name]
        return measure.reckoned(values[public, name == MISSING_RATES])

    def _nothing(self, column: Any) -> ColumnElement[Any]:
        """Say what a figure of no records is: a count is 0, a value empty."""
        counts = {COUNT} | {
            figure_label(it)
            for it in self.question.figures
            if self.question.subject.measured[it[0]].family.measures[it[1]].counts
        }
        return literal(0) if column.key in counts else null()

    def _period_at(self) -> int:
        """Say which of the keys is the one period, whose gaps are filled."""
        return next(n for n, it in enumerate(self.question.by) if it.unit)


def key_label(number: int) -> str:
    return f"k{number}"


def figure_label(figure: Figure) -> str:
    return "m_" + "_".join(figure)


def _key(column: Any, by: By, calendar: Calendar) -> ColumnElement[Any]:
    key: ColumnElement[Any] = begun(column, by.unit, calendar) if by.unit else column
    return key


def _same(key: Any, given: Any, empty: str) -> ColumnElement[bool]:
    """Say that two keys are the same, be they empty, in a way that the database can hash."""
    stands: ColumnElement[Any] = literal_column(empty)
    return and_(
        func.coalesce(key, stands) == func.coalesce(given, stands),
        key.is_(None) == given.is_(None),
    )
