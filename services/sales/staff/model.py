"""A copy of a staff user."""

from sqlalchemy import ARRAY, String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, Projected, column


class StaffUser(Projected, Entity):
    __tablename__ = "staff_user"

    roles: Mapped[list[str]] = column(Personal.NONE, ARRAY(String(40)))
    is_active: Mapped[bool] = column()
