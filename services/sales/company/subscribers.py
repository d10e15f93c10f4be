"""What sales does when the company changes how it counts."""

from datetime import date
from decimal import Decimal

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.sales.company.model import Company, ExchangeRate, NumberFormat

subscriptions = Subscriptions("sales", [Company, ExchangeRate, NumberFormat])


class CompanyCreated(Event):
    """Told without a fiscal month before there was one: then it is January."""

    type = "customers.company.created.v1"
    company_id: str
    base_currency: str
    time_zone: str
    fiscal_month: int = 1


class CompanyUpdated(CompanyCreated):
    type = "customers.company.updated.v1"


class ExchangeRateCreated(Event):
    type = "customers.exchange_rate.created.v1"
    exchange_rate_id: str
    currency: str
    valid_on: date
    rate: Decimal


class ExchangeRateUpdated(ExchangeRateCreated):
    type = "customers.exchange_rate.updated.v1"


class ExchangeRateRestored(ExchangeRateCreated):
    type = "customers.exchange_rate.restored.v1"


class ExchangeRateArchived(Event):
    type = "customers.exchange_rate.archived.v1"
    exchange_rate_id: str


class NumberFormatCreated(Event):
    type = "customers.number_format.created.v1"
    number_format_id: str
    document: str
    pattern: str
    first_number: int


class NumberFormatUpdated(NumberFormatCreated):
    type = "customers.number_format.updated.v1"


class NumberFormatRestored(NumberFormatCreated):
    type = "customers.number_format.restored.v1"


class NumberFormatArchived(Event):
    type = "customers.number_format.archived.v1"
    number_format_id: str


subscriptions.keep(Company, CompanyCreated, CompanyUpdated)
subscriptions.keep(ExchangeRate, ExchangeRateCreated, ExchangeRateUpdated, ExchangeRateRestored)
subscriptions.drop(ExchangeRate, ExchangeRateArchived)
subscriptions.keep(NumberFormat, NumberFormatCreated, NumberFormatUpdated, NumberFormatRestored)
subscriptions.drop(NumberFormat, NumberFormatArchived)
