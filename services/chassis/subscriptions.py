"""Subscriptions: what a service does when others tell it something; twice told, once done.

A failure that may pass is tried again for as long as it takes. One that does not becomes a dead
letter, and later events of the same record wait behind it; all others go on.
"""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial

from nats.aio.msg import Msg

from services.chassis import metrics
from services.chassis.dead_letters import Trouble, Unwanted
from services.chassis.declaring import Subscriptions
from services.chassis.ending import end
from services.chassis.events import Envelope
from services.chassis.inbox import Verdict
from services.chassis.lanes import Lanes
from services.chassis.logs import log
from services.chassis.pulling import BATCH, Durable
from services.chassis.reacting import Reactions, envelope_in
from services.chassis.streams import FAILURES, Stream, durable_name
from services.chassis.troubles import told, trouble_of
from services.chassis.work import Works

AT_ONCE = 8
EARLY_SECONDS, LONGEST_EARLY_SECONDS = 0.2, 5.0
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 1.0, 60.0
"""A minute at the longest: what passes may pass at any time, and its record waits no longer."""
ACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Failing:
    """An event that failed here, how often, and since when it has been on the stream."""

    times: int
    since: float


class Subscriber:
    """Takes in what a service subscribed to, each record's events in order, several at once."""

    def __init__(self, subscriptions: Subscriptions, works: Works, stream: Stream) -> None:
        self.subscriptions = subscriptions
        self.reactions = Reactions(subscriptions, works)
        self.stream = stream
        self._stopping = False
        self._lanes = Lanes(width=AT_ONCE, room=BATCH)
        self._failing: dict[tuple[str, str], Failing] = {}
        self.pulling: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.pulling = [
            asyncio.create_task(self._pull(service, aggregate))
            for service, aggregate in self.subscriptions.sources()
        ]

    async def stop(self) -> None:
        """Finish what is being done, and give back what is not begun."""
        self._stopping = True
        await end(self.pulling)
        await self._lanes.finished()

    async def _pull(self, service: str, aggregate: str) -> None:
        name = durable_name(self.subscriptions.reader, service, aggregate)
        async with aclosing(Durable(self.stream, name).messages()) as messages:
            async for message in messages:
                metrics.LAG.labels(name).set(message.metadata.num_pending)
                await self._line_up(name, message)

    async def _line_up(self, consumer: str, message: Msg) -> None:
        """Put a message behind those of its record; ended while waiting for room, give it back."""
        headers = message.headers or {}
        lane = (consumer, headers.get("ce-tenant"), headers.get("ce-subject"))
        try:
            await self._lanes.put(lane, partial(self._take, consumer, message))
        except asyncio.CancelledError:
            with suppress(*FAILURES):
                await message.nak()
            raise

    async def _take(self, consumer: str, message: Msg) -> None:
        """See to one message, and tell the stream what became of it."""
        try:
            delay = 0.001 if self._stopping else await self._delay_of(consumer, message)
            if delay is None:
                await message.ack_sync(ACK_SECONDS)
            else:
                await message.nak(delay)
        except FAILURES as error:  # it is told again, and then it is known
            log().warning("the stream did not hear", consumer=consumer, reason=str(error))

    async def _delay_of(self, consumer: str, message: Msg) -> float | None:
        """React to an event; None when it is done, else after how long it should come again."""
        envelope = None
        try:
            envelope = envelope_in(message.data)
            if envelope.stream_subject != message.subject:
                metrics.STRAYED.labels(consumer).inc()
                log().error("an event came where it does not belong", event_id=envelope.id)
                return None
            verdict = await self.reactions.react(envelope)
        except Exception as error:  # noqa: BLE001  # whatever it was, the event is not lost
            return await self._failed(consumer, message, envelope, error)
        self._succeeded(consumer, message)
        metrics.HANDLED.labels(consumer, verdict.value).inc()
        if verdict is Verdict.EARLY:
            return doubled(EARLY_SECONDS, message.metadata.num_delivered, LONGEST_EARLY_SECONDS)
        return None

    async def _failed(
        self, consumer: str, message: Msg, envelope: Envelope | None, error: Exception
    ) -> float | None:
        """Bury what cannot be taken; else say after how long to try it again."""
        times = self._note_failure(consumer, message)
        trouble = trouble_of(error, times)
        _tell_failure(consumer, message, error, times)
        try:
            if trouble and await self._bury(consumer, message, envelope, trouble):
                self._succeeded(consumer, message)
                return None
        except Exception as another:  # noqa: BLE001  # it is tried again with the event
            _tell_failure(consumer, message, another, times)
        metrics.RETRIED.labels(consumer).inc()
        return doubled(RETRY_SECONDS, times, LONGEST_RETRY_SECONDS)

    async def _bury(
        self, consumer: str, message: Msg, envelope: Envelope | None, trouble: Trouble
    ) -> bool:
        _crm, tenant, service, aggregate, *_deed = message.subject.split(".")
        subject = envelope.subject if envelope else (message.headers or {}).get("ce-subject", "")
        body = message.data.decode(errors="replace").replace("\0", "")
        unwanted = Unwanted(f"{service}.{aggregate}", subject, body, envelope)
        buried = await self.reactions.bury(tenant, unwanted, trouble)
        if buried:
            metrics.BURIED.labels(consumer, trouble.reason.value).inc()
        return buried

    def _note_failure(self, consumer: str, message: Msg) -> int:
        key = (consumer, _id_of(message))
        before = self._failing.get(key)
        times = before.times + 1 if before else 1
        self._failing[key] = Failing(times, message.metadata.timestamp.timestamp())
        self._measure(consumer)
        return times

    def _succeeded(self, consumer: str, message: Msg) -> None:
        if self._failing.pop((consumer, _id_of(message)), None):
            self._measure(consumer)

    def _measure(self, consumer: str) -> None:
        since = [it.since for (of, _number), it in self._failing.items() if of == consumer]
        metrics.FAILING_SINCE.labels(consumer).set(min(since, default=0))


def _id_of(message: Msg) -> str:
    """Know a message by its event: a stream that was made anew gives the same numbers again."""
    return (message.headers or {}).get("ce-id") or str(message.metadata.sequence.stream)


def _tell_failure(consumer: str, message: Msg, error: Exception, times: int) -> None:
    log().error(
        "a reaction failed",
        consumer=consumer,
        event_id=(message.headers or {}).get("ce-id"),
        tries=times,
        reason=told(error),
    )


def doubled(first: float, tries: int, longest: float) -> float:
    """Say how long to wait after so many tries: twice as long each time, up to the longest."""
    return float(min(first * 2 ** min(tries - 1, 20), longest))
