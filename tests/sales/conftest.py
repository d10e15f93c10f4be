"""A company of its own for each test of sales."""

import pytest

from services.chassis.ids import new_id
from tests.sales.company import Company
from tests.support.databases import connected


@pytest.fixture(scope="session")
async def engine(sales_database):
    async with connected(sales_database) as engine:
        yield engine


@pytest.fixture
async def company(engine):
    company = Company(engine, new_id("company"))
    await company.employ("ADMINISTRATOR")
    return company
