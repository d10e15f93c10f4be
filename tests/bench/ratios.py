"""The same work done by ours and by others, in one process, in turns: CPU time and its ratio."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from sqlalchemy import select

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import connect, reading
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.graph.types import Connection
from services.chassis.work import Works
from services.sales.opportunities.graph import Opportunity
from services.sales.opportunities.model import Opportunity as Row
from services.sales.permissions import ROLES
from services.sales.schema import schema
from tests.bench import stock

ROUNDS, SECONDS = 5, 0.2
NEWEST = f"""{{ opportunities(
    first: {stock.ROWS}, orderBy: [{{field: CREATED_AT, direction: DESC}}]) {{
    nodes {{ {stock.FIELDS} }} }} }}"""
PERMISSIONS = frozenset().union(*ROLES.values())


@dataclass
class Ratio:
    """CPU milliseconds of ours and of another way, medians of rounds in turns."""

    what: str
    of: str
    target: str
    ours: float
    theirs: float

    @property
    def value(self):
        return self.theirs / self.ours if self.of == "stock / ours" else self.ours / self.theirs


async def measured(ours, theirs):
    """Take turns, so that what disturbs the machine disturbs both."""
    times: tuple[list[float], list[float]] = ([], [])
    counts = [await _fitting(it) for it in (ours, theirs)]
    for _ in range(ROUNDS):
        for way, count, taken in zip((ours, theirs), counts, times, strict=True):
            begun = time.process_time()
            for _ in range(count):
                await way()
            taken.append((time.process_time() - begun) / count * 1000)
    return [statistics.median(it) for it in times]


async def _fitting(way):
    """Warm up, and find how often it must run to be measured."""
    for _ in range(3):
        await way()
    begun = time.process_time()
    await way()
    return max(3, int(SECONDS / max(time.process_time() - begun, 1e-5)))


class Bench:
    """Ours and the others on the same rows of one database."""

    def __init__(self, engine, tenant):
        self.engine = engine
        self.answerer = Answerer(schema())
        self.works = Works(engine, "sales")
        self.actor = Actor(tenant, "usr_1", ActorKind.USER, PERMISSIONS)

    async def ours(self, document, **variables):
        request = Request(self.actor, self.works, self.answerer.schema.shapes)
        answer = await self.answerer.answer(request, document, variables)
        assert "errors" not in answer, answer
        return orjson.dumps(answer, default=str)

    def theirs(self, document, **variables):
        return stock.answer(document, {"engine": self.engine}, **variables)

    async def in_memory(self):
        """Complete a list that is there already."""
        async with stock.session(self.engine) as session:
            rows = [*await session.scalars(stock.NEWEST)]
        records = [object.__new__(Opportunity) for _ in rows]
        for record, row in zip(records, rows, strict=True):
            record.__dict__.update((it.key, getattr(row, it.key)) for it in stock.COLUMNS)
        page = object.__new__(Connection)
        page.nodes = records

        async def resolve(_source, _info, **_arguments):
            return page

        roots: Any = self.answerer.schema._schema.query_type
        field = roots.fields["opportunities"]
        kept, field.resolve = field.resolve, resolve
        try:
            return await measured(
                lambda: self.ours(NEWEST),
                lambda: stock.answer(stock.LIST, {"kept": rows}),
            )
        finally:
            field.resolve = kept

    async def on_postgresql(self):
        return await measured(lambda: self.ours(NEWEST), lambda: self.theirs(stock.LIST))

    async def beside_rest(self):
        return await measured(lambda: self.ours(NEWEST), lambda: stock.rest(self.engine))

    async def entities(self):
        async with reading(self.engine, self.actor.tenant) as connection:
            ids = (await connection.scalars(select(Row.id).limit(stock.ROWS))).all()
        keys = [{"__typename": "Opportunity", "id": it} for it in ids]
        return await measured(
            lambda: self.ours(stock.ENTITIES, keys=keys),
            lambda: self.theirs(stock.ENTITIES, keys=[{**it} for it in keys]),
        )

    async def beside_sql(self, url):
        """Hold ours against the one statement alone, by the driver, made to bytes by nobody."""
        statement = f"""SELECT id, name, stage, status, probability, close_on, created_at, version
            FROM opportunity ORDER BY created_at DESC, id DESC LIMIT {stock.ROWS}"""
        connection = await asyncpg.connect(url)
        await connection.execute("SELECT set_config('app.tenant', $1, false)", self.actor.tenant)
        try:
            return await measured(lambda: self.ours(NEWEST), lambda: connection.fetch(statement))
        finally:
            await connection.close()


async def ratios(url, tenant):
    """Measure each ratio of targets.md that can be had within one process."""
    engine = connect(url)
    bench = Bench(engine, tenant)
    size = f"list of {stock.ROWS} × 8"
    try:
        yield Ratio(f"{size}, in memory", "stock / ours", "≥ 10", *await bench.in_memory())
        yield Ratio(f"{size}, on PostgreSQL", "stock / ours", "≥ 8", *await bench.on_postgresql())
        yield Ratio(f"_entities({stock.ROWS})", "stock / ours", "≥ 4", *await bench.entities())
        yield Ratio(f"{size}, beside REST", "ours / REST", "–", *await bench.beside_rest())
        yield Ratio(f"{size}, beside SQL", "ours / SQL", "–", *await bench.beside_sql(url))
    finally:
        await engine.dispose()


def all_ratios(url, tenant):
    async def collected():
        return [it async for it in ratios(url, tenant)]

    return asyncio.run(collected())
