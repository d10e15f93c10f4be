"""A sown company in the database of each service and of the toy."""

from contextlib import AsyncExitStack

import pytest

from services.chassis.ids import new_id
from tests.reading.doors import SUBJECTS, Visitor
from tests.support.databases import connected
from tests.support.sowing import Sower

ROWS = 120


@pytest.fixture(scope="session")
async def visitors(admin_url, toy, customers_database, sales_database, desk_database):
    databases = {"toy": toy, "customers": customers_database}
    databases |= {"sales": sales_database, "service_desk": desk_database}
    tenant = new_id("company")
    async with AsyncExitStack() as stack:
        made = {}
        for service, database in databases.items():
            engine = await stack.enter_async_context(connected(database))
            await Sower(admin_url, database.name, service).sow(tenant, ROWS)
            made[service] = Visitor(service, engine, tenant)
        yield made


@pytest.fixture(params=SUBJECTS)
def visitor(visitors, request):
    """Somebody who knocks at every door of one service."""
    return visitors[request.param]
