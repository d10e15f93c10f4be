"""What is told of a company."""

from typing import Self

from services.chassis.events import Event
from services.customers.company.model import Company


class _Settings(Event):
    company_id: str
    name: str
    base_currency: str
    time_zone: str

    @classmethod
    def of(cls, company: Company) -> Self:
        return cls(
            company_id=company.id,
            name=company.name,
            base_currency=company.base_currency,
            time_zone=company.time_zone,
        )


class CompanyCreated(_Settings):
    type = "customers.company.created.v1"


class CompanyUpdated(_Settings):
    type = "customers.company.updated.v1"
