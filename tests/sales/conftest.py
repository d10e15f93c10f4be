"""A migrated database of sales, and a company of its own for each test."""

import asyncio

import pytest

from deploy.local import databases
from services.chassis import migrations
from services.chassis.database import connect
from services.chassis.ids import new_id
from tests.sales.company import Company


@pytest.fixture(scope="session")
def sales_database(admin_url, tmp_path_factory):
    keys = tmp_path_factory.mktemp("keys")
    made = asyncio.run(databases.make(admin_url, keys, names=["sales"]))["sales"]
    migrations.upgrade("sales", made.owner_url)
    return made


@pytest.fixture(scope="session")
async def engine(sales_database):
    engine = connect(sales_database.app_url, pool_size=5)
    yield engine
    await engine.dispose()


@pytest.fixture
async def company(engine):
    company = Company(engine, new_id("company"))
    await company.employ("ADMINISTRATOR")
    return company
