"""Jobs: work on many records that goes on by itself, batch by batch; it can be resumed.

| from | by | to |
|---|---|---|
| queued | a runner takes it, cancel | running, cancelled |
| running | a batch that ends it, a refusal, cancel | done, failed, cancelled |
| failed, cancelled | resume | queued: it goes on after the last line that was kept |
"""

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Text, delete, func, select, text, true, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.actor import Actor
from services.chassis.database import ID, Entity, Personal, RecordColumns, column
from services.chassis.files import administers
from services.chassis.process import Process
from services.chassis.work import Work

KEPT_DAYS = 90


class JobKind(enum.Enum):
    IMPORT = "IMPORT"
    EXPORT = "EXPORT"
    BULK = "BULK"


class JobState(enum.Enum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


LIFE = Process(
    start=JobState.QUEUED,
    moves={
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
        JobState.FAILED: frozenset({JobState.QUEUED}),
        JobState.CANCELLED: frozenset({JobState.QUEUED}),
        JobState.DONE: frozenset(),
    },
)
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


class Superseded(Exception):
    """The job was cancelled, or another runner has it: what this batch did must not be kept."""


class Job(RecordColumns, Entity):
    """How far it is grows without a version: that is no change that somebody made.

    `place` is where it goes on; `epoch` counts its runners, and only the last one's batches are
    kept.
    """

    __tablename__, __prefix__ = "job", "job"
    __sorts__ = ("created_at",)
    __table_args__ = (
        Index(
            "job_unfinished_ix",
            *("tenant", "created_at", "id"),
            postgresql_where=text("state IN ('QUEUED', 'RUNNING')"),
        ),
        Index("job_finished_at_ix", "finished_at"),
    )

    kind: Mapped[JobKind] = column()
    record_type: Mapped[str] = column()
    state: Mapped[JobState] = column(default=JobState.QUEUED)
    is_dry_run: Mapped[bool] = column(default=False)
    options: Mapped[dict[str, Any]] = column(Personal.FREE_TEXT, JSONB)
    source_file_id: Mapped[str | None] = column(Personal.NONE, ID)
    result_file_id: Mapped[str | None] = column(Personal.NONE, ID)
    failed_file_id: Mapped[str | None] = column(Personal.NONE, ID)
    total: Mapped[int | None] = column()
    done: Mapped[int] = column(default=0)
    failed: Mapped[int] = column(default=0)
    created: Mapped[int] = column(default=0)
    updated: Mapped[int] = column(default=0)
    unchanged: Mapped[int] = column(default=0)
    place: Mapped[dict[str, Any]] = column(Personal.NONE, JSONB)
    epoch: Mapped[int] = column(default=0)
    started_at: Mapped[datetime | None] = column()
    heartbeat_at: Mapped[datetime | None] = column()
    finished_at: Mapped[datetime | None] = column()
    reason: Mapped[str | None] = column()
    message: Mapped[str | None] = column(Personal.FREE_TEXT, Text)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a job to whoever asked for it."""
        return true() if administers(actor) else cls.created_by_id == actor.id

    def cancel(self, *, at: datetime) -> None:
        self.state = LIFE.moved(self.state, JobState.CANCELLED)
        self.finished_at = at

    def resume(self) -> None:
        self.state = LIFE.moved(self.state, JobState.QUEUED)
        self.finished_at = self.reason = self.message = None


@dataclass
class Progress:
    """What a batch adds to its job; all that it does not say stays."""

    place: Mapping[str, Any]
    done: int = 0
    failed: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    """Columns that it sets: files that it began, the total that it found."""
    writings: list[Callable[[Work], Awaitable[None]]] = field(default_factory=list)
    """What is written into files: kept with the progress, also of a rehearsal."""


def queue(work: Work, kind: JobKind, record_type: str, **given: Any) -> Job:
    """Leave a job to whichever worker comes first."""
    return work.add(Job, kind=kind, record_type=record_type, place={}, **given)


async def waiting(connection: AsyncConnection) -> list[str]:
    """Give the tenants that have a job to do, as the worker; who waits longest comes first."""
    statement = (
        select(Job.tenant)
        .where(Job.state.in_(UNFINISHED))
        .group_by(Job.tenant)
        .order_by(func.min(Job.created_at))
    )
    return list(await connection.scalars(statement))


async def take(session: AsyncSession, now: datetime) -> Job | None:
    """Take the tenant's first job under a new epoch: of its last runner nothing more is kept."""
    first = select(Job.id).where(Job.state.in_(UNFINISHED)).order_by(Job.created_at, Job.id)
    statement = (
        update(Job)
        .where(Job.id == first.limit(1).scalar_subquery(), Job.state.in_(UNFINISHED))
        .values(
            state=JobState.RUNNING,
            epoch=Job.epoch + 1,
            started_at=func.coalesce(Job.started_at, now),
            heartbeat_at=now,
        )
        .returning(Job)
    )
    return (await session.scalars(statement)).one_or_none()


async def advance(session: AsyncSession, job: Job, by: Progress, now: datetime) -> None:
    """Note how far a job is, in the transaction of what it did; the last act before the commit."""
    await _move(
        session,
        job,
        place=by.place,
        done=Job.done + by.done,
        failed=Job.failed + by.failed,
        created=Job.created + by.created,
        updated=Job.updated + by.updated,
        unchanged=Job.unchanged + by.unchanged,
        heartbeat_at=now,
        **by.more,
    )


async def finish(session: AsyncSession, job: Job, now: datetime) -> None:
    await _move(session, job, state=JobState.DONE, finished_at=now)


async def fail(
    session: AsyncSession, job: Job, now: datetime, *, reason: str, message: str
) -> None:
    told = {"reason": reason, "message": message}
    await _move(session, job, state=JobState.FAILED, finished_at=now, **told)


async def _move(session: AsyncSession, job: Job, **values: Any) -> None:
    statement = update(Job).where(
        Job.id == job.id, Job.epoch == job.epoch, Job.state == JobState.RUNNING
    )
    # the row is held from here to the commit: a cancel does not wait for a batch
    synchronized = {"synchronize_session": False}
    done = await session.execute(statement.values(**values), execution_options=synchronized)
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise Superseded


async def forget_old(engine: AsyncEngine) -> int:
    """Forget jobs that ended long ago, of all tenants, as the worker; count them."""
    async with engine.begin() as connection:
        old = Job.finished_at <= func.now() - text(f"interval '{KEPT_DAYS} days'")
        done = await connection.execute(delete(Job).where(old))
    return done.rowcount
