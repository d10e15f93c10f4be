"""The inbox: twice told, once done; and the gate that keeps an aggregate's events in order."""

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.database import ID, Entity, Personal, column
from services.chassis.events import Envelope


class HandledEvent(Entity):
    """An event by its id: whatever became of its gate, it is not handled again."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_handled_at_ix", "handled_at", postgresql_using="brin"),)

    event_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    handled_at: Mapped[datetime] = column()


class EventGate(Entity):
    """The last number of an aggregate's events that was let through.

    With a dead letter it is shut, and what comes is parked; `draining`, what is parked goes
    through it before anything else does.
    """

    __tablename__ = "event_gate"

    source: Mapped[str] = column(primary_key=True)
    aggregate_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    sequence: Mapped[int] = column()
    dead_letter_id: Mapped[str | None] = column(Personal.NONE, ID)
    draining: Mapped[bool] = column(server_default=text("false"))

    __table_args__ = (
        Index(
            "event_gate_draining_ix",
            *("tenant", "source", "aggregate_id"),
            postgresql_where=text("draining"),
        ),
    )


class Verdict(enum.Enum):
    """NEXT: it is this one's turn. KNOWN: done before. EARLY: an earlier one is still missing.

    PARKED: an earlier one is a dead letter, behind which it waits.
    """

    NEXT = "next"
    KNOWN = "known"
    EARLY = "early"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Gate:
    """An aggregate's gate, locked until the transaction ends."""

    source: str
    aggregate_id: str
    sequence: int
    dead_letter_id: str | None
    draining: bool

    @property
    def key(self) -> dict[str, str]:
        return {"source": self.source, "id": self.aggregate_id}


LOCK_GATE = text("""
    INSERT INTO event_gate AS gate (source, aggregate_id, sequence) VALUES (:source, :id, 0)
    ON CONFLICT (tenant, source, aggregate_id) DO UPDATE SET sequence = gate.sequence
    RETURNING source, aggregate_id, sequence, dead_letter_id, draining
""")
PASS = text("""
    WITH noted AS (
        INSERT INTO inbox (event_id, handled_at) VALUES (:event, clock_timestamp())
        ON CONFLICT DO NOTHING RETURNING event_id
    )
    UPDATE event_gate SET sequence = :sequence WHERE source = :source AND aggregate_id = :id
    RETURNING (SELECT count(*) FROM noted)
""")
FORGET = text("DELETE FROM inbox WHERE handled_at <= now() - interval '30 days'")
"""For as long the outboxes tell an event again at the least; then its gate alone knows it."""


async def lock(session: AsyncSession, source: str, aggregate_id: str) -> Gate:
    """Lock the gate of an aggregate; one that nothing has passed yet is made."""
    found = await session.execute(LOCK_GATE, {"source": source, "id": aggregate_id})
    return Gate(*found.one())


def verdict(gate: Gate, sequence: int) -> Verdict:
    """Say whose turn it is at a gate that is locked."""
    if sequence <= gate.sequence:
        return Verdict.KNOWN
    if gate.dead_letter_id is not None:
        return Verdict.PARKED
    return Verdict.EARLY if sequence > gate.sequence + 1 else Verdict.NEXT


async def let_through(session: AsyncSession, gate: Gate, envelope: Envelope) -> bool:
    """Note that an event is handled in this transaction; False if it has been before."""
    passing = {"event": envelope.id, "sequence": envelope.sequence}
    noted = await session.scalar(PASS, {**gate.key, **passing})
    return bool(noted)


async def forget_old(engine: AsyncEngine) -> int:
    """Forget ids that nobody tells any more, of all tenants, as the worker; count them."""
    async with engine.begin() as connection:
        return (await connection.execute(FORGET)).rowcount
