"""What the outbox holds reaches the stream once, in order, whatever stops on the way."""

import asyncio
import json
import shutil
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from deploy.stream import provisioning
from services.chassis import relay
from services.chassis.actor import Actor
from services.chassis.database import connect
from services.chassis.ending import end
from services.chassis.poking import Poke
from services.chassis.relay import Relay
from services.chassis.streams import STREAM, Stream, poke_of
from services.chassis.work import Works
from tests.support.telling import SMALL
from tests.support.waiting import until
from tests.toy.model import ShipSunk

FLEET = [f"shp_{it}" for it in range(40)]


async def tell(works, ship, times=1, *, bulk=False, tenant="default"):
    async with works.begin(Actor.system(tenant, "test"), bulk=bulk) as work:
        await work.publish(*(ShipSunk(ship_id=ship, cause="ice") for _ in range(times)))


@asynccontextmanager
async def relaying(worker, stream, relays=1):
    """Run some relays, and stop them cleanly."""
    made = [Relay(worker, stream, "toy") for _ in range(relays)]
    tasks = [asyncio.create_task(it.run()) for it in made]
    try:
        yield made
    finally:
        for it in made:
            it.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


async def pending(worker):
    async with worker.connect() as connection:
        return (await connection.execute(text("SELECT count(*) FROM event_pending"))).scalar_one()


async def none_pending(worker):
    return await pending(worker) == 0


async def on_the_stream(stream):
    """Read everything that the stream holds, first to last."""
    js = stream.jetstream
    held = (await js.stream_info(STREAM)).state.messages
    reader = await js.subscribe("crm.>", ordered_consumer=True)
    messages = [await reader.next_msg(timeout=10) for _ in range(held)]
    await reader.unsubscribe()
    return messages


def sequences(messages):
    by_ship = defaultdict(list)
    for it in messages:
        envelope = json.loads(it.data)
        by_ship[envelope["subject"]].append(envelope["sequence"])
    return by_ship


async def test_an_event_reaches_the_stream_as_it_was_laid(works, worker, stream):
    await tell(works, "shp_1")
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    (message,) = await on_the_stream(stream)
    async with worker.connect() as connection:
        body = (await connection.execute(text("SELECT body FROM event"))).scalar_one()
    assert message.data.decode() == body
    envelope = json.loads(body)
    assert message.subject == "crm.default.toy.ship.sunk.v1.15"
    assert {k: v for k, v in message.headers.items() if k.startswith(("ce-", "Nats-Msg"))} == {
        "Nats-Msg-Id": envelope["id"],
        "ce-id": envelope["id"],
        "ce-type": "toy.ship.sunk.v1",
        "ce-subject": "shp_1",
        "ce-tenant": "default",
    }


async def test_three_relays_share_the_partitions_and_keep_each_order(works, worker, stream):
    async with relaying(worker, stream, relays=3):
        for _ in range(8):
            await asyncio.gather(*(tell(works, ship, 3) for ship in FLEET))
        await until(lambda: none_pending(worker))
    told = sequences(await on_the_stream(stream))
    assert told == {ship: list(range(1, 25)) for ship in FLEET}


async def test_relays_lease_every_partition_once_and_share_fairly(worker, stream):
    held = text(
        "SELECT pid, count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid < 16 "
        "AND classid = 6517357 GROUP BY pid ORDER BY 2"
    )

    async def shares():
        async with worker.connect() as connection:
            return [row[1] for row in await connection.execute(held)]

    async def are(*wanted):
        return await shares() == list(wanted)

    async with relaying(worker, stream, relays=1):
        await until(lambda: are(16))
        async with relaying(worker, stream, relays=2):
            await until(lambda: are(4, 6, 6))
        await until(lambda: are(16))


async def test_a_relay_that_falls_silent_gives_its_partitions_up(
    works, worker, stream, monkeypatch
):
    """As one does that stands still, or whose machine is gone without a goodbye."""
    monkeypatch.setattr(relay, "LEASE_SECONDS", 1.0)
    silent, may_speak, is_silent = Relay(worker, stream, "toy"), asyncio.Event(), asyncio.Event()
    turn = silent._turn

    async def say_nothing(*given):
        is_silent.set()
        await may_speak.wait()
        await turn(*given)

    monkeypatch.setattr(silent, "_turn", say_nothing)
    running = asyncio.create_task(silent.run())
    await is_silent.wait()
    await asyncio.gather(*(tell(works, ship, 2) for ship in FLEET))
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
        may_speak.set()
        await tell(works, FLEET[0])
        await until(lambda: none_pending(worker))
        silent.stop()
        await asyncio.wait_for(running, 30)
    told = sequences(await on_the_stream(stream))
    assert told == {ship: [1, 2] for ship in FLEET} | {FLEET[0]: [1, 2, 3]}


