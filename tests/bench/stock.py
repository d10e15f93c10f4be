"""What ours is held against: stock Strawberry over ORM entities, and REST with orjson."""

import sys
from datetime import date, datetime
from typing import Any

import orjson
import strawberry
import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.extensions import ParserCache, ValidationCache

from services.chassis.database import bind, connect, reading
from services.sales.opportunities import graph  # noqa: F401  # describes the enums
from services.sales.opportunities.model import Opportunity as Row
from services.sales.opportunities.rules import OpportunityStage, OpportunityStatus
from tests.bench.seeding import TENANT

FIELDS = "id name stage status probability closeOn createdAt version"
COLUMNS = (
    *(Row.id, Row.name, Row.stage, Row.status),
    *(Row.probability, Row.close_on, Row.created_at, Row.version),
)
ROWS = 100
NEWEST = select(Row).order_by(Row.created_at.desc(), Row.id.desc()).limit(ROWS)
LIST = f"{{ opportunities {{ {FIELDS} }} }}"
ENTITIES = f"""query($keys: [_Any!]!) {{
    _entities(representations: $keys) {{ ... on Opportunity {{ {FIELDS} }} }} }}"""


@strawberry.federation.type(keys=["id"])
class Opportunity:
    id: strawberry.ID
    name: str
    stage: OpportunityStage
    status: OpportunityStatus
    probability: int
    close_on: date | None
    created_at: datetime
    version: int

    @classmethod
    def is_type_of(cls, value, _info):
        return isinstance(value, Row)

    @classmethod
    async def resolve_reference(cls, info: strawberry.Info, id: strawberry.ID):
        async with session(info.context["engine"]) as found:
            return await found.scalar(select(Row).where(Row.id == id))


async def opportunities(info: strawberry.Info) -> list[Opportunity]:
    kept: list[Any] | None = info.context.get("kept")
    if kept is not None:
        return kept
    async with session(info.context["engine"]) as found:
        read: list[Any] = [*await found.scalars(NEWEST)]
        return read


@strawberry.type
class Query:
    opportunities: list[Opportunity] = strawberry.field(resolver=opportunities)


def session(engine):
    return _Bound(engine, expire_on_commit=False)


class _Bound(AsyncSession):
    """A session of the benchmark's tenant, as the row-level security asks for."""

    async def __aenter__(self):
        opened = await super().__aenter__()
        await bind(await opened.connection(), TENANT)
        return opened


schema = strawberry.federation.Schema(Query, extensions=[ParserCache, ValidationCache])


async def answer(document, context, **variables):
    """Answer as stock does, down to the bytes."""
    result = await schema.execute(document, variables, context_value=context)
    assert result.errors is None, result.errors
    return orjson.dumps({"data": result.data})


async def rest(engine):
    """Answer the same list as REST does: rows to dictionaries to bytes."""
    statement = NEWEST.with_only_columns(*COLUMNS)
    async with reading(engine, TENANT) as connection:
        rows = (await connection.execute(statement)).all()
    return orjson.dumps([row._asdict() for row in rows], default=lambda it: it.name)


def serve(url, socket):
    """Be a REST service."""
    app, engine = FastAPI(), connect(url)

    @app.get("/opportunities")
    async def listed():
        return Response(await rest(engine), media_type="application/json")

    uvicorn.run(app, uds=socket, log_level="warning", loop="uvloop", http="httptools")


if __name__ == "__main__":
    serve(*sys.argv[1:])
