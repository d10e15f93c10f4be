"""What can be asked about roles."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.roles.model import StaffRole

roles = Reading(StaffRole, READ_STAFF)


async def keys(session: AsyncSession, named: Sequence[str]) -> dict[str, str]:
    """Say of roles in use by which key staff users hold them: a standard one by its name."""
    found = select(StaffRole.id, StaffRole.standard).where(
        StaffRole.id.in_(named), StaffRole.archived_at.is_(None)
    )
    return {it.id: it.standard or it.id for it in (await session.execute(found)).all()}


async def live(session: AsyncSession, ids: Sequence[str]) -> set[str]:
    """Say which of these are roles that are in use."""
    found = select(StaffRole.id).where(StaffRole.id.in_(ids), StaffRole.archived_at.is_(None))
    return set(await session.scalars(found))
