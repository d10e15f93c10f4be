"""What can be asked about portal identities, and who may do what here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis.access import Directory, Portals
from services.chassis.reading import Reading
from services.customers.permissions import READ_PORTAL_IDENTITIES
from services.customers.policies.model import FieldPolicy
from services.customers.portal.model import PortalIdentity, PortalSession
from services.customers.roles.model import StaffRole
from services.customers.sessions.model import Session
from services.customers.staff.model import StaffUser
from services.customers.units.model import OrgUnit

identities = Reading(PortalIdentity, READ_PORTAL_IDENTITIES)
portals = Portals(
    PortalIdentity, PortalIdentity.customer_id, PortalIdentity.contact_id, PortalSession
)
directory = Directory(StaffUser, StaffRole, OrgUnit, FieldPolicy, Session, portals)


async def of(
    session: AsyncSession, column: InstrumentedAttribute[Any], id: str
) -> Sequence[PortalIdentity]:
    """Give the identities of a contact or of a customer, kept from others until the commit."""
    found = select(PortalIdentity).where(column == id).order_by(PortalIdentity.id)
    return (await session.scalars(found.with_for_update())).all()
