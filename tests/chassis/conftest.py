"""The toy's database as its programs reach it."""

import pytest

from services.chassis.database import connect
from services.chassis.work import Works


@pytest.fixture
def teller():
    """The service in whose name is told what is told."""
    return "toy"


@pytest.fixture
async def works(database, teller):
    engine = connect(database.app_url)
    yield Works(engine, teller)
    await engine.dispose()


@pytest.fixture
async def worker(database):
    engine = connect(database.worker_url, pooled=False)
    yield engine
    await engine.dispose()
