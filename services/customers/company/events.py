"""What is told of a company, and of its exchange rates."""

from datetime import date
from decimal import Decimal

from services.chassis.events import LIFE, Event, life_of


class CompanyFact(Event):
    company_id: str
    name: str
    base_currency: str
    time_zone: str
    fiscal_month: int
    languages: list[str]


class CompanyCreated(CompanyFact):
    """A company began to work with us: the settings by which it counts."""

    type = "customers.company.created.v1"


class CompanyUpdated(CompanyFact):
    """A company's name or settings were edited."""

    type = "customers.company.updated.v1"


class ExchangeRateFact(Event):
    exchange_rate_id: str
    currency: str
    valid_on: date
    rate: Decimal


ExchangeRateCreated, ExchangeRateUpdated, ExchangeRateArchived, ExchangeRateRestored = life_of(
    ExchangeRateFact, "customers.exchange_rate", LIFE[:4]
)


class NumberFormatFact(Event):
    number_format_id: str
    document: str
    pattern: str
    first_number: int


NumberFormatCreated, NumberFormatUpdated, NumberFormatArchived, NumberFormatRestored = life_of(
    NumberFormatFact, "customers.number_format", LIFE[:4]
)
