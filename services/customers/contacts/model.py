"""A contact."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, belongs_to, column
from services.chassis.scoping import Shown


class Contact(RecordColumns, Entity):
    __tablename__, __prefix__ = "contact", "con"
    __sorts__ = ("name",)
    __lists__ = (("customer_id", "name"), ("owner_id", "name"), ("team_id", "name"))
    __searched__ = ("name",)

    __portal__ = Shown("customer_id")

    customer_id: Mapped[str] = belongs_to("customer")
    name: Mapped[str] = column(Personal.NAME)
    title: Mapped[str | None] = column(Personal.FREE_TEXT)
    email: Mapped[str | None] = column(Personal.CONTACT)
    phone: Mapped[str | None] = column(Personal.CONTACT, String(40))
    is_primary: Mapped[bool] = column(default=False)
