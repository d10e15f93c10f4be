"""Republishing: events of the outbox are laid out for the stream once more.

Writers and relays go on meanwhile: what is told now waits for what is laid out of its own record.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.events import partition_of
from services.chassis.relay import BY_INDEX

BATCH = 5000
TOLD = text("""
    SELECT tenant, aggregate_id, sequence, told_on FROM event
    WHERE told_on BETWEEN CAST(:since AS timestamptz)::date - 1
                      AND CAST(:until AS timestamptz)::date + 1
      AND at >= :since AND at < :until AND type LIKE :types
      AND (tenant, aggregate_id, sequence) > (:tenant, :aggregate_id, :sequence)
    ORDER BY tenant, aggregate_id, sequence LIMIT :batch
""")
RECALL = text("""
    DELETE FROM event_pending AS pending
    USING unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:sequences AS int[]))
        AS again(tenant, aggregate_id, sequence)
    WHERE pending.tenant = again.tenant AND pending.aggregate_id = again.aggregate_id
      AND pending.sequence = again.sequence
""")
LAY = text("""
    INSERT INTO event_pending (tenant, aggregate_id, sequence, told_on, partition, bulk, laid_at)
    SELECT tenant, aggregate_id, sequence, told_on, partition, true, clock_timestamp()
    FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:sequences AS int[]),
                CAST(:days AS date[]), CAST(:partitions AS int[]))
        AS again(tenant, aggregate_id, sequence, told_on, partition)
    ON CONFLICT DO NOTHING
""")


class Period(NamedTuple):
    """From an instant to another, that one left out; of all aggregates or of one."""

    since: datetime
    until: datetime
    aggregate: str | None = None


async def lay_again(connection: AsyncConnection, service: str, period: Period) -> int:
    """Lay out a period's events, as the worker, and count them; they go when this commits.

    All in one transaction: a record's later event must not overtake its earlier ones. What waits
    already is laid out anew: a relay may just have given it to a stream that is lost, and then
    forgets only what it was to carry before.
    """
    for way in BY_INDEX:
        await connection.execute(text(f"SET LOCAL {way} = off"))
    types = f"{service}.{period.aggregate or '%'}.%"
    last: tuple[Any, ...] = ("", "", 0)
    laid = 0
    while rows := await _next(connection, period, types, last):
        columns = _columns(rows)
        await connection.execute(RECALL, columns)
        await connection.execute(LAY, columns)
        last, laid = tuple(rows[-1][:3]), laid + len(rows)
    return laid


async def _next(
    connection: AsyncConnection, period: Period, types: str, last: tuple[Any, ...]
) -> Sequence[Any]:
    tenant, aggregate_id, sequence = last
    asked = {"since": period.since, "until": period.until, "types": types, "batch": BATCH}
    after = {"tenant": tenant, "aggregate_id": aggregate_id, "sequence": sequence}
    return (await connection.execute(TOLD, asked | after)).all()


def _columns(rows: Sequence[Any]) -> dict[str, Any]:
    return {
        "tenants": [it.tenant for it in rows],
        "ids": [it.aggregate_id for it in rows],
        "sequences": [it.sequence for it in rows],
        "days": [it.told_on for it in rows],
        "partitions": [partition_of(it.aggregate_id) for it in rows],
    }
