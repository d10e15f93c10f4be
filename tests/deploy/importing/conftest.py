"""A graph to import into: customers' own, on a real database, with a company for each test."""

from datetime import timedelta
from functools import partial

import pytest

from services.chassis.ids import new_id
from tests.deploy.importing.served import Served
from tests.support.databases import connected


@pytest.fixture
async def graph(customers_database):
    async with connected(customers_database) as engine:
        served = Served(customers_database, engine, new_id("company"))
        await served.start()
        yield served
        await served.stop()


@pytest.fixture
async def crm(graph, tmp_path):
    """Run `crm` in a folder, as an administrator."""
    token = await graph.token("ADMINISTRATOR", life=timedelta(minutes=5))

    return partial(graph.crm, token, tmp_path)


@pytest.fixture
def folder(tmp_path):
    """A folder with mappings of customers and of their contacts."""
    (tmp_path / "customers.toml").write_text(CUSTOMERS)
    (tmp_path / "contacts.toml").write_text(CONTACTS)
    return tmp_path


CUSTOMERS = """
kind = "customers"
mutation = "upsertCustomers"
source = "shop"
id = "code"

[fields]
kind = { value = "ORGANISATION" }
name = { column = "company" }
email = { text = "info@{code}.example", lower = true }
employees = { column = "staff" }
revenue = { column = "turnover", round = 2, scale = 1000, currency = "{currency}" }
tier = { column = "grade", map = { "1" = "A", "2" = "B" } }

[history]
status = { column = "left_on", empty = "ACTIVE", filled = "INACTIVE" }
"""
CONTACTS = """
kind = "contacts"
mutation = "upsertContacts"
source = "shop"
id = ["code", "number"]

[fields]
customerId = { column = "code", to = "customers" }
name = { text = "{first} {last}" }
isPrimary = { column = "first_choice", empty = false }
"""
