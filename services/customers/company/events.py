"""What is told of a company, and of its exchange rates."""

from datetime import date
from decimal import Decimal

from services.chassis.events import Event


class CompanyFacts(Event):
    company_id: str
    name: str
    base_currency: str
    time_zone: str
    fiscal_month: int


class CompanyCreated(CompanyFacts):
    type = "customers.company.created.v1"


class CompanyUpdated(CompanyFacts):
    type = "customers.company.updated.v1"


class ExchangeRateFacts(Event):
    exchange_rate_id: str
    currency: str
    valid_on: date
    rate: Decimal


class ExchangeRateCreated(ExchangeRateFacts):
    type = "customers.exchange_rate.created.v1"


class ExchangeRateUpdated(ExchangeRateFacts):
    type = "customers.exchange_rate.updated.v1"


class ExchangeRateArchived(ExchangeRateFacts):
    type = "customers.exchange_rate.archived.v1"


class ExchangeRateRestored(ExchangeRateFacts):
    type = "customers.exchange_rate.restored.v1"
