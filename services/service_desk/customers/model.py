"""The desk's copy of customers: what it must know without asking."""

from sqlalchemy import false
from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, Projected, column


class Customer(Projected, Entity):
    """An organisation has its name here; a person's stays with the service that owns it."""

    __tablename__ = "customer"

    organisation_name: Mapped[str | None] = column()
    owner_id: Mapped[str | None] = column(Personal.NONE, ID)
    team_id: Mapped[str | None] = column(Personal.NONE, ID)
    tier: Mapped[str | None] = column()
    status: Mapped[str] = column()
    is_archived: Mapped[bool] = column(server_default=false())
