"""Telling a service what happened elsewhere, over a real stream, and hearing it there."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from deploy.stream import provisioning
from deploy.stream.provisioning import StreamLimits
from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.subscriptions import Subscriber

SMALL = StreamLimits(max_bytes=256 << 20)
AT = datetime(2026, 3, 1, tzinfo=UTC)


@asynccontextmanager
async def listening(subscriptions, works, stream):
    """Let a reader react, once its durables are made as an administrator makes them."""
    await provisioning.apply(stream.jetstream, SMALL, durables_of(subscriptions))
    subscriber = Subscriber(subscriptions, works, stream)
    subscriber.start()
    try:
        yield
    finally:
        await asyncio.wait_for(subscriber.stop(), 30)


def durables_of(subscriptions):
    """Give the durables that a reader needs, be it a service or a test's own."""
    return [
        provisioning.of_source(subscriptions.reader, source) for source in subscriptions.sources()
    ]


async def tell(stream, tenant, type, subject, sequence, **data):
    """Tell an event of a company as the service does that its type begins with, and give it."""
    envelope = Envelope(
        id=new_id("evt"),
        type=type,
        source=f"/{type.split('.')[0]}",
        subject=subject,
        time=AT,
        tenant=tenant,
        sequence=sequence,
        actor="usr_1",
        correlationid="req_1",
        data=data,
    )
    await publish(stream, envelope)
    return envelope


async def publish(stream, *envelopes):
    for it in envelopes:
        headers = {"ce-id": it.id, "ce-tenant": it.tenant, "ce-subject": it.subject}
        await stream.jetstream.publish(it.stream_subject, it.body(), headers=headers)
