"""Running a mutation: once for each idempotency key, or as a rehearsal that keeps nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.chassis import idempotency
from services.chassis.graph.declare import Info
from services.chassis.graph.errors import Reading
from services.chassis.graph.payloads import within
from services.chassis.graph.request import Request
from services.chassis.idempotency import Answer, Claim
from services.chassis.work import Work

ASKED_ABOUT_ASKING = frozenset({"idempotencyKey", "dryRun"})
Doing = Callable[[Work], Awaitable[Answer]]
Paying = Callable[[Reading, Answer], Awaitable[Any]]
"""Makes the payload of an answer, with a way to read what it is about."""
Pay = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Running:
    """One call of a mutation."""

    request: Request
    claim: Claim | None
    rehearsal: bool
    bulk: bool

    @staticmethod
    def of(info: Info, arguments: Mapping[str, Any], *, bulk: bool = False) -> "Running":
        """Read what a call says of itself; a rehearsal needs no key, since it keeps nothing."""
        request: Request = info.context
        rehearsal = bool(arguments.get("dryRun"))
        key = arguments.get("idempotencyKey")
        key = request.idempotency_key if key is None else key
        if key is None or rehearsal:
            return Running(request, None, rehearsal, bulk)
        asked = {k: v for k, v in arguments.items() if k not in ASKED_ABOUT_ASKING}
        claim = Claim.of(request.actor, info.field_name, key, asked)
        return Running(request, claim, rehearsal, bulk)

    async def run(self, doing: Doing, paying: Paying) -> Pay:
        """Do it, or find what was done under the same key, and give the way to its payload.

        What the payload cannot give is no refusal of what was done: it is raised by that way.
        """
        if self.rehearsal:
            return await self._rehearsed(doing, paying)
        async with self.request.begin(bulk=self.bulk) as work:
            kept = await self._claimed(work)
            answer = {**kept, "replayed": True} if kept else await self._done(work, doing)
        return partial(paying, self.request.reader, answer)

    async def kept(self) -> Answer | None:
        """Give what is kept under the key, before anybody is asked anything."""
        if self.claim is None:
            return None
        async with self.request.reader() as reader:
            now = self.request.works.clock()
            return await idempotency.kept(reader.connection, self.claim, now)

    async def _claimed(self, work: Work) -> Answer | None:
        if self.claim is None:
            return None
        return await idempotency.claim(work.session, self.claim, work.now)

    async def _done(self, work: Work, doing: Doing) -> Answer:
        answer = await doing(work)
        if self.claim:
            await idempotency.keep(work.session, self.claim, answer)
        return answer

    async def _rehearsed(self, doing: Doing, paying: Paying) -> Pay:
        """Make the payload within the transaction, the one place where the change is seen."""
        async with self.request.begin(bulk=self.bulk, rehearsal=True) as work:
            answer = await doing(work)
            paid = asyncio.ensure_future(paying(partial(within, self.request, work), answer))
            await asyncio.wait([paid])
        return partial(_given, paid)


async def _given(paid: asyncio.Future[Any]) -> Any:
    return await paid
