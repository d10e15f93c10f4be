"""A company of its own for each test of the kit."""

import pytest

from services.chassis.actor import Actor
from services.chassis.ids import new_id
from tests.kit.harbour import ALL, Harbour
from tests.kit.transfers import running
from tests.support.databases import connected


async def everything(identity):
    """Permit everything to whoever asked for a job."""
    return Actor(identity.tenant, identity.subject, identity.kind, ALL)


@pytest.fixture(scope="session")
async def engine(toy):
    async with connected(toy) as engine:
        yield engine


@pytest.fixture
def harbour(engine):
    return Harbour(engine, new_id("company"))


@pytest.fixture
async def runner(toy):
    """A runner of jobs for this test, before whom everybody may do everything."""
    async with running(toy, everything) as runner:
        yield runner


@pytest.fixture
def elsewhere(engine):
    """Another company on the same database."""
    return Harbour(engine, new_id("company"))