async def test_a_round_ends_while_its_leases_last(works, worker, stream, monkeypatch):
    """Where the stream is slow, what it has taken is forgotten before another relay may come."""
    monkeypatch.setattr(relay, "LEASE_SECONDS", 0.0)
    await tell(works, "shp_1", 3)
    made = Relay(worker, stream, "toy")
    async with worker.connect() as raw:
        connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
        assert [await made._round(connection, range(16)) for _ in range(4)] == [1, 1, 1, 0]
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1, 2, 3]}


async def test_a_killed_relay_loses_nothing_and_doubles_nothing(works, worker, stream):
    for _ in range(5):
        await asyncio.gather(*(tell(works, ship, 4) for ship in FLEET))
    for _ in range(6):
        victim = asyncio.create_task(Relay(worker, stream, "toy").run())
        before = await pending(worker)
        await until(lambda before=before: fewer_than(worker, before))
        await end([victim])
        if not await pending(worker):
            break
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    told = sequences(await on_the_stream(stream))
    assert told == {ship: list(range(1, 21)) for ship in FLEET}


async def fewer_than(worker, before):
    return await pending(worker) < max(before, 1)


async def test_what_was_published_but_not_forgotten_is_not_told_twice(works, worker, stream):
    await tell(works, "shp_1", 3)
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    async with works.begin(Actor.system("default", "test")) as work:
        await work.session.execute(
            text(
                "INSERT INTO event_pending "
                "(aggregate_id, sequence, told_on, partition, bulk, laid_at) "
                "SELECT aggregate_id, sequence, told_on, 15, false, now() FROM event"
            )
        )
    await tell(works, "shp_1")
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1, 2, 3, 4]}


@pytest.mark.feature("PLT-06")
async def test_while_nats_is_away_writes_go_on_and_wait(
    works, worker, stream, nats_server, monkeypatch
):
    monkeypatch.setattr(relay, "MEASURE_SECONDS", 0.05)
    async with relaying(worker, stream):
        await tell(works, "shp_1")
        await until(lambda: none_pending(worker))
        nats_server.stop()
        await tell(works, "shp_1", 2)
        await tell(works, "shp_2")
        assert await pending(worker) == 3
        await until(lambda: waiting_as_measured() == 3)
        assert measured("crm_outbox_oldest_seconds") > 0
        nats_server.start()
        await until(lambda: none_pending(worker))
        await until(lambda: waiting_as_measured() == 0)
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1, 2, 3], "shp_2": [1]}


def measured(name):
    return REGISTRY.get_sample_value(name, {"service": "toy"})


def waiting_as_measured():
    return measured("crm_outbox_pending")


@pytest.mark.feature("PLT-06")
async def test_a_full_stream_keeps_what_it_has_and_what_is_new_waits_and_drains_by_itself(
    works, worker, stream, capsys
):
    tiny = replace(SMALL, max_bytes=100_000)
    await provisioning.ensure_stream(stream.jetstream, tiny)
    async with relaying(worker, stream):
        await tell(works, "shp_1", 40)
        await until(lambda: none_pending(worker))
        for _ in range(6):
            await tell(works, "shp_1", 40)
        await until(lambda: "maximum bytes exceeded" in capsys.readouterr().out)
        assert await pending(worker) > 0
        held = sequences(await on_the_stream(stream))["shp_1"]
        assert held == list(range(1, len(held) + 1))
        await tell(works, "shp_2")
        await provisioning.ensure_stream(stream.jetstream, SMALL)
        await until(lambda: none_pending(worker))
    assert sequences(await on_the_stream(stream)) == {"shp_1": list(range(1, 281)), "shp_2": [1]}


@pytest.mark.feature("PLT-06")
async def test_what_waits_goes_as_atomic_batches(works, worker, stream):
    for ship in FLEET:
        await tell(works, ship, 5)
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    batches = defaultdict(list)
    for it in await on_the_stream(stream):
        batches[it.headers["Nats-Batch-Id"]].append(int(it.headers["Nats-Batch-Sequence"]))
    assert len(batches) <= 4
    assert all(it == list(range(1, len(it) + 1)) for it in batches.values())
    assert max(map(len, batches.values())) > 100


async def test_a_stream_that_was_lost_is_waited_for_and_taken_up_when_it_is_made(
    works, worker, stream, nats_server
):
    async with relaying(worker, stream):
        nats_server.stop()
        shutil.rmtree(nats_server.folder / "jetstream")
        nats_server.start()
        await until(lambda: stream.reconnects)
        await tell(works, "shp_1")
        assert not await provisioning.has_stream(stream.jetstream)
        await provisioning.ensure_stream(stream.jetstream, SMALL)
        await until(lambda: none_pending(worker))
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1]}


