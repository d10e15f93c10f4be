"""The relay: carries the outbox to the stream, each aggregate's events in their order.

Any number of relays may run: they share the hash partitions by leases. What one leaves half done
another does again, and the ids tell the stream what it knows. While NATS is away events wait.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from time import monotonic
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import metrics
from services.chassis.leases import Leases
from services.chassis.logs import log
from services.chassis.publishing import Outgoing, publish
from services.chassis.streams import Stream

ROUND, FEWEST = 200, 50
"""How many events a round carries at the most, and how many of a partition it looks at."""
POLL_SECONDS, BALANCE_SECONDS, MEASURE_SECONDS = 0.05, 1.0, 5.0
BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
LEASE_SECONDS = 30.0
"""How long a relay may be silent before the database gives its partitions to others.

A machine without power says no goodbye: without this its leases would last for hours.
"""
COUNTED = 100_000
"""A backlog is counted up to here: more is bad enough, and counting it would add to it."""

# The table is empty whenever it is analysed, so the planner must be told to use its indexes.
BY_INDEX = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""What is switched off for it; rows are then found in the order in which they are named."""
LEASE = "SET idle_session_timeout = '{:g}s'"
PENDING = text("""
    WITH next AS (
        SELECT pending.* FROM unnest(CAST(:partitions AS int[])) AS mine(partition)
        CROSS JOIN LATERAL (
            SELECT own.* FROM event_pending AS own
            WHERE own.partition = mine.partition AND NOT EXISTS (
                SELECT FROM event_pending AS earlier
                WHERE earlier.tenant = own.tenant AND earlier.aggregate_id = own.aggregate_id
                  AND earlier.sequence < own.sequence
                  AND (earlier.bulk, earlier.laid_at) > (own.bulk, own.laid_at))
            ORDER BY own.bulk, own.laid_at, own.sequence LIMIT :each
        ) AS pending
        ORDER BY pending.bulk, pending.laid_at, pending.sequence LIMIT :round
    )
    SELECT tenant, aggregate_id, sequence, event.id, event.type, event.body, next.laid_at
    FROM next JOIN event USING (tenant, aggregate_id, sequence, told_on)
    ORDER BY next.bulk, next.laid_at, next.sequence
""")
FORGET = text("""
    DELETE FROM event_pending AS pending
    USING unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:sequences AS int[]),
                 CAST(:laid AS timestamptz[])) AS gone(tenant, aggregate_id, sequence, laid_at)
    WHERE pending.tenant = gone.tenant AND pending.aggregate_id = gone.aggregate_id
      AND pending.sequence = gone.sequence AND pending.laid_at = gone.laid_at
""")
BACKLOG = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM event_pending LIMIT :counted) AS seen) AS waiting,
           coalesce(extract(epoch FROM clock_timestamp() - (
               SELECT min(laid_at) FROM (SELECT laid_at FROM event_pending LIMIT :counted) AS seen
           )), 0)::float AS oldest_seconds
""")


class Backlog(NamedTuple):
    """How many events wait for the stream, and for how long the oldest has."""

    waiting: int
    oldest_seconds: float


async def backlog(connection: AsyncConnection) -> Backlog:
    """Measure what waits, as far as this connection's role may see it."""
    found = (await connection.execute(BACKLOG, {"counted": COUNTED})).one()
    return Backlog(*found)


