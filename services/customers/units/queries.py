"""What can be asked about organisation units."""

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis.reading import Reading
from services.customers.permissions import READ_STAFF
from services.customers.units.model import OrgUnit

units = Reading(OrgUnit, READ_STAFF)


async def hold_tree(session: AsyncSession, tenant: str) -> None:
    """Let no other unit of this company move until this work is done."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"org_unit {tenant}"))))


async def above(session: AsyncSession, id: str) -> set[str]:
    """Give a unit and all above it."""
    up = select(OrgUnit.id, OrgUnit.parent_id).where(OrgUnit.id == id).cte("up", recursive=True)
    higher = select(OrgUnit.id, OrgUnit.parent_id).where(OrgUnit.id == up.c.parent_id)
    return set(await session.scalars(select(up.union(higher).c.id)))


async def has_units(session: AsyncSession, id: str) -> bool:
    """Say whether a unit has others within it that are in use."""
    within = exists().where(OrgUnit.parent_id == id, OrgUnit.archived_at.is_(None))
    return bool(await session.scalar(select(within)))
