"""Conversion: amounts of many currencies counted in one, at the rate of a day of their own."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, func, literal, null, select, true

from services.chassis.exchange import Reckoning

MONEY_DECIMALS = 4
AMOUNT, CURRENCY, DAY = "amount", "currency", "day"


@dataclass(frozen=True)
class Conversion:
    """One money of the rows to group, which hold its amount, its currency and its day."""

    rows: Any
    public: str
    reckoning: Reckoning
    base: str | None

    def joined(self, joined: Any) -> tuple[Any, ColumnElement[Any], ColumnElement[Any]]:
        """Join the rates; give the amount in the base currency, and 1 where it has no rate.

        A rate is looked up once for each currency and day that there is, not for each row.
        """
        amount, currency, day = (self._column(it) for it in (AMOUNT, CURRENCY, DAY))
        value: ColumnElement[Any] = cast(null(), Numeric)
        if self.base is not None:
            own = currency == self.base
            rates = self._rates(currency, day)
            same = and_(currency == rates.c.currency, day == rates.c.day)
            joined = joined.outerjoin(rates, same)
            converted = func.round(amount * rates.c.rate, MONEY_DECIMALS, type_=Numeric())
            value = case((own, amount), else_=converted)
        lacking = case((and_(amount.is_not(None), value.is_(None)), literal(1)))
        return joined, value, lacking

    def _rates(self, currency: Any, day: Any) -> Any:
        there = select(currency.label(CURRENCY), day.label(DAY)).where(currency != self.base)
        days = there.distinct().subquery(f"days_of_{self.public}")
        rate = self.reckoning.rate(days.c.currency, days.c.day).lateral(f"rate_of_{self.public}")
        found = select(*days.c, rate.c.rate).select_from(days.join(rate, true()))
        return found.subquery(f"rates_of_{self.public}")

    def _column(self, what: str) -> Any:
        return self.rows.c[column_name(what, self.public)]


def column_name(what: str, public: str) -> str:
    """Name a column of the rows to group: the amount, the currency or the day of a money."""
    return f"{what}_{public}"
