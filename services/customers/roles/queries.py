"""What can be asked about roles."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.roles.model import StaffRole

roles = Reading(StaffRole, READ_STAFF)


async def live(session: AsyncSession, ids: Sequence[str]) -> set[str]:
    """Say which of these are roles that are in use."""
    found = select(StaffRole.id).where(StaffRole.id.in_(ids), StaffRole.archived_at.is_(None))
    return set(await session.scalars(found))
