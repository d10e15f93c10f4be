"""Copies of staff users, of the roles that they have, and of the units that they work in."""

from sqlalchemy.orm import Mapped

from services.chassis.access import Directory, Employed, Granting
from services.chassis.database import ID, Entity, Personal, Projected, column


class StaffUser(Projected, Employed, Entity):
    __tablename__ = "staff_user"


class StaffRole(Projected, Granting, Entity):
    __tablename__ = "staff_role"


class OrgUnit(Projected, Entity):
    __tablename__ = "org_unit"

    parent_id: Mapped[str | None] = column(Personal.NONE, ID)


directory = Directory(StaffUser, StaffRole, OrgUnit)
