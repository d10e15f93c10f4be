"""What the outbox has can be told once more: a lost stream is filled while everything goes on."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from deploy.stream import provisioning
from services.chassis.relay import Relay
from services.chassis.republishing import Period, lay_again
from services.chassis.streams import Stream
from tests.chassis.test_relay import (
    none_pending,
    on_the_stream,
    pending,
    relaying,
    sequences,
    tell,
)
from tests.support.harbour_reader import Harbour, all_handled, once
from tests.support.telling import SMALL, listening
from tests.support.waiting import until

SHIPS = [f"shp_{it}" for it in range(12)]
EVER = Period(datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))


async def republished(worker, period=EVER):
    async with worker.begin() as connection:
        return await lay_again(connection, "toy", period)


def wiped(nats_server):
    nats_server.stop()
    shutil.rmtree(nats_server.folder / "jetstream")
    nats_server.start()


@asynccontextmanager
async def writing(works):
    """Tell of every ship without a pause; gives how often each was told of, in the end."""
    told = dict.fromkeys(SHIPS, 0)
    stopping = asyncio.Event()

    async def write(ship):
        while not stopping.is_set():
            await tell(works, ship)
            told[ship] += 1

    writers = [asyncio.create_task(write(it)) for it in SHIPS]
    try:
        yield told
    finally:
        stopping.set()
        await asyncio.gather(*writers)


@pytest.mark.feature("PLT-06")
async def test_a_lost_stream_is_filled_in_order_while_writers_and_readers_go_on(
    works, worker, stream, nats_server
):
    harbour = Harbour()
    async with (
        relaying(worker, stream, relays=2) as relays,
        listening(harbour.subscriptions, works, stream),
    ):
        async with writing(works) as told:
            await until(lambda: min(told.values()) >= 3)
            wiped(nats_server)
            await until(lambda: stream.reconnects)
            await republished(worker)
            looked = [it._failures for it in relays]
            await until(lambda: all_looked_again(relays, looked))
            await provisioning.apply(
                stream.jetstream, SMALL, [provisioning.of_source("harbour", ("toy", "ship"))]
            )
            before = dict(told)
            await until(lambda: all(told[it] >= before[it] + 3 for it in SHIPS))
        await until(lambda: none_pending(worker))
        await all_handled(works, {it: once(*range(1, told[it] + 1)) for it in SHIPS})
    held = sequences(await on_the_stream(stream))
    assert held == {it: list(range(1, told[it] + 1)) for it in SHIPS}


def all_looked_again(relays, before):
    """Say whether each has read its outbox since, whatever it held in its hands then."""
    return all(it._failures >= n + 2 for it, n in zip(relays, before, strict=True))


async def test_what_readers_know_changes_nothing_when_it_is_told_again(
    works, worker, stream, nats_server
):
    harbour = Harbour()
    async with relaying(worker, stream), listening(harbour.subscriptions, works, stream):
        for ship in SHIPS:
            await tell(works, ship, 2)
        await all_handled(works, dict.fromkeys(SHIPS, once(1, 2)))
        wiped(nats_server)
        await until(lambda: stream.reconnects)
        await provisioning.apply(
            stream.jetstream, SMALL, [provisioning.of_source("harbour", ("toy", "ship"))]
        )
        await tell(works, SHIPS[0])  # it comes to the new stream before what was there
        await all_handled(works, dict.fromkeys(SHIPS, once(1, 2)) | {SHIPS[0]: once(1, 2, 3)})
        assert await republished(worker) == 2 * len(SHIPS) + 1
        await until(lambda: none_pending(worker))
    assert await on_the_stream(stream)
    await all_handled(works, dict.fromkeys(SHIPS, once(1, 2)) | {SHIPS[0]: once(1, 2, 3)})
    assert len(harbour.works_seen) == 2 * len(SHIPS) + 1


async def test_a_period_and_an_aggregate_are_taken_and_no_more(works, worker):
    await tell(works, "shp_1", 2, tenant="one")
    now = datetime.now(UTC)
    day = timedelta(days=1)
    assert await republished(worker, Period(now - day, now + day, "boat")) == 0
    assert await republished(worker, Period(now + day, now + 2 * day)) == 0
    assert await republished(worker, Period(now - day, now + day, "ship")) == 2
    assert await pending(worker) == 2


async def test_a_relay_without_a_stream_to_carry_to_waits_and_says_so(
    works, worker, nats_server, capsys
):
    stream = Stream(nats_server.url, name="test")
    async with relaying(worker, stream):
        await tell(works, "shp_1")
        await until(lambda: "the relay stops for a while" in logged(capsys))
        await provisioning.ensure_stream(await stream.opened(), SMALL)
        await until(lambda: none_pending(worker))
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1]}
    await stream.close()


def logged(capsys, seen={}):  # noqa: B006  # the text so far, since reading it empties it
    seen["text"] = seen.get("text", "") + capsys.readouterr().out
    return seen["text"]


async def test_what_is_laid_again_while_a_relay_carries_it_goes_once_more(works, worker, stream):
    """The relay may have given it to a stream that is lost: what it forgets then, it does not."""
    carried: list[str] = []

    class Late(Relay):
        async def _forget(self, connection, events):
            if not carried:
                assert await republished(worker) == 1
            carried.extend(it.id for it in events)
            await super()._forget(connection, events)

    await tell(works, "shp_1")
    relay = Late(worker, stream, "toy")
    task = asyncio.create_task(relay.run())
    await until(lambda: len(carried) > 1)
    await until(lambda: none_pending(worker))
    relay.stop()
    await task
    (message,) = await on_the_stream(stream)
    assert carried == [message.headers["ce-id"]] * 2


async def test_two_who_lay_the_same_again_do_not_stand_in_each_others_way(works, worker, stream):
    for ship in SHIPS:
        await tell(works, ship)
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    async with worker.begin() as connection:
        assert await lay_again(connection, "toy", EVER) == len(SHIPS)
        second = asyncio.create_task(republished(worker))
        await until(lambda: is_waiting(worker))
    assert await second == len(SHIPS)
    assert await pending(worker) == len(SHIPS)


async def is_waiting(worker):
    """Say whether anybody waits for another's transaction."""
    waiting = text("""SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'""")
    async with worker.connect() as connection:
        return (await connection.execute(waiting)).scalar_one() > 0
