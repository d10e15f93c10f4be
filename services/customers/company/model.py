"""A company, one for each tenant."""

from typing import TypeVar

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, column
from services.customers.company.events import CompanyFacts

Fact = TypeVar("Fact", bound=CompanyFacts)


class Company(RecordColumns, Entity):
    __tablename__, __prefix__ = "company", "com"
    __owned_by_maker__ = False
    __table_args__ = (UniqueConstraint("tenant", name="company_tenant_uq"),)

    name: Mapped[str] = column()
    base_currency: Mapped[str] = column(Personal.NONE, String(3))
    time_zone: Mapped[str] = column(Personal.NONE, String(64))

    def told(self, kind: type[Fact]) -> Fact:
        """Give the fact of this kind, with what others may know."""
        return kind(
            company_id=self.id,
            name=self.name,
            base_currency=self.base_currency,
            time_zone=self.time_zone,
        )
