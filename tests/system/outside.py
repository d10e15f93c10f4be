"""Somebody outside, who reads the stream with plain nats-py; and what must be true of it."""

from contextlib import asynccontextmanager

import nats
import orjson
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, DeliverPolicy

from tests.support.waiting import until

SERVICES = ("customers", "sales", "service_desk")
OUTBOX = "SELECT aggregate_id, sequence, id, type, body FROM event ORDER BY aggregate_id, sequence"


@asynccontextmanager
async def stream(system):
    client = await nats.connect(system.nats_url, connect_timeout=10)
    try:
        yield client.jetstream(timeout=10)
    finally:
        await client.close()


async def heard(system, tenant):
    """Read everything that the stream holds of a company, in its order."""
    async with stream(system) as js:
        config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
        reading = await js.pull_subscribe(f"crm.{tenant}.>", stream="CRM", config=config)
        left = (await reading.consumer_info()).num_pending or 0
        messages: list[Msg] = []
        while len(messages) < left:
            for it in await reading.fetch(200, timeout=10):
                await it.ack()
                messages.append(it)
        return messages


async def outbox(system, tenant):
    """Give what the three services have told, by the events' ids."""
    return {
        row["id"]: row
        for service in SERVICES
        for row in await system.rows(service, tenant, OUTBOX)
    }


async def drained(system):
    """Wait until nothing is on its way to the stream."""

    async def nothing_waits():
        return [await system.pending(it) for it in SERVICES] == [0, 0, 0]

    await until(nothing_waits, 60)


async def require_each_event_once(system, tenant):
    """Hold the stream against the outbox: the same events, each once, in order, none missing."""
    await drained(system)
    laid, messages = await outbox(system, tenant), await heard(system, tenant)
    ids = [it.headers["ce-id"] for it in messages]
    assert len(ids) == len(set(ids)), "an event is on the stream twice"
    assert set(ids) == set(laid), "the stream and the outbox differ"
    told: dict[str, list[int]] = {}
    for it in messages:
        body = orjson.loads(it.data)
        told.setdefault(body["subject"], []).append(body["sequence"])
    for subject, sequences in told.items():
        assert sequences == list(range(1, len(sequences) + 1)), subject
    return messages
