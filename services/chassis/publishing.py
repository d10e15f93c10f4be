"""Publishing on the stream: many events in one atomic batch, or one by one when in doubt."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from nats.errors import MaxPayloadError
from nats.js.api import Header, PubAck
from nats.js.errors import APIError, BadRequestError, NoStreamResponseError

from services.chassis import metrics
from services.chassis.events import stream_subject
from services.chassis.logs import log
from services.chassis.streams import CALL_SECONDS, FAILURES, Stream

Aggregate = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way, letter by letter as the outbox has it."""

    tenant: str
    aggregate_id: str
    sequence: int
    id: str
    type: str
    body: str
    laid_at: datetime

    @property
    def aggregate(self) -> Aggregate:
        return self.tenant, self.aggregate_id

    @property
    def subject(self) -> str:
        return stream_subject(self.tenant, self.type, self.aggregate_id)

    def headers(self) -> dict[str, str]:
        return {
            Header.MSG_ID: self.id,
            "ce-id": self.id,
            "ce-type": self.type,
            "ce-subject": self.aggregate_id,
            "ce-tenant": self.tenant,
        }


class StreamRefused(Exception):
    """The stream took some events and not others; these wait, the rest has gone on."""


async def publish(stream: Stream, events: Sequence[Outgoing]) -> AsyncGenerator[Outgoing, None]:
    """Give each event when the stream has it, in order; raise where it cannot go on.

    A batch that was not acknowledged may be there all the same, and one that holds a known id is
    refused whole. One by one, the ids tell the stream what it knows already.
    """
    try:
        await _publish_batch(stream, events)
    except NoStreamResponseError:
        raise  # there is none: when there is, what must go first may be another event
    except FAILURES as error:
        if not stream.is_connected:
            raise
        log().info("a batch goes one by one", events=len(events), reason=str(error))
        async for it in _publish_singly(stream, events):
            yield it
    else:
        for it in events:
            yield it


async def _publish_batch(stream: Stream, events: Sequence[Outgoing]) -> None:
    """Lay all events on the stream, or none (ADR-50)."""
    batch = uuid4().hex
    *first, last = events
    for number, it in enumerate(first, 1):
        await stream.client.publish(
            it.subject, it.body.encode(), headers=it.headers() | _numbered(batch, number)
        )
    committing = _numbered(batch, len(events)) | {Header.BATCH_COMMIT: "1"} if first else {}
    acknowledged = await _publish_one(stream, last, committing)
    if first and acknowledged.batch_size != len(events):
        raise APIError(description="the stream did not take the batch as one")


async def _publish_singly(
    stream: Stream, events: Sequence[Outgoing]
) -> AsyncGenerator[Outgoing, None]:
    """Publish in order; what the stream refuses for good keeps only its own aggregate back."""
    held: set[Aggregate] = set()
    for it in events:
        if it.aggregate in held:
            continue
        try:
            await _publish_one(stream, it, {})
        except (BadRequestError, MaxPayloadError) as error:
            held.add(it.aggregate)
            metrics.REFUSED.labels(stream.name).inc()
            log().error("the stream refuses an event", event_id=it.id, reason=str(error))
            continue
        yield it
    if held:
        raise StreamRefused(f"events of {len(held)} records wait")


async def _publish_one(stream: Stream, it: Outgoing, more: dict[str, str]) -> PubAck:
    return await stream.jetstream.publish(
        it.subject, it.body.encode(), timeout=CALL_SECONDS, headers=it.headers() | more
    )


def _numbered(batch: str, number: int) -> dict[str, str]:
    return {Header.BATCH_ID: batch, Header.BATCH_SEQUENCE: str(number)}