class Relay:
    """One relay of one service, on a connection of the worker's role.

    `wake` says that something was committed; a poll finds it also without.
    """

    def __init__(self, engine: AsyncEngine, stream: Stream, service: str) -> None:
        self.engine = engine
        self.stream = stream
        self.service = service
        self._woken = asyncio.Event()
        self._stopping = False
        self._failures = 0
        self._balanced_at = self._measured_at = 0.0

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Relay until stopped; what fails is told, and tried again."""
        while not self._stopping:
            try:
                await self._serve()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  # whatever it was, events must go on
                await self._back_off(error)

    def stop(self) -> None:
        """Let `run` end after a last round."""
        self._stopping = True
        self.wake()

    async def _serve(self) -> None:
        """Work on one connection: when it breaks, its leases are gone, and all begins anew."""
        async with self.engine.connect() as raw:
            connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
            for way in BY_INDEX:
                await connection.execute(text(f"SET {way} = off"))
            await connection.execute(text(LEASE.format(LEASE_SECONDS)))
            leases = Leases(connection)
            await leases.join()
            self._balanced_at = 0.0
            while not self._stopping:
                await self._look_around(connection, leases)
                await self._turn(connection, leases)
            await self._finish(connection, leases)

    async def _turn(self, connection: AsyncConnection, leases: Leases) -> None:
        """Do a round if there is a way to the stream, and wait if there is nothing more to do."""
        self._woken.clear()
        try:
            sent = await self._round(connection, leases.held)
        except Exception as error:
            if connection.invalidated:
                raise  # and with it the leases
            await self._back_off(error)
            return
        self._failures = 0
        if sent < FEWEST:
            await self._pause(POLL_SECONDS)

    async def _round(self, connection: AsyncConnection, partitions: Sequence[int]) -> int:
        if not partitions:
            return 0
        each = max(FEWEST, ROUND // len(partitions))
        asked = {"partitions": partitions, "each": each, "round": ROUND}
        rows = await connection.execute(PENDING, asked)
        events = in_sequence(Outgoing(*row) for row in rows)
        if not events:
            return 0
        await self.stream.opened()
        acknowledged: list[Outgoing] = []
        begun = monotonic()
        try:
            async with aclosing(publish(self.stream, events)) as published:
                async for it in published:
                    acknowledged.append(it)  # what came before a failure counts
                    if monotonic() - begun > LEASE_SECONDS / 2:
                        break  # while the leases are ours
        finally:
            await self._forget(connection, acknowledged)
        return len(acknowledged)

    async def _forget(self, connection: AsyncConnection, events: Sequence[Outgoing]) -> None:
        """Forget what the stream has; what was laid out again meanwhile goes once more."""
        if not events:
            return
        # whoever lays out again deletes in this order too: else each could wait for the other
        events = sorted(events, key=lambda it: (*it.aggregate, it.sequence))
        keys = {
            "tenants": [it.tenant for it in events],
            "ids": [it.aggregate_id for it in events],
            "sequences": [it.sequence for it in events],
            "laid": [it.laid_at for it in events],
        }
        await connection.execute(FORGET, keys)
        metrics.PUBLISHED.labels(self.service).inc(len(events))

    async def _finish(self, connection: AsyncConnection, leases: Leases) -> None:
        """Carry what was committed last, while the stream takes it."""
        while self.stream.is_connected and await self._round(connection, leases.held):
            pass

    async def _look_around(self, connection: AsyncConnection, leases: Leases) -> None:
        now = monotonic()
        if now - self._balanced_at >= BALANCE_SECONDS:
            self._balanced_at = now
            await leases.balance()
            metrics.PARTITIONS.labels(self.service).set(len(leases.held))
        if now - self._measured_at >= MEASURE_SECONDS:
            self._measured_at = now
            found = await backlog(connection)
            metrics.BACKLOG.labels(self.service).set(found.waiting)
            metrics.OLDEST.labels(self.service).set(found.oldest_seconds)

    async def _back_off(self, error: Exception) -> None:
        if self._failures == 0:
            log().warning("the relay stops for a while", reason=f"{type(error).__name__}: {error}")
        delay = BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS) - 1)]
        self._failures += 1
        deadline = monotonic() + delay
        while not self._stopping and (left := deadline - monotonic()) > 0:
            self._woken.clear()
            await self._pause(left)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return


def in_sequence(events: Iterable[Outgoing]) -> list[Outgoing]:
    """Keep of each aggregate what follows on without a gap; the first is its first pending.

    The query leaves out an event that an earlier one of its aggregate must go before (bulk, or
    laid while the clock went back); what comes after the one left out must then wait as well.
    """
    last: dict[tuple[str, str], int] = {}
    kept = []
    for it in events:
        if it.sequence == last.get(it.aggregate, it.sequence - 1) + 1:
            last[it.aggregate] = it.sequence
            kept.append(it)
    return kept
