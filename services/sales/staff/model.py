"""Copies of staff users, their roles and units, and of what policies keep from them."""

from sqlalchemy.orm import Mapped

from services.chassis.access import Employed, Granting
from services.chassis.database import ID, Entity, Personal, Projected, column
from services.chassis.policies import Policing, Staying


class StaffUser(Projected, Employed, Staying, Entity):
    __tablename__ = "staff_user"


class StaffRole(Projected, Granting, Entity):
    __tablename__ = "staff_role"


class OrgUnit(Projected, Entity):
    __tablename__ = "org_unit"

    parent_id: Mapped[str | None] = column(Personal.NONE, ID)


class FieldPolicy(Projected, Policing, Entity):
    __tablename__ = "field_policy"
