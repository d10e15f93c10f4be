"""The kit for subscribers waits out a stream that is not there, quietly."""

import asyncio
import sqlite3
from functools import partial
from time import monotonic

from nats.js.client import JetStreamContext

from deploy.stream import provisioning
from deploy.stream.provisioning import DurableMade
from services.chassis.ending import end
from services.chassis.streams import STREAM
from tests.faults.listening import kit
from tests.support.telling import SMALL
from tests.support.waiting import until

PATIENCE_SECONDS = 0.2


async def test_a_durable_that_is_gone_is_asked_for_again_and_not_without_pause(
    stream, monkeypatch, caplog
):
    monkeypatch.setattr(kit(), "RETRY_SECONDS", PATIENCE_SECONDS)
    await provisioning.apply(stream.jetstream, SMALL, [DurableMade("reader", ("crm.>",))])
    asked, fetch = [], JetStreamContext.PullSubscription.fetch

    async def fetched(*given, **more):
        asked.append(monotonic())
        return await fetch(*given, **more)

    monkeypatch.setattr(JetStreamContext.PullSubscription, "fetch", fetched)
    gate = kit().Gate(partial(sqlite3.connect, ":memory:"))
    reading = asyncio.create_task(kit().Reader(stream.url, "reader", gate).run())
    await until(lambda: asked)
    await stream.jetstream.delete_consumer(STREAM, "reader")
    before = len(asked)
    await until(lambda: len(asked) >= before + 4)
    await end([reading])
    gate.connection.close()
    again = asked[before:]
    assert again[-1] - again[0] >= PATIENCE_SECONDS * (len(again) - 1)
    assert "the stream is in trouble" in caplog.text
    assert "Traceback" not in caplog.text
