"""Telling a service what happened elsewhere, over a real stream, and hearing it there."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.subscriptions import Subscriber

AT = datetime(2026, 3, 1, tzinfo=UTC)


@asynccontextmanager
async def listening(subscriptions, works, stream):
    subscriber = Subscriber(subscriptions, works, stream)
    subscriber.start()
    try:
        yield
    finally:
        await asyncio.wait_for(subscriber.stop(), 30)


async def tell(stream, tenant, type, subject, sequence, **data):
    """Tell an event of a company as the service does that its type begins with."""
    await publish(
        stream,
        Envelope(
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
        ),
    )


async def publish(stream, *envelopes):
    for it in envelopes:
        headers = {"ce-id": it.id, "ce-tenant": it.tenant, "ce-subject": it.subject}
        await stream.jetstream.publish(it.stream_subject, it.body(), headers=headers)
