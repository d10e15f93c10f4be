"""Exchange: in which currency a company counts, and what others are worth in it on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Select, String, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped

from services.chassis.calendars import Calendar, zone_named
from services.chassis.database import Personal, column


class Reckoned:
    """How a company counts its money and its time; whichever service keeps this has one row."""

    base_currency: Mapped[str] = column(Personal.NONE, String(3))
    time_zone: Mapped[str] = column(Personal.NONE, String(64))
    fiscal_month: Mapped[int] = column(default=1, server_default="1")


class Rated:
    """What one of a currency is worth in the base currency, from a day on until the next rate."""

    currency: Mapped[str] = column(Personal.NONE, String(3))
    valid_on: Mapped[date] = column()
    rate: Mapped[Decimal] = column(Personal.NONE, Numeric(20, 10))


@dataclass(frozen=True)
class Reckoning:
    """Where a service keeps how its company counts: its own tables `Reckoned` and `Rated`.

    Without them, and before the company is known, days are those of UTC, and no amount has a rate.
    """

    company: Any = None
    rates: Any = None

    async def calendar(self, connection: AsyncConnection) -> Calendar:
        """Read by which calendar the company at hand lives."""
        company = self.company
        if company is None:
            return Calendar()
        found = await connection.execute(select(company.time_zone, company.fiscal_month))
        row = found.one_or_none()
        return Calendar(zone_named(row.time_zone), row.fiscal_month) if row else Calendar()

    async def base_currency(self, connection: AsyncConnection) -> str | None:
        """Read in which currency the company at hand counts."""
        if self.company is None:
            return None
        found: str | None = await connection.scalar(select(self.company.base_currency))
        return found

    def rate(self, currency: Any, day: Any) -> Select[tuple[Decimal]]:
        """Select the last rate of a currency that was valid on a day, if there is one."""
        rates = self.rates
        found = select(rates.rate).where(rates.currency == currency, rates.valid_on <= day)
        if hasattr(rates, "archived_at"):
            found = found.where(rates.archived_at.is_(None))
        return found.order_by(rates.valid_on.desc()).limit(1)


UNKNOWN = Reckoning()
"""How a service counts that keeps nothing of it."""
