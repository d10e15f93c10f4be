"""Number series: `O-2026-00017`, gapless within a tenant and a year."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, column


class NumberSeries(Entity):
    __tablename__ = "number_series"

    name: Mapped[str] = column(primary_key=True)
    year: Mapped[int] = column(primary_key=True)
    last: Mapped[int] = column()


NEXT = text("""
    INSERT INTO number_series AS series (name, year, last) VALUES (:name, :year, 1)
    ON CONFLICT (tenant, name, year) DO UPDATE SET last = series.last + 1
    RETURNING last
""")


async def next_number(session: AsyncSession, name: str, year: int) -> str:
    """Take the next number of a series; its row stays locked until the commit, so no gap."""
    last = (await session.execute(NEXT, {"name": name, "year": year})).scalar_one()
    return f"{name}-{year}-{last:05d}"