async def test_a_relay_whose_connection_is_cut_comes_back(works, worker, stream, admin_url):
    admin = connect(admin_url, pooled=False)
    async with relaying(worker, stream):
        await tell(works, "shp_1")
        await until(lambda: none_pending(worker))
        async with admin.connect() as connection:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :role"
            await connection.execute(text(cut), {"role": "toy_worker"})
        await tell(works, "shp_1")
        await until(lambda: none_pending(worker))
    await admin.dispose()
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1, 2]}


async def test_interactive_work_goes_before_bulk_but_never_before_its_own(works, worker, stream):
    await tell(works, "shp_bulk", 2, bulk=True)
    await tell(works, "shp_mixed", 1, bulk=True)
    await tell(works, "shp_mixed", 1)
    await tell(works, "shp_quick", 2)
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    messages = await on_the_stream(stream)
    order = [json.loads(it.data)["subject"] for it in messages]
    assert order[:2] == ["shp_quick", "shp_quick"]
    assert sequences(messages)["shp_mixed"] == [1, 2]


async def test_a_clock_that_went_back_breaks_no_order(works, worker, stream):
    await tell(works, "shp_1", 3)
    async with works.begin(Actor.system("default", "test")) as work:
        await work.session.execute(
            text("UPDATE event_pending SET laid_at = laid_at - sequence * interval '1 hour'")
        )
    async with relaying(worker, stream):
        await until(lambda: none_pending(worker))
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1, 2, 3]}


async def test_an_event_that_the_stream_refuses_keeps_only_its_own_back(works, worker, stream):
    async with works.begin(Actor.system("default", "test")) as work:
        await work.publish(ShipSunk(ship_id="shp_big", cause="x" * 2_000_000))
    await tell(works, "shp_big")
    await tell(works, "shp_1")
    async with relaying(worker, stream):

        async def only_the_refused_wait():
            return await pending(worker) == 2

        await until(only_the_refused_wait)
    assert sequences(await on_the_stream(stream)) == {"shp_1": [1]}


async def test_a_poke_from_another_program_is_enough(
    database, worker, stream, nats_server, monkeypatch
):
    monkeypatch.setattr(relay, "POLL_SECONDS", 600)
    web = Stream(nats_server.url, name="web")
    poke = Poke(web, "toy")
    sending = asyncio.create_task(poke.run())
    engine = connect(database.app_url)
    works = Works(engine, "toy", committed=poke.send)
    listener = Stream(nats_server.url, name="worker")
    async with relaying(worker, listener) as (it,):
        listener.hear(poke_of("toy"), it.wake)
        await listener.opened()
        await listener.client.flush()
        for ship in FLEET[:3]:
            await tell(works, ship)
            await until(lambda: none_pending(worker))
    await end([sending])
    for other in (web, listener):
        await other.close()
    await engine.dispose()
    assert sequences(await on_the_stream(stream)) == {ship: [1] for ship in FLEET[:3]}


async def test_a_wake_is_enough_and_tenants_keep_apart(database, worker, stream):
    engine = connect(database.app_url)
    async with relaying(worker, stream) as (relay,):
        works = Works(engine, "toy", committed=relay.wake)
        await tell(works, "shp_1", tenant="one")
        await tell(works, "shp_1", tenant="other")
        await until(lambda: none_pending(worker))
    await engine.dispose()
    messages = await on_the_stream(stream)
    assert {it.subject.split(".")[1] for it in messages} == {"one", "other"}
    assert [json.loads(it.data)["sequence"] for it in messages] == [1, 1]


@pytest.mark.parametrize("order", ["id", "at"])
async def test_what_commits_late_is_lost_by_a_cursor_and_not_by_the_relay(
    works, worker, stream, order
):
    """A cursor goes past an event that is numbered, or dated, and not committed yet."""
    after = text(
        f"SELECT id, {order} AS place FROM event"
        f" WHERE CAST(:last AS text) IS NULL OR {order}::text > :last ORDER BY {order}::text"
    )
    seen, last = set(), None

    async def look():
        nonlocal last
        async with worker.connect() as connection:
            for it in await connection.execute(after, {"last": last}):
                seen.add(it.id)
                last = str(it.place)

    late, early = FLEET[:2]
    await tell(works, early, 2)
    async with relaying(worker, stream):
        for _ in range(3):
            async with works.begin(Actor.system("default", "test")) as work:
                await work.publish(ShipSunk(ship_id=late, cause="ice"))
                await work.write()
                await tell(works, early)
                await look()
            await look()
        await until(lambda: none_pending(worker))
    told = {json.loads(it.data)["id"] for it in await on_the_stream(stream)}
    async with worker.connect() as connection:
        laid = set(await connection.scalars(text("SELECT id FROM event")))
    assert len(laid) == 8
    assert seen < laid
    assert told == laid
