"""A staff user."""

import enum

from sqlalchemy import ARRAY, Index, String, text
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, column


class Role(enum.Enum):
    ADMINISTRATOR = "ADMINISTRATOR"
    SALES_MANAGER = "SALES_MANAGER"
    SALES_REPRESENTATIVE = "SALES_REPRESENTATIVE"
    SERVICE_AGENT = "SERVICE_AGENT"


class StaffUser(RecordColumns, Entity):
    __tablename__, __prefix__ = "staff_user", "usr"
    __sorts__ = ("name",)
    __lists__ = (("is_active", "name"),)
    __owned_by_maker__ = False
    __table_args__ = (
        Index(
            "staff_user_email_uq",
            "tenant",
            "email",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    name: Mapped[str] = column(Personal.NAME)
    email: Mapped[str] = column(Personal.CONTACT)
    roles: Mapped[list[str]] = column(Personal.NONE, ARRAY(String(40)))
    is_active: Mapped[bool] = column(default=True)
    password_hash: Mapped[str | None] = column(Personal.CREDENTIAL)
