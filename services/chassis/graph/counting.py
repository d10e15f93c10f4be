"""Counting: what an operation wants counted, carried out in one statement for each count."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Executable, Select
from sqlalchemy.sql.elements import ClauseElement

from services.chassis.fetching import fetch
from services.chassis.graph.counts import Count, CountMode, CountPlan, CountPrecision
from services.chassis.graph.lists import Listing


async def count(connection: AsyncConnection, asked: CountPlan, listing: Listing) -> Count:
    if asked.mode is CountMode.ESTIMATE:
        explained: Any = await connection.scalar(_Explained(listing.all()))
        return Count(value=explained[0]["Plan"]["Plan Rows"], precision=CountPrecision.ESTIMATE)
    found = await fetch(connection, listing.counted(asked.limit))
    return asked.told(found[0][0])


async def count_for(
    connection: AsyncConnection, asked: CountPlan, listing: Listing, parents: Sequence[str]
) -> dict[str, Count]:
    """Count for all parents at once, which the planner could not guess for each."""
    rows = await fetch(connection, listing.counted_of(asked.limit, parents))
    return {row[0]: asked.told(row[1]) for row in rows}


class _Explained(Executable, ClauseElement):
    """What the planner thinks of a statement, which is not carried out."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _explained(element: _Explained, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"
