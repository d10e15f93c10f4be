"""What can be asked about the company."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.reading import Reading
from services.customers.company.model import Company
from services.customers.permissions import READ_COMPANY

companies = Reading(Company, READ_COMPANY)


async def is_founded(session: AsyncSession) -> bool:
    """Say whether the tenant at hand has a company."""
    return await session.scalar(select(Company.id)) is not None
