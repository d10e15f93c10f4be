"""Where services keep their events: the databases of this checkout, or the one that is named."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.cli import here
from deploy.local.databases import SERVICES
from deploy.local.refusals import Refused
from services.chassis.database import connect
from services.chassis.refusals import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A service's database, by the two roles that it has for its programs."""

    service: str
    app_url: str
    worker_url: str

    @asynccontextmanager
    async def app(self) -> AsyncIterator[AsyncEngine]:
        engine = connect(self.app_url, pool_size=1, name="crm events")
        try:
            yield engine
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[AsyncConnection]:
        engine = connect(self.worker_url, pooled=False, name="crm events")
        try:
            async with engine.begin() as connection:
                yield connection
        finally:
            await engine.dispose()


def in_a_pod() -> bool:
    """Say whether this is one service's own place, which knows of no other's."""
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("WORKER_DATABASE_URL"))


def places(service: str | None = None) -> list[Place]:
    """Give the places asked for; in a service's own pod, that is the one it is told of."""
    if in_a_pod():
        app_url, worker_url = os.environ["DATABASE_URL"], os.environ["WORKER_DATABASE_URL"]
        return [Place(service or app_url.rpartition("/")[2], app_url, worker_url)]
    found = here.databases()
    names = [here.named(service)] if service else SERVICES
    return [Place(it, found[it].app_url, found[it].worker_url) for it in names]


async def of_each(
    wanted: list[Place], ask: Callable[[AsyncConnection], Awaitable[T]]
) -> dict[str, T]:
    """Ask each place as its worker, one after the other."""
    answers = {}
    for place in wanted:
        async with place.worker() as connection:
            answers[place.service] = await ask(connection)
    return answers


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do something with databases, and say in one sentence why it could not be done."""
    try:
        return asyncio.run(work)
    except Refusal as refusal:
        raise Refused(refusal.message) from None
    except (SQLAlchemyError, OSError) as error:
        raise Refused(f"the database did not do it: {type(error).__name__}") from None
