"""What the desk does when the company changes how it counts."""

from datetime import date
from decimal import Decimal

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.service_desk.company.model import Company, ExchangeRate, NumberFormat

subscriptions = Subscriptions("service_desk", [Company, ExchangeRate, NumberFormat])


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


@subscriptions.on(NumberFormatCreated, NumberFormatUpdated, NumberFormatRestored)
async def when_a_number_format_comes_or_changes(work: Work, event: NumberFormatCreated) -> None:
    given = event.model_dump(include={"document", "pattern", "first_number"})
    await work.keep(NumberFormat, event.number_format_id, **given)


@subscriptions.on(NumberFormatArchived)
async def when_a_number_format_is_archived(work: Work, event: NumberFormatArchived) -> None:
    await work.drop(NumberFormat, event.number_format_id)
