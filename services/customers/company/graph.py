"""The company, its exchange rates and its numbers in the graph."""

from datetime import date
from decimal import Decimal

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    described,
    field,
    groups,
    one,
    record,
    restore,
    sole,
    update,
    upsert,
)
from services.customers.company import model, queries
from services.customers.company.commands import company, exchange_rates, number_formats
from services.customers.permissions import IMPORT_HISTORY

described(
    model.Document,
    "What is numbered.",
    CASE="Cases of the service desk.",
    ORDER="Orders of sales.",
)


@record(queries.companies, "The company that works with these records: the tenant.")
class Company(Record):
    name: str = field("What it is called.", write=True)
    base_currency: str = field("The currency it counts in (ISO 4217).", write=True)
    time_zone: str = field("Where its days begin and end (IANA name).", write=True)
    fiscal_month: int = field("The month in which its fiscal years begin, 1 to 12.", write=True)
    languages: list[str] = field(
        "The languages it works in (BCP 47); the first is what others fall back to.", write=True
    )


@record(queries.exchange_rates, "What a currency is worth, from a day on until its next rate.")
class ExchangeRate(Record):
    currency: str = field("Which currency (ISO 4217).", write=True)
    valid_on: date = field("The first day on which it is worth this.", write=True)
    rate: Decimal = field("What one of it is worth in the company's base currency.", write=True)


@record(queries.number_formats, "How the numbers of one kind of document are written.")
class NumberFormat(Record):
    document: model.Document = field("Of which documents.", write=True)
    pattern: str = field(
        "Letters with one `{number}`, or `{number:5}` for five digits at least, and perhaps "
        "`{year}`: then each year counts from the start.",
        write=True,
    )
    first_number: int = field("The least number that is given from now on.", write=True)


@strawberry.type
class Query:
    company: Company | None = sole(Company, "The company that you work for.")
    exchange_rate: ExchangeRate | None = one(ExchangeRate, "One exchange rate.")
    exchange_rates: Connection[ExchangeRate] | None = connection(
        ExchangeRate, "The exchange rates, by which groups count money."
    )
    exchange_rate_groups = groups(ExchangeRate, "The exchange rates, in groups.")
    number_format: NumberFormat | None = one(NumberFormat, "One format of numbers.")
    number_formats: Connection[NumberFormat] | None = connection(
        NumberFormat, "How numbers are written; documents without one have the usual format."
    )


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
    create_number_format = create(
        NumberFormat, number_formats.create, "Say how the numbers of documents are written."
    )
    update_number_format = update(
        NumberFormat, number_formats.update, "Have numbers written otherwise from now on."
    )
    archive_number_format = archive(NumberFormat, number_formats.archive)
    restore_number_format = restore(NumberFormat, number_formats.restore)
