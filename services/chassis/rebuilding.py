"""Rebuilding: a projection made anew from its sources' events, beside the live one, and compared.

The handlers are the live ones. They run on connections that see tables of the same names in a
schema of its own, and no others. How far the live projection is, its gates say, in the same
snapshot as its rows: the new one is brought exactly there, so that writers need not stop.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from sqlalchemy import MetaData, Table, delete, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.actor import Actor
from services.chassis.database import BIND_TENANT, RecordColumns
from services.chassis.declaring import Subscriptions
from services.chassis.events import Envelope
from services.chassis.work import Works

SCHEMA = "rebuilt"
MADE_EACH_TIME = ("id", "version", "created_at", "updated_at", "created_by_kind", "created_by_id")
"""Columns of a record that do not come from the event."""
BATCH = 500

TENANTS = text("SELECT DISTINCT tenant FROM event_gate WHERE source = ANY(:sources) ORDER BY 1")
GATES = text("""
    SELECT source, aggregate_id, sequence FROM event_gate
    WHERE source = ANY(:sources) AND sequence > 0
""")
SKIPPED = text("""
    SELECT event_id FROM dead_letter WHERE status = 'SKIPPED' AND source = ANY(:sources)
""")
TOLD = text("""
    SELECT event.body FROM event
    JOIN unnest(CAST(:ids AS text[]), CAST(:after AS int[]), CAST(:upto AS int[]))
        AS wanted(id, after, upto) ON event.aggregate_id = wanted.id
    WHERE event.tenant = :tenant AND event.sequence > wanted.after
      AND event.sequence <= wanted.upto
    ORDER BY event.aggregate_id, event.sequence
""")
LOCK = text("LOCK TABLE event_gate IN SHARE ROW EXCLUSIVE MODE")

Gates = Mapping[tuple[str, str], int]


class HistoryMissing(Exception):
    """The outbox does not hold some records' events from the first: they were dropped."""


@dataclass
class Compared:
    """Of one company: how many rows are alike, which are only live, and which only rebuilt."""

    tenant: str
    alike: int
    only_live: list[str]
    only_rebuilt: list[str]

    @property
    def is_alike(self) -> bool:
        return not (self.only_live or self.only_rebuilt)


