"""Dead letters: events that a reader cannot take, and the events of their records behind them."""

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis import inbox
from services.chassis.database import ID, Entity, Personal, RecordColumns, column
from services.chassis.events import Envelope
from services.chassis.inbox import Gate
from services.chassis.refusals import InvalidTransition
from services.chassis.work import Work

LONGEST_DETAIL = 2000


class DeadLetterReason(enum.Enum):
    """Why an event could not be taken."""

    UNREADABLE = "unreadable"
    INVALID = "invalid"
    LOOPED = "looped"
    REFUSED = "refused"
    FAILED = "failed"


class DeadLetterStatus(enum.Enum):
    """WAITING → RETRYING → RETRIED, or back to WAITING; WAITING → SKIPPED."""

    WAITING = "waiting"
    RETRYING = "retrying"
    RETRIED = "retried"
    SKIPPED = "skipped"


class DeadLetterSettled(InvalidTransition):
    reason = "DEAD_LETTER_SETTLED"


class RecordUnknown(InvalidTransition):
    reason = "DEAD_LETTER_OF_NO_RECORD"


class DeadLetter(RecordColumns, Entity):
    """An event that its reader could not take; while it waits, its record's later ones do too."""

    __tablename__, __prefix__ = "dead_letter", "dlt"
    __sorts__ = ("created_at",)
    __lists__ = (("status", "created_at"),)
    __scoped__ = False
    __owned_by_maker__ = False

    source: Mapped[str] = column(Personal.NONE)
    aggregate_id: Mapped[str] = column(Personal.NONE, ID)
    sequence: Mapped[int] = column(Personal.NONE)
    event_id: Mapped[str | None] = column(Personal.NONE, ID)
    event_type: Mapped[str | None] = column(Personal.NONE)
    reason: Mapped[DeadLetterReason] = column(Personal.NONE)
    detail: Mapped[str] = column(Personal.NONE, String(LONGEST_DETAIL))
    body: Mapped[str] = column(Personal.NONE, Text)
    status: Mapped[DeadLetterStatus] = column(Personal.NONE)
    skipped_because: Mapped[str | None] = column(Personal.FREE_TEXT, String(500))

    def retry(self) -> None:
        self._require_waiting()
        if not self.aggregate_id:
            raise RecordUnknown("it does not say of which record it is: it can only be skipped")
        self.status = DeadLetterStatus.RETRYING

    def skip(self, reason: str) -> None:
        self._require_waiting()
        self.status, self.skipped_because = DeadLetterStatus.SKIPPED, reason

    def _require_waiting(self) -> None:
        if self.status is not DeadLetterStatus.WAITING:
            raise DeadLetterSettled("this dead letter does not wait any more")


class ParkedEvent(Entity):
    """An event that waits behind a dead letter, or is it."""

    __tablename__ = "parked_event"

    source: Mapped[str] = column(primary_key=True)
    aggregate_id: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    sequence: Mapped[int] = column(primary_key=True)
    body: Mapped[str] = column(Personal.NONE, Text)
    parked_at: Mapped[datetime] = column()


class Trouble(NamedTuple):
    """Why an event cannot be taken, said without what any value was."""

    reason: DeadLetterReason
    detail: str

    @property
    def is_unreadable(self) -> bool:
        return self.reason is DeadLetterReason.UNREADABLE


class Unwanted(NamedTuple):
    """An event that was not taken, as far as it can be read."""

    source: str
    aggregate_id: str
    body: str
    envelope: Envelope | None = None


PARK = text("""
    INSERT INTO parked_event (source, aggregate_id, sequence, body, parked_at)
    VALUES (:source, :id, :sequence, :body, clock_timestamp()) ON CONFLICT DO NOTHING
""")
SHUT = text("""
    UPDATE event_gate SET dead_letter_id = :letter, draining = false
    WHERE source = :source AND aggregate_id = :id
""")
DRAIN = text("""
    UPDATE event_gate SET draining = true WHERE source = :source AND aggregate_id = :id
""")
STEP_OVER = text("""
    UPDATE event_gate SET sequence = :sequence, draining = true
    WHERE source = :source AND aggregate_id = :id AND sequence = :sequence - 1
""")
OPEN = text("""
    UPDATE event_gate SET dead_letter_id = NULL, draining = false
    WHERE source = :source AND aggregate_id = :id
""")
NEXT_PARKED = text("""
    WITH passed AS (
        DELETE FROM parked_event
        WHERE source = :source AND aggregate_id = :id AND sequence <= :passed
    )
    SELECT sequence, body FROM parked_event
    WHERE source = :source AND aggregate_id = :id AND sequence > :passed
    ORDER BY sequence LIMIT 1
""")
DRAINING = text("""
    SELECT tenant, source, aggregate_id FROM event_gate WHERE draining
    ORDER BY tenant, source, aggregate_id LIMIT :most
""")
WAITING = text("""
    SELECT count(*) FROM dead_letter WHERE status = 'WAITING' AND archived_at IS NULL
""")
COUNTED = text("""
    SELECT (SELECT count(*) FROM dead_letter WHERE status = 'WAITING' AND archived_at IS NULL),
           (SELECT count(*) FROM parked_event)
""")


