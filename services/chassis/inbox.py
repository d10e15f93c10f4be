"""The inbox: twice told, once done; and the gate that keeps an aggregate's events in order."""

import enum
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, column
from services.chassis.events import Envelope


class HandledEvent(Entity):
    __tablename__ = "inbox"

    event_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    handled_at: Mapped[datetime] = column()


class EventGate(Entity):
    """The last number of an aggregate's events that was let through."""

    __tablename__ = "event_gate"

    source: Mapped[str] = column(primary_key=True)
    aggregate_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    sequence: Mapped[int] = column()


class Verdict(enum.Enum):
    """NEXT: it is this one's turn. KNOWN: done before. EARLY: an earlier one is still missing."""

    NEXT = "next"
    KNOWN = "known"
    EARLY = "early"


LOCK_GATE = text("""
    INSERT INTO event_gate AS gate (source, aggregate_id, sequence) VALUES (:source, :id, 0)
    ON CONFLICT (tenant, source, aggregate_id) DO UPDATE SET sequence = gate.sequence
    RETURNING sequence
""")
PASS = text("""
    WITH noted AS (
        INSERT INTO inbox (event_id, handled_at) VALUES (:event, clock_timestamp())
        ON CONFLICT DO NOTHING
    )
    UPDATE event_gate SET sequence = :sequence WHERE source = :source AND aggregate_id = :id
""")


async def admit(session: AsyncSession, envelope: Envelope) -> Verdict:
    """Lock the aggregate's gate in the effect's transaction, and say whose turn it is."""
    source = ".".join(envelope.type.split(".")[:2])
    where = {"source": source, "id": envelope.subject}
    passed = (await session.execute(LOCK_GATE, where)).scalar_one()
    if envelope.sequence <= passed:
        return Verdict.KNOWN
    if envelope.sequence > passed + 1:
        return Verdict.EARLY
    await session.execute(PASS, {**where, "event": envelope.id, "sequence": envelope.sequence})
    return Verdict.NEXT
