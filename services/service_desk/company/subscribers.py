"""What the desk does when the company changes how it counts."""

from datetime import date
from decimal import Decimal

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.service_desk.company.model import Company, ExchangeRate

subscriptions = Subscriptions("service_desk", [Company, ExchangeRate])


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


@subscriptions.on(CompanyCreated, CompanyUpdated)
async def when_the_company_comes_or_changes(work: Work, event: CompanyCreated) -> None:
    await work.keep(
        Company,
        event.company_id,
        base_currency=event.base_currency,
        time_zone=event.time_zone,
        fiscal_month=event.fiscal_month,
    )


@subscriptions.on(ExchangeRateCreated, ExchangeRateUpdated, ExchangeRateRestored)
async def when_an_exchange_rate_comes_or_changes(work: Work, event: ExchangeRateCreated) -> None:
    await work.keep(
        ExchangeRate,
        event.exchange_rate_id,
        currency=event.currency,
        valid_on=event.valid_on,
        rate=event.rate,
    )


@subscriptions.on(ExchangeRateArchived)
async def when_an_exchange_rate_is_archived(work: Work, event: ExchangeRateArchived) -> None:
    await work.drop(ExchangeRate, event.exchange_rate_id)