class Parked(NamedTuple):
    """The first event behind a gate."""

    sequence: int
    body: str


async def park(session: AsyncSession, gate: Gate, envelope: Envelope) -> None:
    """Let an event wait behind its record's dead letter."""
    await _park(session, gate, envelope.sequence, envelope.body().decode())


async def bury(work: Work, unwanted: Unwanted, trouble: Trouble) -> bool:
    """Write a dead letter and shut its record's gate; False if its turn has not come, or is over.

    Of what cannot be read at all, only the record is known: it is taken for its next event.
    """
    if not unwanted.aggregate_id:
        _letter(work, unwanted, trouble, sequence=0)
        return True
    gate = await inbox.lock(work.session, unwanted.source, unwanted.aggregate_id)
    sequence = unwanted.envelope.sequence if unwanted.envelope else gate.sequence + 1
    if sequence != gate.sequence + 1:
        return False
    if gate.dead_letter_id is None:
        await _shut(work, gate, _letter(work, unwanted, trouble, sequence=sequence))
    await _park(work.session, gate, sequence, unwanted.body)
    return True


async def bury_again(work: Work, gate: Gate, unwanted: Unwanted, trouble: Trouble) -> None:
    """Shut a gate that was draining: at the same dead letter, or at the one behind it."""
    letter = await work.lock(DeadLetter, str(gate.dead_letter_id))
    if letter.status is DeadLetterStatus.RETRYING and letter.sequence == gate.sequence + 1:
        letter.status = DeadLetterStatus.WAITING
        letter.reason, letter.detail = trouble.reason, trouble.detail[:LONGEST_DETAIL]
    else:
        letter = _letter(work, unwanted, trouble, sequence=gate.sequence + 1)
    await _shut(work, gate, letter)


async def next_parked(session: AsyncSession, gate: Gate) -> Parked | None:
    """Give the first event behind a gate, and forget what has passed it."""
    found = await session.execute(NEXT_PARKED, {**gate.key, "passed": gate.sequence})
    row = found.one_or_none()
    return Parked(*row) if row else None


async def passed(work: Work, gate: Gate) -> None:
    """Note that the event of a dead letter has been taken after all, if it was that one."""
    letter = await work.lock(DeadLetter, str(gate.dead_letter_id))
    if letter.sequence == gate.sequence + 1 and letter.status is DeadLetterStatus.RETRYING:
        letter.status = DeadLetterStatus.RETRIED


async def reopen(session: AsyncSession, gate: Gate) -> None:
    """Let events through again: nothing waits behind this gate any more."""
    await session.execute(OPEN, gate.key)


async def retry(work: Work, id: str) -> DeadLetter:
    """Have a dead letter tried again, and then what waits behind it, in order."""
    letter = await work.lock(DeadLetter, id)
    letter.retry()
    await work.session.execute(DRAIN, {"source": letter.source, "id": letter.aggregate_id})
    return letter


async def skip(work: Work, id: str, reason: str) -> DeadLetter:
    """Step over a dead letter for ever, and let through what waits behind it."""
    letter = await work.lock(DeadLetter, id)
    letter.skip(reason)
    step = {"source": letter.source, "id": letter.aggregate_id, "sequence": letter.sequence}
    await work.session.execute(STEP_OVER, step)
    return letter


async def draining(connection: AsyncConnection, most: int) -> Sequence[tuple[str, str, str]]:
    """Name the gates of all companies that let parked events through: tenant, source, record."""
    return [tuple(row) for row in await connection.execute(DRAINING, {"most": most})]


async def waiting(connection: AsyncConnection) -> int:
    """Count the dead letters of all companies that wait for somebody."""
    return int((await connection.execute(WAITING)).scalar_one())


async def counted(connection: AsyncConnection) -> tuple[int, int]:
    """Count a company's dead letters that wait, and the events that do because of these."""
    letters, events = (await connection.execute(COUNTED)).one()
    return letters, events


def _letter(work: Work, unwanted: Unwanted, trouble: Trouble, *, sequence: int) -> DeadLetter:
    envelope = unwanted.envelope
    return work.add(
        DeadLetter,
        source=unwanted.source,
        aggregate_id=unwanted.aggregate_id,
        sequence=sequence,
        event_id=envelope.id if envelope else None,
        event_type=envelope.type if envelope else None,
        reason=trouble.reason,
        detail=trouble.detail[:LONGEST_DETAIL],
        body=unwanted.body,
        status=DeadLetterStatus.WAITING,
        skipped_because=None,
    )


async def _shut(work: Work, gate: Gate, letter: DeadLetter) -> None:
    await work.session.execute(SHUT, {**gate.key, "letter": letter.id})


async def _park(session: AsyncSession, gate: Gate, sequence: int, body: str) -> None:
    await session.execute(PARK, {**gate.key, "sequence": sequence, "body": body})
