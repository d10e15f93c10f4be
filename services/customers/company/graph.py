"""The company and its exchange rates in the graph."""

from datetime import date
from decimal import Decimal

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    field,
    groups,
    one,
    record,
    restore,
    sole,
    update,
    upsert,
)
from services.customers.company import queries
from services.customers.company.commands import company, exchange_rates
from services.customers.permissions import IMPORT_HISTORY


@record(queries.companies, "The company that works with these records: the tenant.")
class Company(Record):
    name: str = field("What it is called.", write=True)
    base_currency: str = field("The currency it counts in (ISO 4217).", write=True)
    time_zone: str = field("Where its days begin and end (IANA name).", write=True)
    fiscal_month: int = field("The month in which its fiscal years begin, 1 to 12.", write=True)


@record(queries.exchange_rates, "What a currency is worth, from a day on until its next rate.")
class ExchangeRate(Record):
    currency: str = field("Which currency (ISO 4217).", write=True)
    valid_on: date = field("The first day on which it is worth this.", write=True)
    rate: Decimal = field("What one of it is worth in the company's base currency.", write=True)


@strawberry.type
class Query:
    company: Company | None = sole(Company, "The company that you work for.")
    exchange_rate: ExchangeRate | None = one(ExchangeRate, "One exchange rate.")
    exchange_rates: Connection[ExchangeRate] | None = connection(
        ExchangeRate, "The exchange rates, by which groups count money."
    )
    exchange_rate_groups = groups(ExchangeRate, "The exchange rates, in groups.")


@strawberry.type
class Mutation:
    update_company = update(Company, company.update, "Change the company's settings.")
    create_exchange_rate = create(ExchangeRate, exchange_rates.create, "Add an exchange rate.")
    update_exchange_rate = update(ExchangeRate, exchange_rates.update, "Correct an exchange rate.")
    archive_exchange_rate = archive(ExchangeRate, exchange_rates.archive)
    restore_exchange_rate = restore(ExchangeRate, exchange_rates.restore)
    upsert_exchange_rates = upsert(
        ExchangeRate,
        exchange_rates.create,
        exchange_rates.update,
        history=IMPORT_HISTORY,
        description="Add or correct many exchange rates.",
    )