@dataclass
class Rebuilding:
    """One slice's projection. `live` and `shadow` are the app's role; `outboxes` the workers'."""

    subscriptions: Subscriptions
    live: AsyncEngine
    shadow: AsyncEngine
    outboxes: Mapping[str, AsyncEngine]
    reached: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        return [".".join(it) for it in self.subscriptions.sources()]

    async def tenants(self, worker: AsyncEngine) -> list[str]:
        async with worker.connect() as connection:
            return list(await connection.scalars(TENANTS, {"sources": self.sources}))

    async def compare(self, tenant: str) -> Compared:
        """Bring the new one to where the live one is in one snapshot, and compare the rows."""
        async with self._within(self.live, tenant, "REPEATABLE READ") as connection:
            await self._follow(tenant, connection)
            live = await self._rows(connection)
        async with self._within(self.shadow, tenant) as connection:
            rebuilt = await self._rows(connection)
        return Compared(
            tenant,
            (live & rebuilt).total(),
            sorted((live - rebuilt).elements()),
            sorted((rebuilt - live).elements()),
        )

    async def swap(self, tenant: str) -> None:
        """Put the new rows in the place of the live ones; readers wait that long, writers not."""
        async with self._within(self.live, tenant) as connection:
            await connection.execute(LOCK)
            await self._follow(tenant, connection)
            for live in self._tables():
                rebuilt = live.to_metadata(MetaData(), schema=SCHEMA)
                await connection.execute(delete(live))
                columns = [it.name for it in live.columns]
                await connection.execute(insert(live).from_select(columns, select(rebuilt)))

    async def _follow(self, tenant: str, connection: AsyncConnection) -> None:
        asked = {"sources": self.sources}
        found = await connection.execute(GATES, asked)
        gates = {(it.source, it.aggregate_id): it.sequence for it in found}
        skipped = set(await connection.scalars(SKIPPED, asked))
        works = Works(self.shadow, self.subscriptions.reader)
        for source in self.sources:
            async for envelope in self._told(tenant, source, gates):
                if envelope.id not in skipped:
                    await self._apply(works, envelope)
                self.reached[tenant, source, envelope.subject] = envelope.sequence

    async def _told(self, tenant: str, source: str, gates: Gates) -> AsyncIterator[Envelope]:
        """Give the events that the live one has taken and the new one has not."""
        wanted = [
            (id, self.reached.get((tenant, source, id), 0), upto)
            for (of, id), upto in sorted(gates.items())
            if of == source and upto > self.reached.get((tenant, source, id), 0)
        ]
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            bodies = await self._bodies(tenant, source, batch)
            if len(bodies) != sum(upto - after for _id, after, upto in batch):
                raise HistoryMissing(
                    f"the outbox does not hold all events of {source} any more: what is older"
                    " comes by a backfill, not by a rebuild"
                )
            for body in bodies:
                yield Envelope.model_validate_json(body)

    async def _bodies(
        self, tenant: str, source: str, wanted: Sequence[tuple[str, int, int]]
    ) -> list[str]:
        ids, after, upto = zip(*wanted, strict=True)
        asked = {"tenant": tenant, "ids": list(ids), "after": list(after), "upto": list(upto)}
        async with self.outboxes[source.split(".", maxsplit=1)[0]].connect() as connection:
            return list(await connection.scalars(TOLD, asked))

    async def _apply(self, works: Works, envelope: Envelope) -> None:
        actor = Actor.system(envelope.tenant, self.subscriptions.reader)
        async with works.begin(actor, cause=envelope) as work:
            for it in self.subscriptions.of(envelope.type):
                await it.handle(work, envelope)

    async def _rows(self, connection: AsyncConnection) -> Counter[str]:
        """Read what the events say of every row, each as a line of text."""
        rows: Counter[str] = Counter()
        for table, kind in zip(self._tables(), self.subscriptions.projections, strict=True):
            made = MADE_EACH_TIME if issubclass(kind, RecordColumns) else ()
            columns = [it for it in table.columns if it.name not in made]
            for row in await connection.execute(select(*columns)):
                values = orjson.dumps(dict(row._mapping), default=str)  # noqa: SLF001  # public
                rows[f"{table.name} {values.decode()}"] += 1
        return rows

    def _tables(self) -> list[Table]:
        return [cast(Table, inspect(it).local_table) for it in self.subscriptions.projections]

    @asynccontextmanager
    async def _within(
        self, engine: AsyncEngine, tenant: str, isolation: Any = "READ COMMITTED"
    ) -> AsyncIterator[AsyncConnection]:
        async with engine.connect() as raw:
            connection = await raw.execution_options(isolation_level=isolation)
            async with connection.begin():
                await connection.execute(BIND_TENANT, {"tenant": tenant})
                yield connection


async def make_shadow(
    owner: AsyncEngine, subscriptions: Subscriptions, foundation: Sequence[str]
) -> None:
    """Make empty tables beside the live ones, as secure as they are; what was there goes."""
    tables = [*foundation, *(str(it.__tablename__) for it in subscriptions.projections)]
    async with owner.begin() as connection:
        app = (await connection.scalars(text("SELECT current_user"))).one()
        app = f"{app.removesuffix('_owner')}_app"
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        await connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        await connection.execute(text(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {app}"))
        for table in tables:
            for statement in _shadow_of(table, app):
                await connection.execute(text(statement))


async def drop_shadow(owner: AsyncEngine) -> None:
    async with owner.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


def _shadow_of(table: str, app: str) -> list[str]:
    name = f"{SCHEMA}.{table}"
    same = "tenant = nullif(current_setting('app.tenant', true), '')"
    return [
        f"CREATE TABLE {name} (LIKE public.{table} INCLUDING ALL)",
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {name} USING ({same}) WITH CHECK ({same})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {app}",
    ]
