"""The company in the graph."""

import strawberry

from services.chassis.graph import Record, field, record, sole, update
from services.customers.company import commands, queries


@record(queries.companies, "The company that works with these records: the tenant.")
class Company(Record):
    name: str = field("What it is called.", write=True)
    base_currency: str = field("The currency it counts in (ISO 4217).", write=True)
    time_zone: str = field("Where its days begin and end (IANA name).", write=True)


@strawberry.type
class Query:
    company: Company | None = sole(Company, "The company that you work for.")


@strawberry.type
class Mutation:
    update_company = update(Company, commands.update, "Change the company's settings.")
