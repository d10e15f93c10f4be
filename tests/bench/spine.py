"""The way of an event: onto the stream, into a reader, and how long it is on its way."""

import asyncio
import signal
import statistics
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import aiohttp
import nats
import orjson
from nats.js.api import DeliverPolicy, StorageType, StreamConfig

from services.chassis.actor import Actor
from services.chassis.database import connect
from services.chassis.events import Envelope
from services.chassis.ids import new_id
from services.chassis.money import Money
from services.chassis.relay import ROUND, Relay
from services.chassis.streams import Stream
from services.chassis.subscriptions import Subscriber
from services.chassis.work import Works
from services.customers.timeline.subscribers import subscriptions
from services.sales.orders.events import OrderShipped
from tests.bench.load import Asker, quantile
from tests.bench.operations import OPERATIONS
from tests.support.waiting import until

EVENTS, AT_ONCE, ROUNDS, DEEDS = 4000, 100, 3, 400
TENANT, BARE = "spine", "bare"
INBOX = "SELECT count(*)::int AS taken FROM inbox"


@dataclass
class Rate:
    """Events a second of ours and of the stream alone, medians of rounds in turns."""

    what: str
    target: str
    ours: float
    theirs: float


@dataclass
class Delay:
    """Milliseconds from the beginning of a deed until its event is with a subscriber."""

    connections: int
    p50: float
    p99: float


def delays(world, connections):
    return asyncio.run(_delay(world, connections))


async def _delay(world, connections):
    """Make customers through the gateway, and listen as somebody outside does."""
    create = next(it for it in OPERATIONS if "createCustomer" in it.document)
    subject = f"crm.{world.company.tenant}.customers.customer.created.>"
    came: list[float] = []

    async def hear(message):
        told = Envelope.model_validate_json(message.data)
        came.append((datetime.now(UTC) - told.time).total_seconds())

    client = await nats.connect(world.nats_url)
    try:
        js = client.jetstream()
        await js.subscribe(
            subject, cb=hear, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
        )
        connector = aiohttp.TCPConnector(limit=connections)
        async with aiohttp.ClientSession(connector=connector) as session:
            await Asker(world, create, connections).rounds(session, DEEDS)
        await until(lambda: len(came) >= DEEDS)
    finally:
        await client.close()
    came.sort()
    return Delay(connections, quantile(came, 0.50), quantile(came, 0.99))


def rates(world):
    """Hold ours against the stream alone; the services are stopped, and do not come again."""
    for name in world.databases:
        world.kill(name, signal.SIGTERM)
    return asyncio.run(_rates(world))


async def _rates(world):
    publishing: tuple[list[float], list[float]] = ([], [])
    taking: tuple[list[float], list[float]] = ([], [])
    bare = await _Bare.made(world.nats_url)
    try:
        for number in range(1, ROUNDS + 1):
            await _lay(world)
            publishing[0].append(EVENTS / await _relayed(world))
            publishing[1].append(EVENTS / await bare.published())
            taking[0].append(EVENTS / await _taken_in(world, number * EVENTS))
            taking[1].append(EVENTS / await bare.pulled())
    finally:
        await bare.client.close()
    return [
        Rate("outbox → stream", "≥ 0.5", *map(statistics.median, publishing)),
        Rate("stream → reader, with gate and inbox", "≥ 0.3", *map(statistics.median, taking)),
    ]


@asynccontextmanager
async def _connected(url):
    engine = connect(url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _lay(world):
    """Tell of a record each time: what is told of one would wait for its turn."""
    async with _connected(world.databases["sales"].app_url) as engine:
        works = Works(engine, "sales")
        for _ in range(EVENTS // AT_ONCE):
            async with works.begin(Actor.system(TENANT, "bench")) as work:
                await work.publish(*(_fact() for _ in range(AT_ONCE)))


def _fact():
    net = Money(amount=Decimal(100), currency="EUR")
    return OrderShipped(
        order_id=new_id("ord"),
        customer_id=new_id("cus"),
        number="1",
        status="SHIPPED",
        placed_on=None,
        gross=net,
        net=net,
    )


async def _relayed(world):
    """Let one relay carry all that waits."""

    async def nothing_waits():
        return await world.pending("sales") == 0

    stream = Stream(world.nats_url, name="bench")
    async with _connected(world.databases["sales"].worker_url) as engine:
        relay = Relay(engine, stream, "sales")
        begun = time.perf_counter()
        running = asyncio.create_task(relay.run())
        await until(nothing_waits, 120)
        took = time.perf_counter() - begun
        relay.stop()
        await running
    await stream.close()
    return took


async def _taken_in(world, total):
    """Let the timeline's reader take all that it has not, each in a transaction of its own."""

    async def all_taken():
        (row,) = await world.rows("customers", TENANT, INBOX)
        return row["taken"] >= total

    stream = Stream(world.nats_url, name="bench")
    async with _connected(world.databases["customers"].app_url) as engine:
        subscriber = Subscriber(subscriptions, Works(engine, "customers"), stream)
        begun = time.perf_counter()
        subscriber.start()
        await until(all_taken, 240)
        took = time.perf_counter() - begun
        await subscriber.stop()
    await stream.close()
    return took


class _Bare:
    """A stream of the same kind with nothing around it."""

    def __init__(self, client):
        self.client = client
        self.js = client.jetstream(timeout=30, publish_async_max_pending=ROUND)

    @staticmethod
    async def made(url):
        bare = _Bare(await nats.connect(url))
        config = StreamConfig(
            name=BARE, subjects=[f"{BARE}.>"], storage=StorageType.FILE, duplicate_window=3600
        )
        await bare.js.add_stream(config)
        return bare

    async def published(self):
        """Publish without waiting for each, as many at once as a round of the relay."""
        body = orjson.dumps(_fact().model_dump(mode="json"))
        begun = time.perf_counter()
        for number in range(EVENTS):
            headers = {"Nats-Msg-Id": new_id("evt")}
            await self.js.publish_async(f"{BARE}.{number}", body, headers=headers)
        await self.js.publish_async_completed()
        return time.perf_counter() - begun

    async def pulled(self):
        reading = await self.js.pull_subscribe(f"{BARE}.>", durable="bench", stream=BARE)
        begun = time.perf_counter()
        taken = 0
        while taken < EVENTS:
            for message in await reading.fetch(AT_ONCE, timeout=10):
                await message.ack()
                taken += 1
        took = time.perf_counter() - begun
        await reading.unsubscribe()
        return took
