"""The runner of jobs: takes what waits, does it batch by batch, and goes on where another ended.

A tenant's jobs are done one after the other, in the order in which they were asked for, so that
one may rely on the one before; several tenants' jobs take turns. Whoever holds a tenant's lock is
its runner. The lock ends with the runner's connection; should a runner live on without it, its
batches are refused by the job's epoch, in their own transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import jobs
from services.chassis.actor import Actor
from services.chassis.courtesy import Courtesy
from services.chassis.ending import end
from services.chassis.files import FileLimits
from services.chassis.jobs import Job, JobKind, Progress, Superseded
from services.chassis.logs import log
from services.chassis.refusals import Refusal, Refusals
from services.chassis.tokens import Identity
from services.chassis.work import Work, Works

AT_ONCE, TRIES = 4, 5
POLL_SECONDS, BACKOFF_SECONDS = 0.25, 1.0
LOCKS = 0x63726E
"""The class of our advisory locks; the object is the tenant. The relay has another class."""
LOCK = text("SELECT pg_try_advisory_lock(:locks, hashtext(:tenant))")
UNLOCK = text("SELECT pg_advisory_unlock(:locks, hashtext(:tenant))")
WAIT_BRIEFLY = text("SET LOCAL lock_timeout = '1s'")
"""While a job waits for a lock it holds others: it does so more briefly than a person."""
FAULT = ("FAULT", "something went wrong here, several times; the logs know more by the job's id")


@dataclass
class Run:
    """One job in the hands of one runner: its batches happen through this, or leave nothing."""

    works: Works
    job: Job
    limits: FileLimits
    courtesy: Courtesy
    read_actor: Callable[[Identity], Awaitable[Actor]]

    async def actor(self) -> Actor:
        """Read what whoever asked for the job may do now."""
        job = self.job
        kind = next(it for it in ACTOR_KINDS if it.value == job.created_by_kind)
        return await self.read_actor(Identity(job.tenant, job.created_by_id, kind))

    @asynccontextmanager
    async def batch(self, *, rehearsal: bool = False) -> AsyncIterator[tuple[Work, Progress]]:
        """Open the work of a batch; what it did and how far the job is are kept together.

        A rehearsal keeps how far it is alone, in a work of its own.
        """
        progress = Progress(self.job.place)
        actor = await self.actor()
        async with self.works.begin(actor, bulk=True, rehearsal=rehearsal) as work:
            await work.session.execute(WAIT_BRIEFLY)
            yield work, progress
            if not rehearsal:
                await self._keep(work, progress)
        if rehearsal:
            async with self.works.begin(actor) as work:
                await self._keep(work, progress)
        self.job.place = dict(progress.place)
        self.job.failed += progress.failed
        for name, value in progress.more.items():
            setattr(self.job, name, value)

    async def _keep(self, work: Work, progress: Progress) -> None:
        for writing in progress.writings:
            await writing(work)
        await work.write()
        await jobs.advance(work.session, self.job, progress, work.now)


ACTOR_KINDS = tuple(type(Actor.system("", "").kind))


class Deed(Protocol):
    """A job begun where its place says; each step is one batch, and the last gives False."""

    async def step(self) -> bool: ...


Begin = Callable[[Run], Awaitable[Deed]]


class Runner:
    """Does the jobs of one service's database, on connections of its own.

    `worker` finds them for all tenants; each is then done as the app, within its tenant.
    """

    def __init__(
        self,
        works: Works,
        worker: AsyncEngine,
        deeds: Mapping[JobKind, Begin],
        read_actor: Callable[[Identity], Awaitable[Actor]],
        limits: FileLimits,
    ) -> None:
        self.works = works
        self.worker = worker
        self.deeds = deeds
        self.read_actor = read_actor
        self.limits = limits
        self.courtesy = Courtesy(works.engine)
        self.backoff_seconds = BACKOFF_SECONDS
        self.tries: dict[str, int] = {}

    async def run(self) -> None:
        """Run until ended; what breaks is told, and begun anew."""
        while True:
            try:
                await self._serve()
            except (DBAPIError, OSError) as error:
                log().warning("jobs stop for a while", reason=type(error).__name__)
                await asyncio.sleep(self.backoff_seconds)

    async def _serve(self) -> None:
        """Work on one connection: when it breaks its locks are gone, and so are our jobs."""
        doing: dict[str, asyncio.Task[None]] = {}
        async with self.worker.connect() as raw:
            connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
            try:
                while True:
                    await self._leave_ended(connection, doing)
                    await self._take_waiting(connection, doing)
                    await _pause(doing.values())
            finally:
                await end(doing.values())

    async def _leave_ended(
        self, connection: AsyncConnection, doing: dict[str, asyncio.Task[None]]
    ) -> None:
        for tenant in [it for it, task in doing.items() if task.done()]:
            task = doing.pop(tenant)
            await connection.execute(UNLOCK, {"locks": LOCKS, "tenant": tenant})
            task.result()

    async def _take_waiting(
        self, connection: AsyncConnection, doing: dict[str, asyncio.Task[None]]
    ) -> None:
        for tenant in await jobs.waiting(connection):
            if len(doing) == AT_ONCE:
                return
            if tenant in doing:
                continue
            locked = await connection.scalar(LOCK, {"locks": LOCKS, "tenant": tenant})
            if locked:
                doing[tenant] = asyncio.create_task(self._do_next(tenant))

    async def _do_next(self, tenant: str) -> None:
        """Do the tenant's first job to its end; then others have their turn."""
        async with self.works.begin(Actor.system(tenant, self.works.service)) as work:
            job = await jobs.take(work.session, work.now)
        if job is None:
            return
        run = Run(self.works, job, self.limits, self.courtesy, self.read_actor)
        log().info("a job is done now", job_id=job.id, tenant=tenant, kind=job.kind.value)
        try:
            await self._do(run)
        except Superseded:
            log().info("a job was stopped, or is another's now", job_id=job.id)
        except (Refusal, Refusals) as refusal:
            await self._fail(run, *_told(refusal))
        except Exception as error:  # noqa: BLE001  # whatever it was, other jobs must go on
            await self._try_again(run, error)
        else:
            self.tries.pop(job.id, None)

    async def _do(self, run: Run) -> None:
        deed = await self.deeds[run.job.kind](run)
        goes_on = True
        while goes_on:
            async with self.courtesy.turn():
                goes_on = await deed.step()
        async with self.works.begin(await run.actor()) as work:
            await jobs.finish(work.session, run.job, work.now)

    async def _try_again(self, run: Run, error: Exception) -> None:
        """Leave it as it is, to be taken again; give up only when it breaks each time."""
        tries = self.tries[run.job.id] = self.tries.get(run.job.id, 0) + 1
        log().error("a job broke", job_id=run.job.id, tries=tries, exc_info=error)
        await asyncio.sleep(self.backoff_seconds * tries)
        if _is_cut_off(error):
            raise error
        if tries >= TRIES:
            del self.tries[run.job.id]
            await self._fail(run, *FAULT)

    async def _fail(self, run: Run, reason: str, message: str) -> None:
        try:
            async with self.works.begin(await run.actor()) as work:
                await jobs.fail(work.session, run.job, work.now, reason=reason, message=message)
        except Superseded:
            log().info("a job was stopped while it failed", job_id=run.job.id)


async def _pause(doing: Collection[asyncio.Task[None]]) -> None:
    if doing:
        first = asyncio.FIRST_COMPLETED
        await asyncio.wait(doing, timeout=POLL_SECONDS, return_when=first)
    else:
        await asyncio.sleep(POLL_SECONDS)


def _told(refusal: Refusal | Refusals) -> tuple[str, str]:
    several = refusal.refusals if isinstance(refusal, Refusals) else (refusal,)
    return several[0].reason, "; ".join(it.message for it in several)


def _is_cut_off(error: Exception) -> bool:
    """Say whether it was the way to the database that broke: no fault of the job's."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, OSError)
