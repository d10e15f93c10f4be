"""The unit of work: one actor, one transaction, one outbox; all of it happens, or none."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, event, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from services.chassis import audit, outbox, telemetry
from services.chassis.actor import Actor, ActorKind
from services.chassis.changes import Changes
from services.chassis.clock import Clock, utc_now
from services.chassis.database import BIND_TENANT, Entity, RecordColumns, defaults_of
from services.chassis.differences import Difference, noting, numbering
from services.chassis.events import Envelope, Event, data_of
from services.chassis.ids import new_id
from services.chassis.refusals import (
    Duplicate,
    Locked,
    NotFound,
    Referenced,
    VersionConflict,
)

E = TypeVar("E", bound=Entity)
R = TypeVar("R", bound=Any)

UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
LOCKED = {"55P03", "40P01"}
"""A lock that was not had in time, and two that waited for each other."""
Settling = Callable[["Work", Sequence[str]], Awaitable[None]]
"""What is due for some records at the end of a work, all of them at once."""


@dataclass
class Work:
    """What a command is handed: read and change through it, publish through it.

    `cause` is the event that this work reacts to, if any. `committed` hears of the commit.
    """

    session: AsyncSession
    actor: Actor
    now: datetime
    service: str
    trace: telemetry.Trace
    cause: Envelope | None = None
    bulk: bool = False
    told: list[Event] = field(default_factory=list)
    differences: dict[str, Difference] = field(default_factory=dict)
    laid: list[Envelope] = field(default_factory=list)
    due: dict[Settling, tuple[str, ...]] = field(default_factory=dict)

    @property
    def person(self) -> str | None:
        """The id of the staff user who acts, if it is one."""
        return self.actor.id if self.actor.kind is ActorKind.USER else None

    @property
    def heard(self) -> Envelope:
        """The event that this work reacts to; only subscribers have one."""
        if self.cause is None:
            raise RuntimeError("this work reacts to no event")
        return self.cause

    @property
    def told_at(self) -> datetime:
        return self.heard.time

    async def get(self, entity: type[R], id: str, *, version: int | None = None) -> R:
        """Read a record that this actor may see, or refuse as if there were none."""
        return await self._found(self._visible(entity, id), entity, version)

    async def lock(self, entity: type[R], id: str, *, version: int | None = None) -> R:
        """Read a record as `get` does, and keep others from changing it until the commit."""
        statement = self._visible(entity, id).with_for_update()
        return await self._found(statement, entity, version)

    async def all(self, entity: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Read many records at once; what this actor may not see is left out."""
        statement = select(entity).where(entity.id.in_(ids), entity.visible_to(self.actor))
        return {it.id: it for it in await self.session.scalars(statement)}

    def add(self, entity: type[R], values: Changes | None = None, **more: Any) -> R:
        """Make a record; its id, tenant and origin come from this work."""
        given = {**defaults_of(entity), **dict(values or Changes()), **more}
        made: R = entity(tenant=self.actor.tenant, **given)
        if isinstance(made, RecordColumns):
            made.id = made.id or new_id(entity.__prefix__)
            made.created_at = made.created_at or self.now
            made.updated_at = self.now
            made.created_by_kind = self.actor.kind.value
            made.created_by_id = self.actor.id
        self.session.add(made)
        return made

    def change(self, record: E, changes: Changes) -> bool:
        """Set what the changes name, and say whether anything became different."""
        different = {k: v for k, v in changes if getattr(record, k) != v}
        for name, value in different.items():
            setattr(record, name, value)
        return bool(different)

    async def keep(self, projection: type[Any], id: str, **values: Any) -> None:
        """Bring a copy of another service's record to what the event at hand says of it."""
        kept = {"id": id, "sequence": self.heard.sequence, **values}
        told = insert(projection).values(tenant=self.actor.tenant, **kept)
        await self.session.execute(
            told.on_conflict_do_update(index_elements=["tenant", "id"], set_=kept)
        )

    async def publish(self, *events: Event) -> None:
        """Lay events in the outbox; they leave only if this work commits."""
        self.told.extend(events)

    def settle(self, settling: Settling, id: str) -> None:
        """Have this done for a record once, at the end, however often the work asks for it."""
        ids = self.due.get(settling, ())
        self.due[settling] = ids if id in ids else (*ids, id)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Try a part of the work: refused, it leaves nothing, and the rest goes on."""
        told, differences, due = list(self.told), dict(self.differences), dict(self.due)
        try:
            async with self.session.begin_nested():
                yield
                await self.flush()
        except BaseException:
            self.told, self.differences, self.due = told, differences, due
            raise

    async def flush(self) -> None:
        """Send what was changed to the database; broken constraints become refusals."""
        try:
            await self.session.flush()
        except IntegrityError as error:
            raise _refusal_of(error) from error
        except StaleDataError as error:
            raise VersionConflict("somebody else changed this record just now") from error

    async def commit(self) -> None:
        """Write the change, its audit lines and its events, and make them so."""
        await self.flush()
        for settling, ids in self.due.items():
            await settling(self, ids)
        await self.flush()
        differences = list(self.differences.values())
        await audit.write(
            self.session,
            differences,
            actor=self.actor,
            at=self.now,
            request_id=self.trace.request_id,
        )
        if self.told:
            self.laid = await self._envelopes()
            await outbox.lay(self.session, self.laid)
        await self.session.commit()

    async def _envelopes(self) -> list[Envelope]:
        reached = await outbox.count(self.session, [it.subject for it in self.told])
        made = []
        for fact in self.told:
            reached[fact.subject] += 1
            made.append(self._envelope(fact, reached[fact.subject]))
        return made

    def _envelope(self, fact: Event, sequence: int) -> Envelope:
        change = self.differences.get(fact.subject)
        cause = self.cause
        return Envelope(
            id=new_id("evt"),
            type=fact.type,
            source=f"/{self.service}",
            subject=fact.subject,
            time=self.now,
            tenant=self.actor.tenant,
            sequence=sequence,
            actor=self.actor.id,
            correlationid=cause.correlationid if cause else self.trace.request_id,
            causationid=cause.id if cause else None,
            hops=cause.hops + 1 if cause else 0,
            bulk=self.bulk or bool(cause and cause.bulk),
            traceparent=self.trace.traceparent,
            data=data_of(fact, change.told() if change else {}),
        )

    def _visible(self, entity: type[R], id: str) -> Select[tuple[R]]:
        return select(entity).where(entity.id == id, entity.visible_to(self.actor))

    async def _found(self, statement: Select[tuple[R]], entity: type[R], version: int | None) -> R:
        found: R | None = (await self.session.scalars(statement)).one_or_none()
        if found is None:
            raise NotFound(f"there is no such {entity.__tablename__.replace('_', ' ')}")
        if version is not None and found.version != version:
            raise VersionConflict(f"this record is at version {found.version} by now")
        return found


class Works:
    """Opens units of work on one service's database."""

    def __init__(
        self,
        engine: AsyncEngine,
        service: str,
        *,
        clock: Clock = utc_now,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.service = service
        self.clock = clock
        self.committed = committed

    @asynccontextmanager
    async def begin(
        self, actor: Actor, *, cause: Envelope | None = None, bulk: bool = False
    ) -> AsyncIterator[Work]:
        """Open a work under an actor's tenant; it commits at the end, or leaves nothing."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            await session.execute(BIND_TENANT, {"tenant": actor.tenant})
            trace = telemetry.current().child()
            work = Work(session, actor, self.clock(), self.service, trace, cause, bulk)
            event.listen(session.sync_session, "before_flush", noting(work))
            event.listen(session.sync_session, "after_flush", numbering(work))
            try:
                yield work
                await work.commit()
            except DBAPIError as error:
                raise _refusal_of(error) from error
        if work.laid:
            self.committed()


def _refusal_of(error: DBAPIError) -> Exception:
    """Turn a broken unique or foreign key, or a lock not had, into a refusal; else a fault."""
    state = getattr(error.orig, "sqlstate", None)
    if state == UNIQUE_VIOLATION:
        return Duplicate("a record with this key is there already")
    if state == FOREIGN_KEY_VIOLATION:
        return Referenced("this refers to a record that is not there")
    if state in LOCKED:
        return Locked("somebody else is at work on this record; it can be tried again")
    return error
