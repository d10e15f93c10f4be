"""A connection to NATS: one subscription for each subject, shared by all who listen to it here.

Nothing is kept for who is slow but which entities are to be told next; what was missed while the
broker was away, or because too much came, is a gap, and each listener is told of it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Hashable
from typing import Any

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from services.chassis.logs import log
from services.chassis.streams import CALL_SECONDS, FAILURES, Stream

MOST_WAITING = 1000
"""Entities that wait for one listener; more of them are a gap."""


class BrokerAway(Exception):
    """The broker cannot be asked just now."""


class Gap:
    """Stands for events that this listener will not hear of any more."""


GAP = Gap()
Take = Callable[[Any], tuple[Hashable, Any] | None]
"""Makes of an event what a listener wants of it, and its identity; None where it wants nothing."""


class Listener:
    """Somebody who listens: what is next for it, each thing once however often it came."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self._next: OrderedDict[Hashable, Any] = OrderedDict()
        self._came = asyncio.Event()

    def hear(self, event: Any) -> None:
        taken = self.take(event)
        if taken is None:
            return
        if len(self._next) >= MOST_WAITING and taken[0] not in self._next:
            self.miss()
            return
        self._next[taken[0]] = taken[1]
        self._came.set()

    def miss(self) -> None:
        """Tell of a gap instead of all that waits: it is contained in what is read afterwards."""
        self._next.clear()
        self._next[GAP] = GAP
        self._came.set()

    async def heard(self) -> Any:
        while not self._next:
            self._came.clear()
            await self._came.wait()
        return self._next.popitem(last=False)[1]


class Shared:
    """One subscription at the broker, and all who listen to it."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.made: asyncio.Task[Subscription] | None = None

    async def hear(self, message: Msg) -> None:
        try:
            event = orjson.loads(message.data)
        except orjson.JSONDecodeError:
            log().warning("an event is not JSON", subject=message.subject)
            return
        for each in tuple(self.listeners):
            each.hear(event)


class Broker:
    """Connects when somebody listens first. While NATS is away it tries again and again."""

    def __init__(self, url: str, name: str) -> None:
        self.stream = Stream(url, name=name, missed=self._miss)
        self._shared: dict[str, Shared] = {}

    @property
    def client(self) -> Client:
        return self.stream.client

    @property
    def subjects(self) -> int:
        """Count what is subscribed to at the broker."""
        return len(self._shared)

    async def listen(self, subject: str, take: Take) -> AsyncGenerator[Any, None]:
        """Give what is taken of each event, or `GAP`; raises `BrokerAway`, but at first only."""
        listener = Listener(take)
        shared = self._shared.setdefault(subject, Shared())
        shared.listeners.add(listener)
        try:
            await self._subscribed(subject, shared)
            while True:
                yield await listener.heard()
        finally:
            shared.listeners.discard(listener)
            if not shared.listeners and self._shared.get(subject) is shared:
                del self._shared[subject]
                await self._leave(shared)

    async def close(self) -> None:
        await self.stream.close()

    async def _subscribed(self, subject: str, shared: Shared) -> None:
        """Wait until the broker knows of the subscription: what comes then is heard."""
        if shared.made is None or (shared.made.done() and shared.made.exception()):
            shared.made = asyncio.create_task(self._subscribe(subject, shared))
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await asyncio.shield(shared.made)
        except FAILURES as error:
            raise BrokerAway(repr(error)) from error

    async def _subscribe(self, subject: str, shared: Shared) -> Subscription:
        await self.stream.opened()
        if not self.stream.is_connected:  # else the library would keep what is asked for later
            raise ConnectionError("the broker is away")
        made = await self.client.subscribe(subject, cb=shared.hear)
        await self.client.flush(CALL_SECONDS)  # type: ignore[arg-type]  # only waited for
        return made

    async def _leave(self, shared: Shared) -> None:
        if shared.made is None:
            return
        if not shared.made.done():
            shared.made.cancel()
        found = (await asyncio.gather(shared.made, return_exceptions=True))[0]
        if isinstance(found, Subscription) and not self.client.is_closed:
            await found.unsubscribe()

    def _miss(self) -> None:
        """Tell all who listen that nobody knows what was told meanwhile."""
        for shared in self._shared.values():
            for each in shared.listeners:
                each.miss()
