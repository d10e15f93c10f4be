"""Draining: a worker lets through what was parked behind dead letters that are settled."""

import asyncio
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import dead_letters, metrics
from services.chassis.logs import log
from services.chassis.reacting import Reactions
from services.chassis.troubles import told

POLL_SECONDS, LONGEST_SECONDS = 0.5, 60.0
MOST = 100
Key = tuple[str, str, str]


class Draining:
    """Looks for gates that let parked events through, on a connection of the worker's role.

    Any number may run: each step locks its gate. What fails is tried again, later each time.
    """

    def __init__(self, engine: AsyncEngine, reactions: Reactions) -> None:
        self.engine = engine
        self.reactions = reactions
        self._failed: dict[Key, tuple[int, float]] = {}
        self._told = ""

    async def run(self) -> None:
        while True:
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001  # the database is away, and comes back
                if told(error) != self._told:
                    log().warning("draining was put off", reason=told(error))
                self._told = told(error)
            await asyncio.sleep(POLL_SECONDS)

    async def _serve(self) -> None:
        """Look again and again, on one connection: to make one costs more than to look."""
        async with self.engine.connect() as raw:
            connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
            while True:
                await self._go_round(connection)
                self._told = ""
                await asyncio.sleep(POLL_SECONDS)

    async def _go_round(self, connection: AsyncConnection) -> None:
        service = self.reactions.subscriptions.reader
        metrics.DEAD.labels(service).set(await dead_letters.waiting(connection))
        found = await dead_letters.draining(connection, MOST)
        self._failed = {key: it for key, it in self._failed.items() if key in found}
        for key in found:
            times, due = self._failed.get(key, (0, 0.0))
            if monotonic() >= due:
                await self._drain(key, times + 1)

    async def _drain(self, key: Key, times: int) -> None:
        try:
            await self.reactions.drain(*key, failures=times)
        except Exception as error:  # noqa: BLE001  # it is tried again
            wait = min(POLL_SECONDS * 2**times, LONGEST_SECONDS)
            self._failed[key] = (times, monotonic() + wait)
            log().error("a parked event failed", source=key[1], tries=times, reason=told(error))
