"""The outbox: every event, written in the transaction of its change, and kept.

These rows are the durable copy; the stream is a cache. Order is (aggregate, sequence), counted on
a locked row for each aggregate, never a database sequence, a transaction id or a clock.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import orjson
from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, column
from services.chassis.events import Envelope


class EventCounter(Entity):
    """How many events an aggregate has had; it outlives a purged record."""

    __tablename__ = "event_counter"

    aggregate_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    last: Mapped[int] = column()


class StoredEvent(Entity):
    """An event as it was told, letter by letter; each day's are a table of their own."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("id", "told_on", name="event_id_uq"),
        {"postgresql_partition_by": "RANGE (told_on)"},
    )

    aggregate_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    sequence: Mapped[int] = column(primary_key=True)
    told_on: Mapped[date] = column(primary_key=True)
    id: Mapped[str] = column(Personal.NONE, ID)
    type: Mapped[str] = column()
    at: Mapped[datetime] = column()
    body: Mapped[str] = column(Personal.NONE, Text)


class PendingEvent(Entity):
    """An event that the stream has not acknowledged yet; deleted when it has."""

    __tablename__ = "event_pending"
    __table_args__ = (Index("event_pending_order_ix", "partition", "bulk", "laid_at"),)

    aggregate_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    sequence: Mapped[int] = column(primary_key=True)
    told_on: Mapped[date] = column()
    partition: Mapped[int] = column()
    bulk: Mapped[bool] = column()
    laid_at: Mapped[datetime] = column()


COUNT = text("""
    INSERT INTO event_counter AS counter (aggregate_id, last)
    SELECT told.aggregate_id, told.more
    FROM unnest(CAST(:ids AS text[]), CAST(:more AS int[])) AS told(aggregate_id, more)
    ORDER BY told.aggregate_id
    ON CONFLICT (tenant, aggregate_id) DO UPDATE SET last = counter.last + excluded.last
    RETURNING aggregate_id, last
""")

LAY = text("""
    WITH told AS (
        SELECT row.*, (statement_timestamp() AT TIME ZONE 'UTC')::date AS told_on
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(
            aggregate_id text, sequence int, id text, type text, at timestamptz, body text,
            partition int, bulk boolean)
    ), kept AS (
        INSERT INTO event (aggregate_id, sequence, told_on, id, type, at, body)
        SELECT aggregate_id, sequence, told_on, id, type, at, body FROM told
    )
    INSERT INTO event_pending (aggregate_id, sequence, told_on, partition, bulk, laid_at)
    SELECT aggregate_id, sequence, told_on, partition, bulk, clock_timestamp() FROM told
""")


async def count(session: AsyncSession, subjects: Sequence[str]) -> dict[str, int]:
    """Lock and raise the counters of these aggregates; give the number before each one's first.

    The rows are locked in the order of their ids, so that two works never wait for each other.
    """
    more: dict[str, int] = {}
    for subject in subjects:
        more[subject] = more.get(subject, 0) + 1
    counted = await session.execute(COUNT, {"ids": list(more), "more": list(more.values())})
    return {row.aggregate_id: row.last - more[row.aggregate_id] for row in counted}


async def lay(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
    """Write events and note them as pending, in one statement."""
    rows: list[Mapping[str, object]] = [
        {
            "aggregate_id": it.subject,
            "sequence": it.sequence,
            "id": it.id,
            "type": it.type,
            "at": it.time,
            "body": it.body().decode(),
            "partition": it.partition,
            "bulk": it.bulk,
        }
        for it in envelopes
    ]
    await session.execute(LAY, {"rows": orjson.dumps(rows).decode()})
