"""Copies of who comes in by the portal, and who may do what here."""

from sqlalchemy.orm import Mapped

from services.chassis.access import Directory, Portals
from services.chassis.database import ID, Entity, Personal, Projected, column
from services.chassis.policies import Staying
from services.service_desk.staff.model import FieldPolicy, OrgUnit, StaffRole, StaffUser


class PortalIdentity(Projected, Staying, Entity):
    __tablename__ = "portal_identity"

    customer_id: Mapped[str] = column(Personal.NONE, ID)
    contact_id: Mapped[str] = column(Personal.NONE, ID)
    is_active: Mapped[bool] = column(default=True)


portals = Portals(PortalIdentity, PortalIdentity.customer_id, PortalIdentity.contact_id)
directory = Directory(StaffUser, StaffRole, OrgUnit, FieldPolicy, portal=portals)
