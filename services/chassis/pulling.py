"""Pulling: a durable consumer's messages as they come, whatever happens to the connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, Header, StatusCode
from nats.js.errors import NotFoundError

from services.chassis.logs import log
from services.chassis.streams import FAILURES, STREAM, Stream

BATCH = 100
ACK_SECONDS, EXPIRES_SECONDS, HEARTBEAT_SECONDS, SILENCE_SECONDS = 30, 30, 1, 3
MAX_WAITING = 20_000
"""How many may wait for their turn or their retry before the consumer stands still."""
NANO = 1_000_000_000
RETRY_SECONDS = 0.5


class PullEndedError(Error):
    """The server ended a pull for a reason that asking again does not mend."""


class Durable:
    """One durable consumer. It filters by aggregate, never by deed: its reader sees every number.

    An administrator may have made it; where there is none, and one may, it is made here.
    """

    def __init__(self, stream: Stream, name: str, subject: str) -> None:
        self.stream = stream
        self.name = name
        self.subject = subject

    async def messages(self) -> AsyncIterator[Msg]:
        """Give messages without end; a lost connection, consumer or stream is made good."""
        told = ""
        while True:
            try:
                await self.stream.opened()
                await self._see_to_it()
                async for message in self._pulled():
                    told = ""
                    yield message
            except FAILURES as error:
                reason = f"{type(error).__name__}: {error}"
                if reason != told:
                    log().warning("a consumer pauses", consumer=self.name, reason=reason)
                told = reason
            await asyncio.sleep(RETRY_SECONDS)

    async def _see_to_it(self) -> None:
        js = self.stream.jetstream
        try:
            await js.consumer_info(STREAM, self.name)
        except NotFoundError:
            await self.stream.ensure()
            await js.add_consumer(STREAM, self._configuration())

    def _configuration(self) -> ConsumerConfig:
        return ConsumerConfig(
            durable_name=self.name,
            filter_subject=self.subject,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_SECONDS,
            max_deliver=-1,
            max_ack_pending=MAX_WAITING,
        )

    async def _pulled(self) -> AsyncIterator[Msg]:
        """Ask for a batch, and for the next when it is used up or over; silence is a failure."""
        subscription = await self.stream.client.subscribe(self.stream.client.new_inbox())
        try:
            wanted = 0
            while True:
                if wanted == 0:
                    wanted = BATCH
                    await self._ask(subscription)
                message = await subscription.next_msg(timeout=SILENCE_SECONDS)
                status = (message.headers or {}).get(Header.STATUS)
                if status is None:
                    wanted -= 1
                    yield message
                elif status in (StatusCode.NO_MESSAGES, StatusCode.REQUEST_TIMEOUT):
                    wanted = 0
                elif status != StatusCode.CONTROL_MESSAGE:
                    described = (message.headers or {}).get(Header.DESCRIPTION)
                    raise PullEndedError(f"{status} {described}")
        finally:
            with suppress(*FAILURES):
                await subscription.unsubscribe()

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
