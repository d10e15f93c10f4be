"""What is told of a company."""

from services.chassis.events import Event


class CompanyFacts(Event):
    company_id: str
    name: str
    base_currency: str
    time_zone: str


class CompanyCreated(CompanyFacts):
    type = "customers.company.created.v1"


class CompanyUpdated(CompanyFacts):
    type = "customers.company.updated.v1"
