"""Subscriptions: what a service does when others tell it something; twice told, once done.

A failing handler is tried again for as long as it takes. Later events of the same record wait
for it; all others go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from nats.aio.msg import Msg
from pydantic import ValidationError

from services.chassis import inbox, metrics, telemetry
from services.chassis.actor import Actor
from services.chassis.ending import end
from services.chassis.events import MAX_HOPS, Envelope, Event
from services.chassis.inbox import Verdict
from services.chassis.lanes import Lanes
from services.chassis.logs import log, say_of_all
from services.chassis.pulling import BATCH, Durable
from services.chassis.streams import FAILURES, Stream, durable_name
from services.chassis.work import Work, Works

AT_ONCE = 8
HANDLING_SECONDS = 25.0
"""A reaction ends before the stream tells the event again."""
EARLY_SECONDS, LONGEST_EARLY_SECONDS = 0.2, 5.0
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 1.0, 300.0
ACK_SECONDS = 5.0

Handler = Callable[[Any, Any], Awaitable[None]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler, and the part of an event that it reads."""

    model: type[Event]
    handler: Handler

    async def handle(self, work: Work, envelope: Envelope) -> None:
        await self.handler(work, self.model.model_validate(envelope.data))


class Subscriptions:
    """What one reader does about which events; each slice declares its own."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self.declared: list[Subscription] = []

    def on(self, *models: type[Event]) -> Callable[[H], H]:
        """Call a handler, `async def when_…(work, event)`, for events of these types.

        Its work is the one in which the event is noted as handled: both happen, or neither.
        """

        def declare(handler: H) -> H:
            self.declared += [Subscription(model, handler) for model in models]
            return handler

        return declare

    @staticmethod
    def joined(reader: str, several: Iterable["Subscriptions"]) -> "Subscriptions":
        """Make one of what the slices declare; their handlers run in the order given."""
        joined = Subscriptions(reader)
        for it in several:
            if it.reader != reader:
                raise ValueError(f"{it.reader} does not read for {reader}")
            joined.declared += it.declared
        return joined

    def readers(self) -> list[tuple[str, type[Event]]]:
        """Tell which types are read, by which models: the reader's half of the contract."""
        return [(it.model.type, it.model) for it in self.declared]

    def sources(self) -> list[tuple[str, str]]:
        """Tell of which services' aggregates something is read."""
        return sorted({(it.model.service(), it.model.aggregate()) for it in self.declared})

    def of(self, type: str) -> list[Subscription]:
        return [it for it in self.declared if it.model.type == type]


class Subscriber:
    """Takes in what a service subscribed to, each record's events in order, several at once."""

    def __init__(self, subscriptions: Subscriptions, works: Works, stream: Stream) -> None:
        self.subscriptions = subscriptions
        self.works = works
        self.stream = stream
        self._stopping = False
        self._lanes = Lanes(width=AT_ONCE, room=BATCH)
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
        tries: int = message.metadata.num_delivered
        try:
            envelope = Envelope.model_validate_json(message.data)
            if envelope.stream_subject != message.subject:
                metrics.STRAYED.labels(consumer).inc()
                log().error("an event came where it does not belong", event_id=envelope.id)
                return None
            if envelope.hops > MAX_HOPS:
                metrics.LOOPED.labels(consumer).inc()
                log().error("an event is too many reactions deep", event_id=envelope.id)
                return LONGEST_RETRY_SECONDS
            verdict = await self._react(envelope)
        except Exception as error:  # noqa: BLE001  # whatever it was, the event is not lost
            metrics.RETRIED.labels(consumer).inc()
            self._tell_failure(consumer, message, error)
            return doubled(RETRY_SECONDS, tries, LONGEST_RETRY_SECONDS)
        metrics.HANDLED.labels(consumer, verdict.value).inc()
        if verdict is Verdict.EARLY:
            return doubled(EARLY_SECONDS, tries, LONGEST_EARLY_SECONDS)
        return None

    async def _react(self, envelope: Envelope) -> Verdict:
        """Ask the gate and run the handlers in one work; a deed without one is stepped over."""
        carried = {
            "traceparent": envelope.traceparent or "",
            "x-request-id": envelope.correlationid,
        }
        actor = Actor.system(envelope.tenant, self.subscriptions.reader)
        say_of_all(tenant=envelope.tenant)
        with telemetry.traced(telemetry.continued(carried, HANDLING_SECONDS)):
            async with (
                asyncio.timeout(HANDLING_SECONDS),
                self.works.begin(actor, cause=envelope) as work,
            ):
                verdict = await inbox.admit(work.session, envelope)
                if verdict is Verdict.NEXT:
                    for it in self.subscriptions.of(envelope.type):
                        await it.handle(work, envelope)
        return verdict

    def _tell_failure(self, consumer: str, message: Msg, error: Exception) -> None:
        """Log without what a value was: a fault's text may hold what an event does not."""
        reason = str(error)
        if isinstance(error, ValidationError):
            reason = str(error.errors(include_input=False, include_url=False))
        log().error(
            "a reaction failed",
            consumer=consumer,
            event_id=(message.headers or {}).get("ce-id"),
            tries=message.metadata.num_delivered,
            reason=f"{type(error).__name__}: {reason}",
        )


def doubled(first: float, tries: int, longest: float) -> float:
    """Say how long to wait after so many tries: twice as long each time, up to the longest."""
    return float(min(first * 2 ** min(tries - 1, 20), longest))
