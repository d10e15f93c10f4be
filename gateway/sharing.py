"""Reads that are alike and in flight at once go out once; each who asked gets its own answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.answers import Answer
from gateway.authentication import Caller
from gateway.errors import Code, SubgraphFailed
from gateway.planner import Fetch

Ask = Callable[[], Awaitable[Answer]]


@dataclass(slots=True)
class _Read:
    """A read that is under way, and whether somebody joined it."""

    task: asyncio.Task[Answer]
    is_shared: bool = False


class Sharing:
    """Joins a read to one that is under way for the same caller, if no mutation came between."""

    def __init__(self) -> None:
        self._reads: dict[object, _Read] = {}
        self._mutations = 0
        """A read that began before a mutation ended may not have seen what it changed."""

    async def ask(self, caller: Caller, fetch: Fetch, body: bytes, ask: Ask) -> Answer:
        """Ask, or wait for who asks just that; raises `SubgraphFailed` as asking does."""
        if fetch.is_mutation:
            try:
                return await ask()
            finally:
                self._mutations += 1
        key = (caller.token, fetch.subgraph, body, self._mutations)
        if key not in self._reads:
            return await self._lead(key, ask)
        read = self._reads[key]
        read.is_shared = True
        try:
            return (await asyncio.shield(read.task)).copied()
        except SubgraphFailed as failure:
            if failure.code is not Code.DEADLINE_EXCEEDED:
                raise
            return await ask()  # it was the other's time that was up

    async def _lead(self, key: object, ask: Ask) -> Answer:
        task = asyncio.ensure_future(_asked(ask))
        read = self._reads[key] = _Read(task)
        task.add_done_callback(lambda done: self._end(key, done))
        try:
            answer = await asyncio.shield(task)
        except asyncio.CancelledError:
            if not read.is_shared:
                task.cancel()
            raise
        return answer.copied() if read.is_shared else answer

    def _end(self, key: object, done: asyncio.Task[Answer]) -> None:
        del self._reads[key]
        if not done.cancelled():
            done.exception()  # whoever waits is told; maybe nobody does any more


async def _asked(ask: Ask) -> Answer:
    return await ask()
