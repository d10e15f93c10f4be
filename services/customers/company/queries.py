"""What can be asked about the company, and how it counts."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.exchange import Reckoning
from services.chassis.reading import Reading
from services.customers.company.model import Company, ExchangeRate, NumberFormat
from services.customers.permissions import READ_COMPANY

companies = Reading(Company, READ_COMPANY)
exchange_rates = Reading(ExchangeRate, READ_COMPANY)
number_formats = Reading(NumberFormat, READ_COMPANY)
reckoning = Reckoning(Company, ExchangeRate)


async def is_founded(session: AsyncSession) -> bool:
    """Say whether the tenant at hand has a company."""
    return await session.scalar(select(Company.id)) is not None


async def has_rates(session: AsyncSession) -> bool:
    """Say whether the company has exchange rates that count."""
    live = exists().where(ExchangeRate.archived_at.is_(None))
    return bool(await session.scalar(select(live)))
