"""Courtesy: how a job steps aside after each batch, so that whoever waits for an answer is first.

While nobody else is at work in the database a job takes all it can get. When somebody was during a
batch, it pauses for as long as the batch took: under steady work it has half of the time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

OTHERS = text("""
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user
          AND application_name <> current_setting('application_name')
          AND state_change > clock_timestamp() - make_interval(secs => :seconds))
""")
LONGEST_PAUSE = 1.0
FIRST, FEWEST, MOST, STEP = 200, 100, 500, 25
WANTED_SECONDS, LONG_SECONDS = 0.1, 0.25


class Courtesy:
    """One for a process: its jobs take turns, a batch each, and all of them step aside together.

    `rows` is how many a batch may have, so that nobody notices for how long it holds its locks.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.pause = pause
        self.rows = FIRST
        self.most = MOST
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn, and leave time for others after it."""
        async with self._turn:
            begun = self.clock()
            yield
            took = self.clock() - begun
            self._learn(took)
            await self.pause(min(took, LONGEST_PAUSE) if await self._others(took) else 0)

    def _learn(self, took: float) -> None:
        if took > LONG_SECONDS:
            self.rows = max(min(FEWEST, self.most), self.rows // 2)
        elif took < WANTED_SECONDS:
            self.rows = min(self.most, self.rows + STEP)

    async def _others(self, seconds: float) -> bool:
        """Say whether anybody else has asked this database anything in these last seconds."""
        async with self.engine.connect() as connection:
            return bool(await connection.scalar(OTHERS, {"seconds": seconds}))
