"""A company, one for each tenant."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, column


class Company(RecordColumns, Entity):
    __tablename__, __prefix__ = "company", "com"
    __table_args__ = (UniqueConstraint("tenant", name="company_tenant_uq"),)

    name: Mapped[str] = column()
    base_currency: Mapped[str] = column(Personal.NONE, String(3))
    time_zone: Mapped[str] = column(Personal.NONE, String(64))
