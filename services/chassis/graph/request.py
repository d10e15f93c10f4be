"""The context of one request: who asks, and the ways to the data."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import reading
from services.chassis.exchange import UNKNOWN, Reckoning
from services.chassis.files import FileLimits
from services.chassis.graph.noticing import Notice
from services.chassis.graph.plan import Shapes
from services.chassis.graph.read import Reader
from services.chassis.ids import is_possible
from services.chassis.lagging import Lag
from services.chassis.work import Work, Works

ReadActor = Callable[[], Awaitable[Actor]]
ReadLags = Callable[[], Awaitable[list[Lag]]]


async def no_readers() -> list[Lag]:
    """Know of no reader, where nobody said whom to ask."""
    return []


@dataclass(frozen=True)
class Request:
    """What resolvers find in `info.context`; `app` is what the service's own ones share.

    `reckoning` reads how the company counts; it is asked only by what needs it.
    """

    actor: Actor
    works: Works
    shapes: Shapes
    app: Any = None
    reckoning: Reckoning = UNKNOWN
    idempotency_key: str | None = None
    """From the request's header: for its one mutation."""
    limits: FileLimits = field(default_factory=FileLimits)
    lags: ReadLags = no_readers
    """Asks the stream how far the service's readers are."""
    again: ReadActor | None = None
    """Reads the caller's permissions anew."""
    read_known: Callable[[str], Awaitable[Actor]] | None = None
    """Reads what another staff user of the company may do."""
    notice: Notice = field(default_factory=Notice)
    """What the caller was not shown, and saw that is written down."""

    async def known(self, id: str) -> Actor:
        """Say what somebody else may do here; of whom nobody can tell, that is nothing."""
        if self.read_known is None or not is_possible(id):
            return Actor(self.actor.tenant, id, ActorKind.USER)
        return await self.read_known(id)

    async def actor_now(self) -> Actor:
        """Say what the caller may do by now: an answer that goes on asks before each piece."""
        return await self.again() if self.again else self.actor

    def begin(
        self, *, bulk: bool = False, rehearsal: bool = False
    ) -> AbstractAsyncContextManager[Work]:
        """Open a unit of work as the caller."""
        return self.works.begin(self.actor, bulk=bulk, rehearsal=rehearsal)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Reader]:
        """Open a read-only transaction as the caller."""
        async with reading(self.works.engine, self.actor.tenant) as connection:
            now = self.works.clock()
            yield Reader(connection, self.actor, now, self.reckoning, self.notice)

    async def write_down(self) -> None:
        """Write down what was seen of what is watched; a read of nothing else costs nothing."""
        if self.notice.seen:
            async with self.begin() as work:
                work.note(*self.notice.taken())
