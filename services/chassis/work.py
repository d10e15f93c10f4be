"""The unit of work: one actor, one transaction, one outbox; all of it happens, or none."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic.alias_generators import to_camel
from sqlalchemy import Select, delete, event, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from services.chassis import audit, outbox, references, referring, scoping, shares, telemetry
from services.chassis.actor import Actor, ActorKind
from services.chassis.changes import Changes
from services.chassis.clock import Clock, utc_now
from services.chassis.conditions import among
from services.chassis.database import Entity, RecordColumns, bind, defaults_of
from services.chassis.differences import Difference, noting, numbering
from services.chassis.events import Envelope, Event
from services.chassis.ids import is_possible, new_id
from services.chassis.refusals import (
    Forbidden,
    NotFound,
    RecordArchived,
    RecordNotArchived,
    Step,
    VersionConflict,
)
from services.chassis.telling import enveloped
from services.chassis.violations import Pending, refusal_of

E = TypeVar("E", bound=Entity)
R = TypeVar("R", bound=Any)

Settling = Callable[["Work", Sequence[str]], Awaitable[None]]
"""What is due for some records at the end of a work, all of them at once."""


@dataclass
class Work:
    """What a command is handed: read and change through it, publish through it.

    `cause` is the event that this work reacts to, if any. A `rehearsal` does everything and keeps
    nothing.
    """

    session: AsyncSession
    actor: Actor
    now: datetime
    service: str
    trace: telemetry.Trace
    cause: Envelope | None = None
    bulk: bool = False
    rehearsal: bool = False
    warnings: list[str] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    noted: list[audit.Noted] = field(default_factory=list)
    differences: dict[str, Difference] = field(default_factory=dict)
    laid: list[Envelope] = field(default_factory=list)
    due: dict[Settling, tuple[str, ...]] = field(default_factory=dict)
    read: dict[tuple[Any, str], Any] = field(default_factory=dict)
    locked: dict[tuple[Any, str], Any] = field(default_factory=dict)
    unsure: list[tuple[Select[tuple[str]], Forbidden]] = field(default_factory=list)
    """What must be there once all is written, and how it is refused where it is not."""
    is_written: bool = False

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

    async def get(
        self, entity: type[R], id: str, *, version: int | None = None, archived: bool = False
    ) -> R:
        """Read a record that this actor may see, or refuse as if there were none.

        One that was put away is refused too, unless `archived` says that it will do.
        """
        found = await self._found(entity, id, version, self.read)
        return found if archived else _live(found)

    async def lock(
        self, entity: type[R], id: str, *, version: int | None = None, archived: bool = False
    ) -> R:
        """Read a record as `get` does, and keep others from changing it until the commit."""
        found = await self._found(entity, id, version, self.locked)
        return found if archived else _live(found)

    async def all(self, entity: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Read many records at once; what this actor may not see is left out."""
        known = [it for it in ids if is_possible(it)]
        statement = select(entity).where(among(entity.id, known), entity.visible_to(self.actor))
        found = {it.id: it for it in await self.session.scalars(statement)}
        self.read |= {(entity, id): it for id, it in found.items()}
        return found

    def add(self, entity: type[R], values: Changes | None = None, **more: Any) -> R:
        """Make a record; its id, tenant and origin come from this work.

        So does its owner where nothing is said of one: whoever makes it answers for it.
        """
        given = {**defaults_of(entity), **dict(values or Changes()), **more}
        made: R = entity(tenant=self.actor.tenant, **given)
        if isinstance(made, RecordColumns):
            made.id = made.id or new_id(entity.__prefix__)
            made.created_at = made.created_at or self.now
            made.updated_at = self.now
            made.created_by_kind = self.actor.kind.value
            made.created_by_id = self.actor.author
            if "owner_id" not in given and entity.__owned_by_maker__ and not entity.__part_of__:
                made.owner_id = self.person
            is_somebodys = made.owner_id is not None or self.actor.is_guest
            if is_somebodys:
                told = "this is given to somebody out of your reach"
                self._require_reached(made, Forbidden(told, path=("ownerId",)))
        self.session.add(made)
        return made

    def change(self, record: E, changes: Changes) -> bool:
        """Set what the changes name, and say whether anything became different."""
        different = {k: v for k, v in changes if getattr(record, k) != v}
        for name in scoping.deciding(record):
            if name in different:
                told = "with whom a record is shared does not change who answers for it"
                self._require_reached(record, Forbidden(told, path=(to_camel(name),)))
        for name, value in different.items():
            setattr(record, name, value)
        return bool(different)

    def archive(self, record: RecordColumns) -> bool:
        """Put a record away, and say whether it was not away before."""
        was_live = record.archived_at is None
        record.archived_at = record.archived_at or self.now
        return was_live

    def restore(self, record: RecordColumns) -> bool:
        """Bring a record back, and say whether it was away."""
        was_away = record.archived_at is not None
        record.archived_at = None
        return was_away

    async def purge(self, record: Any) -> None:
        """Remove a record for ever; only what was put away before, and nothing refers to."""
        if record.archived_at is None:
            raise RecordNotArchived(
                "only what was archived is purged", details=Step(missing=("archive",))
            )
        await references.forget(self.session, [record.id])
        if record.__shared__:
            await shares.forget(self.session, record.id)
        self.read.pop((type(record), record.id), None)
        self.locked.pop((type(record), record.id), None)
        await self.session.delete(record)

    def warn(self, message: str) -> None:
        """Say something to the caller that does not stand in the way."""
        self.warnings.append(message)

    async def keep(self, projection: type[Any], id: str, **values: Any) -> None:
        """Bring a copy of another service's record to what the event at hand says of it."""
        kept = {"id": id, "sequence": self.heard.sequence, **values}
        told = insert(projection).values(tenant=self.actor.tenant, **kept)
        await self.session.execute(
            told.on_conflict_do_update(index_elements=["tenant", "id"], set_=kept)
        )

    async def drop(self, projection: type[Any], id: str) -> None:
        """Forget the copy of another service's record, which is no more."""
        await self.session.execute(delete(projection).where(projection.id == id))

    async def publish(self, *events: Event) -> None:
        """Lay events in the outbox; they leave only if this work commits."""
        self.told.extend(events)

    def note(self, *done: audit.Noted) -> None:
        """Have audit lines written of what changes no record: a read, an export, a sign-in."""
        self.noted.extend(done)

    def settle(self, settling: Settling, id: str) -> None:
        """Have this done for a record once, at the end, however often the work asks for it."""
        ids = self.due.get(settling, ())
        self.due[settling] = ids if id in ids else (*ids, id)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Try a part of the work: refused, it leaves nothing, and the rest goes on."""
        told, differences, due = list(self.told), dict(self.differences), dict(self.due)
        warnings, noted, unsure = list(self.warnings), list(self.noted), list(self.unsure)
        try:
            async with self.session.begin_nested():
                yield
                await self.flush()
        except BaseException:
            self.told, self.differences, self.due = told, differences, due
            self.warnings, self.noted, self.unsure = warnings, noted, unsure
            self.read.clear()
            self.locked.clear()
            raise

    async def flush(self) -> None:
        """Send what was changed to the database; broken constraints become refusals."""
        await referring.check(self.session, self.actor)
        pending = [Pending.of(it) for it in (*self.session.new, *self.session.dirty)]
        try:
            await self.session.flush()
        except IntegrityError as error:
            raise refusal_of(error, pending) from error
        except StaleDataError as error:
            raise VersionConflict("somebody else changed this record just now") from error
        unsure, self.unsure = self.unsure, []
        for wanted, refusal in unsure:
            if await self.session.scalar(wanted) is None:
                raise refusal

    async def commit(self) -> None:
        """Write what is not written yet, and make it so."""
        await self.write()
        await self.session.commit()

    async def write(self) -> None:
        """Write the change, its audit lines and its events; nothing may follow but the commit."""
        if self.is_written:
            return
        self.is_written = True
        await self.flush()
        for settling, ids in self.due.items():
            await settling(self, ids)
        await self.flush()
        await audit.write(
            self.session,
            (*self.differences.values(), *self.noted),
            actor=self.actor,
            at=self.now,
            request_id=self.trace.request_id,
        )
        if self.told:
            self.laid = await enveloped(self)
            await outbox.lay(self.session, self.laid)

    def _require_reached(self, record: Any, refusal: Forbidden) -> None:
        """Refuse a record out of reach, once all is written where only another row can tell."""
        if scoping.holds(record, self.actor):
            return
        wanted = scoping.lies_within(record, self.actor)
        if wanted is None:
            raise refusal
        self.unsure.append((wanted, refusal))

    async def _found(
        self, entity: type[R], id: str, version: int | None, kept: dict[tuple[Any, str], Any]
    ) -> R:
        """Read a record once: what this work has read, or locked, it goes on with."""
        found: R | None = kept.get((entity, id)) or await self._asked(
            entity, id, lock=kept is self.locked
        )
        if found is None:
            await self._refuse_unreached(entity, id)
            raise NotFound(f"there is no such {entity.__tablename__.replace('_', ' ')}")
        self.read[entity, id] = kept[entity, id] = found
        if version is not None and found.version != version:
            raise VersionConflict(f"this record is at version {found.version} by now")
        return found

    async def _refuse_unreached(self, entity: type[Any], id: str) -> None:
        """Say of what the actor may read, but not by this permission, that it is there."""
        came, self.actor = self.actor, self.actor.acting(None)
        try:
            if came.doing is not None and await self._asked(entity, id, lock=False) is not None:
                raise Forbidden(f"your {came.doing} does not reach this record")
        finally:
            self.actor = came

    async def _asked(self, entity: type[R], id: str, *, lock: bool) -> R | None:
        if not is_possible(id):
            return None
        statement = select(entity).where(entity.id == id, entity.visible_to(self.actor))
        found = await self.session.scalars(statement.with_for_update() if lock else statement)
        return found.one_or_none()


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
        self,
        actor: Actor,
        *,
        cause: Envelope | None = None,
        bulk: bool = False,
        rehearsal: bool = False,
    ) -> AsyncIterator[Work]:
        """Open a work under an actor's tenant; it commits at the end, or leaves nothing.

        A rehearsal writes at the end, so that all that can be refused is, and never commits.
        """
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            await bind(await session.connection(), actor.tenant)
            trace = telemetry.current().child()
            work = Work(session, actor, self.clock(), self.service, trace, cause, bulk, rehearsal)
            event.listen(session.sync_session, "before_flush", noting(work))
            event.listen(session.sync_session, "after_flush", numbering(work))
            try:
                yield work
                await (work.write() if rehearsal else work.commit())
            except DBAPIError as error:
                raise refusal_of(error) from error
        if work.laid and not rehearsal:
            self.committed()


def _live(found: R) -> R:
    if getattr(found, "archived_at", None) is not None:
        raise RecordArchived("this record was archived: restore it first")
    return found
