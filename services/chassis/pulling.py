"""Pulling: a durable consumer's messages as they come, whatever happens to the connection."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from time import monotonic

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error
from nats.js.api import ConsumerInfo, Header, StatusCode

from services.chassis import metrics
from services.chassis.logs import log
from services.chassis.streams import FAILURES, STREAM, Stream

BATCH = 100
EXPIRES_SECONDS, HEARTBEAT_SECONDS, SILENCE_SECONDS = 30, 1, 3
STALLED_SECONDS = 15.0
"""How long nothing may come while there is something, before the subscription is made anew."""
NANO = 1_000_000_000
RETRY_SECONDS = 0.5


class PullEndedError(Error):
    """The server ended a pull for a reason that asking again does not mend."""


class StalledError(Error):
    """The server says that it is there and that there is more, and gives nothing."""


class Watch:
    """Sees a consumer that stands still although there is something for it to give."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.since = monotonic()
        self.seen = -1

    @property
    def is_due(self) -> bool:
        return monotonic() - self.since > self.patience

    def saw_progress(self) -> None:
        self.since, self.seen = monotonic(), -1

    def is_stalled(self, info: ConsumerInfo) -> bool:
        """Look twice: what it gave to another worker of the same reader is progress too."""
        delivered = info.delivered.consumer_seq if info.delivered else 0
        has_moved = delivered != self.seen
        self.since, self.seen = monotonic(), delivered
        return bool(info.num_pending) and not has_moved and not _is_full(info)


async def _give_back(subscription: Subscription, come: asyncio.Queue[Msg]) -> None:
    """Let the stream tell at once what came and nobody took, and not after its patience.

    Draining waits for what is under way: unsubscribed at once, that would be lost to us.
    """
    async with asyncio.timeout(SILENCE_SECONDS):
        await subscription.drain()  # type: ignore[no-untyped-call]  # the library's
        while not come.empty():
            message = come.get_nowait()
            if not (message.headers or {}).get(Header.STATUS):
                await message.nak()


def _is_full(info: ConsumerInfo) -> bool:
    """Say whether it waits for its readers: so many messages are out that it may give no more."""
    return (info.num_ack_pending or 0) >= (info.config.max_ack_pending or 0)


class Durable:
    """One durable consumer, which an administrator has made.

    It filters by aggregate, never by deed: its reader sees every number.
    """

    def __init__(self, stream: Stream, name: str) -> None:
        self.stream = stream
        self.name = name

    async def messages(self) -> AsyncGenerator[Msg, None]:
        """Give messages without end; a lost connection, consumer or stream is waited for."""
        told = ""
        while True:
            try:
                await self.stream.opened()
                await self._info()
                async with aclosing(self._pulled()) as pulled:
                    async for message in pulled:
                        told = ""
                        yield message
            except FAILURES as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    log().warning("a consumer pauses", consumer=self.name, reason=reason)
                told = reason
            await asyncio.sleep(RETRY_SECONDS)

    async def _info(self) -> ConsumerInfo:
        info: ConsumerInfo = await self.stream.jetstream.consumer_info(STREAM, self.name)
        return info

    async def _pulled(self) -> AsyncGenerator[Msg, None]:
        """Ask for a batch, and for the next when it is used up or over; silence is a failure."""
        client, come = self.stream.client, asyncio.Queue[Msg]()
        subscription = await client.subscribe(client.new_inbox(), cb=come.put)
        watch = Watch(STALLED_SECONDS)
        try:
            wanted = 0
            while True:
                if wanted == 0:
                    wanted = BATCH
                    await self._ask(subscription)
                async with asyncio.timeout(SILENCE_SECONDS):
                    message = await come.get()
                status = (message.headers or {}).get(Header.STATUS)
                if status is None:
                    wanted -= 1
                    yield message
                    watch.saw_progress()
                elif status in (StatusCode.NO_MESSAGES, StatusCode.REQUEST_TIMEOUT):
                    wanted = 0
                elif status != StatusCode.CONTROL_MESSAGE:
                    described = (message.headers or {}).get(Header.DESCRIPTION)
                    raise PullEndedError(f"{status} {described}")
                if status is not None and watch.is_due and watch.is_stalled(await self._info()):
                    metrics.STALLED.labels(self.name).inc()
                    raise StalledError(f"nothing came for {STALLED_SECONDS:g} s")
        finally:
            with suppress(*FAILURES):
                await _give_back(subscription, come)

    async def _ask(self, subscription: Subscription) -> None:
        asked = {
            "batch": BATCH,
            "expires": EXPIRES_SECONDS * NANO,
            "idle_heartbeat": HEARTBEAT_SECONDS * NANO,
        }
        await self.stream.client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self.name}",
            json.dumps(asked).encode(),
            subscription.subject,
        )
