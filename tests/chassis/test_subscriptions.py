"""A reader takes in each event once, in its record's order, and fails without harm to others."""

import asyncio
import json
from dataclasses import replace

import pytest
from nats.js.errors import NotFoundError
from prometheus_client import REGISTRY
from pydantic import ValidationError
from sqlalchemy import text

from deploy.stream import provisioning
from services.chassis import pulling
from services.chassis.actor import Actor
from services.chassis.database import connect, reading
from services.chassis.declaring import Subscriptions
from services.chassis.housekeeping import Housekeeping
from services.chassis.streams import STREAM
from services.chassis.subscriptions import doubled
from tests.support.harbour_reader import (
    CONSUMER,
    Harbour,
    ShipRegistered,
    ShipSunk,
    all_handled,
    envelope,
    handled,
)
from tests.support.telling import SMALL, durables_of, listening, publish
from tests.support.waiting import until

IN_A_YEAR = "2099-01-01T00:00:00Z"


@pytest.fixture
def teller():
    return "harbour"


@pytest.fixture
def harbour():
    return Harbour()


def subscribed(harbour, works, stream):
    return listening(harbour.subscriptions, works, stream)


async def settled(stream):
    """Wait until the stream has heard of every message what became of it."""

    async def nothing_is_left():
        try:
            info = await stream.jetstream.consumer_info(STREAM, CONSUMER)
        except NotFoundError:  # not made yet
            return False
        return info.num_pending == 0 and info.num_ack_pending == 0

    await until(nothing_is_left)


async def test_events_are_handled_once_and_in_order(harbour, works, stream):
    ships = [f"shp_{it}" for it in range(20)]
    async with subscribed(harbour, works, stream):
        for number in range(1, 6):
            await publish(stream, *(envelope(ship, number) for ship in ships))
        await all_handled(works, {ship: dict.fromkeys(range(1, 6), 1) for ship in ships})
        await settled(stream)
    for ship in ships:
        seen = [it.cause.sequence for it in harbour.works_seen if it.cause.subject == ship]
        assert seen == [1, 2, 3, 4, 5]


async def test_what_is_twice_told_is_once_done(harbour, works, stream):
    event = envelope("shp_1", 1)
    async with subscribed(harbour, works, stream):
        await publish(stream, event, event)
        await publish(stream, envelope("shp_1", 2), event)
        await settled(stream)
    assert await handled(works) == {"shp_1": {1: 1, 2: 1}}
    assert len(harbour.works_seen) == 2


@pytest.mark.feature("PLT-06")
@pytest.mark.parametrize("lost", ["UPDATE event_gate SET sequence = 0", "DELETE FROM inbox"])
async def test_gate_and_inbox_stand_in_for_each_other(harbour, works, stream, lost):
    told = [envelope("shp_1", number) for number in (1, 2)]
    async with subscribed(harbour, works, stream):
        await publish(stream, *told)
        await all_handled(works, {"shp_1": {1: 1, 2: 1}})
        async with works.begin(Actor.system("default", "test")) as work:
            await work.session.execute(text(lost))
        await publish(stream, *told, envelope("shp_1", 3))
        await all_handled(works, {"shp_1": {1: 1, 2: 1, 3: 1}})
        await settled(stream)
    assert [it.cause.sequence for it in harbour.works_seen] == [1, 2, 3]


async def test_an_id_is_forgotten_when_nobody_tells_it_any_more(harbour, works, stream, database):
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 1), envelope("shp_2", 1))
        await all_handled(works, {"shp_1": {1: 1}, "shp_2": {1: 1}})
    kept = harbour.works_seen[1].cause.id
    old = "UPDATE inbox SET handled_at = now() - interval '31 days' WHERE event_id <> :kept"
    async with works.begin(Actor.system("default", "test")) as work:
        await work.session.execute(text(old), {"kept": kept})
    worker = connect(database.worker_url, pooled=False)
    await Housekeeping(worker, "harbour", event_days=30).go_round()
    await worker.dispose()
    async with works.begin(Actor.system("default", "test")) as work:
        assert list(await work.session.scalars(text("SELECT event_id FROM inbox"))) == [kept]


async def test_an_early_event_waits_for_its_turn(harbour, works, stream):
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 2), envelope("shp_2", 1))
        await all_handled(works, {"shp_2": {1: 1}})
        assert [it.cause.subject for it in harbour.works_seen] == ["shp_2"]
        await publish(stream, envelope("shp_1", 1))
        await all_handled(works, {"shp_1": {1: 1, 2: 1}, "shp_2": {1: 1}})


async def test_a_deed_without_a_handler_is_stepped_over(harbour, works, stream):
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 1, deed="painted"), envelope("shp_1", 2))
        await settled(stream)
    assert await handled(works) == {"shp_1": {2: 1}}


async def test_a_record_that_fails_waits_and_the_others_go_on(harbour, works, stream):
    harbour.refused["shp_bad"] = LookupError("the secret of the deep")
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_bad", 1), envelope("shp_bad", 2))
        await publish(stream, *(envelope(f"shp_{it}", 1) for it in range(30)))
        wanted = {f"shp_{it}": {1: 1} for it in range(30)}
        await all_handled(works, wanted)
        harbour.refused.clear()
        await all_handled(works, wanted | {"shp_bad": {1: 1, 2: 1}})


async def test_a_failed_reaction_leaves_nothing_and_is_told(harbour, works, stream, capsys):
    harbour.refused["shp_1"] = LookupError("the secret of the deep")
    event = envelope("shp_1", 1)
    async with subscribed(harbour, works, stream):
        await publish(stream, event)
        await until(lambda: harbour.works_seen)
        await until(lambda: sample("crm_events_retried_total") >= 1)
        assert await handled(works) == {}
        async with reading(works.engine, "default") as connection:
            assert (await connection.execute(text("SELECT count(*) FROM inbox"))).scalar() == 0
    line = capsys.readouterr().out
    assert event.id in line
    assert "LookupError: at harbour_reader.py:" in line
    assert "the secret of the deep" not in line


def sample(name, **labels):
    return REGISTRY.get_sample_value(name, {"consumer": CONSUMER, **labels}) or 0


async def test_an_event_under_a_subject_that_is_not_its_own_is_left_alone(harbour, works, stream):
    before = sample("crm_events_strayed_total")
    strayed = envelope("shp_1", 1)
    async with subscribed(harbour, works, stream):
        await stream.jetstream.publish("crm.other.toy.ship.sunk.v1.0", strayed.body())
        await publish(stream, envelope("shp_2", 1))
        await all_handled(works, {"shp_2": {1: 1}})
        await settled(stream)
    assert sample("crm_events_strayed_total") == before + 1
    assert "shp_1" not in await handled(works)


async def test_a_reaction_acts_as_the_system_of_the_events_tenant(harbour, works, stream):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 1, tenant="other", traceparent=trace))
        await all_handled(works, {"shp_1": {1: 1}}, tenant="other")
    (work,) = harbour.works_seen
    assert (work.actor.tenant, work.actor.id) == ("other", "harbour")
    assert work.trace.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert work.trace.request_id == "req_1"
    assert await handled(works) == {}


async def test_a_slow_record_holds_up_no_other(harbour, works, stream):
    harbour.held.clear()
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_slow", 1), envelope("shp_slow", 2))
        await until(lambda: harbour.works_seen)
        await publish(stream, envelope("shp_1", 1), envelope("shp_2", 1))
        await until(lambda: len(harbour.works_seen) == 3)
        assert {it.cause.subject for it in harbour.works_seen} == {"shp_slow", "shp_1", "shp_2"}
        harbour.held.set()
        await settled(stream)


async def test_two_workers_of_one_reader_break_no_order(harbour, works, stream):
    other = Harbour()
    ships = [f"shp_{it}" for it in range(10)]
    async with subscribed(harbour, works, stream), subscribed(other, works, stream):
        for number in range(1, 6):
            await publish(stream, *(envelope(ship, number) for ship in ships))
        await all_handled(works, {ship: dict.fromkeys(range(1, 6), 1) for ship in ships})


async def test_after_nats_was_away_the_reader_goes_on(harbour, works, stream, nats_server):
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 1))
        await all_handled(works, {"shp_1": {1: 1}})
        nats_server.stop()
        nats_server.start()
        await until(lambda: stream.reconnects)
        await publish(stream, envelope("shp_1", 2))
        await all_handled(works, {"shp_1": {1: 1, 2: 1}})


async def test_a_consumer_that_was_removed_is_taken_up_when_it_is_made_again(
    harbour, works, stream
):
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 1))
        await all_handled(works, {"shp_1": {1: 1}})
        await stream.jetstream.delete_consumer(STREAM, CONSUMER)
        await publish(stream, envelope("shp_1", 2))
        await provisioning.apply(stream.jetstream, SMALL, durables_of(harbour.subscriptions))
        await all_handled(works, {"shp_1": {1: 1, 2: 1}})


async def test_a_consumer_that_stands_still_is_seen_and_its_subscription_made_anew(
    harbour, works, stream, monkeypatch, capsys
):
    monkeypatch.setattr(pulling, "STALLED_SECONDS", 0.5)
    before = sample("crm_consumer_stalled_total")
    async with subscribed(harbour, works, stream):
        await publish(stream, envelope("shp_1", 1))
        await all_handled(works, {"shp_1": {1: 1}})
        await stream.jetstream.delete_consumer(STREAM, CONSUMER)
        (made,) = durables_of(harbour.subscriptions)
        paused = replace(made.configuration(), pause_until=IN_A_YEAR)
        await stream.jetstream.add_consumer(STREAM, paused)
        await publish(stream, envelope("shp_1", 2))
        await until(lambda: sample("crm_consumer_stalled_total") >= before + 2)
        assert await handled(works) == {"shp_1": {1: 1}}
        await stream.jetstream.delete_consumer(STREAM, CONSUMER)
        await provisioning.apply(stream.jetstream, SMALL, durables_of(harbour.subscriptions))
        await all_handled(works, {"shp_1": {1: 1, 2: 1}})
    told = [it for it in capsys.readouterr().out.splitlines() if "StalledError" in it]
    assert len(told) == 1


async def test_a_consumer_at_rest_is_not_taken_for_one_that_stands_still(
    harbour, works, stream, monkeypatch
):
    monkeypatch.setattr(pulling, "STALLED_SECONDS", 0.1)
    before = sample("crm_consumer_stalled_total")
    async with subscribed(harbour, works, stream):
        info = stream.jetstream.consumer_info
        watched = []

        async def seen(*names):
            watched.append(names)
            return await info(*names)

        monkeypatch.setattr(stream.jetstream, "consumer_info", seen)
        await until(lambda: len(watched) >= 3)
    assert sample("crm_consumer_stalled_total") == before


async def test_a_reader_that_stops_finishes_and_gives_the_rest_back(harbour, works, stream):
    harbour.held.clear()
    events = [envelope("shp_1", number) for number in range(1, 4)]
    async with subscribed(harbour, works, stream):
        await publish(stream, *events)
        await until(lambda: harbour.works_seen)
        asyncio.get_running_loop().call_later(0.05, harbour.held.set)
    assert await handled(works) == {"shp_1": {1: 1}}
    async with subscribed(harbour, works, stream):
        await all_handled(works, {"shp_1": {1: 1, 2: 1, 3: 1}})


async def test_a_durable_that_is_different_is_put_right(harbour, stream):
    (made,) = durables_of(harbour.subscriptions)
    narrow = replace(made.configuration(), max_ack_pending=7)
    await stream.jetstream.add_consumer(STREAM, narrow)
    await provisioning.apply(stream.jetstream, SMALL, [made])
    info = await stream.jetstream.consumer_info(STREAM, CONSUMER)
    assert info.config.max_ack_pending == made.configuration().max_ack_pending


def test_slices_declare_and_the_service_joins():
    one, other = Subscriptions("harbour"), Subscriptions("harbour")
    one.on(ShipSunk)(when_a_ship_sinks)
    other.on(ShipSunk, ShipRegistered)(when_a_ship_sinks)
    joined = Subscriptions.joined("harbour", [one, other])
    assert joined.readers() == [
        ("toy.ship.sunk.v1", ShipSunk),
        ("toy.ship.sunk.v1", ShipSunk),
        ("toy.ship.registered.v1", ShipRegistered),
    ]
    assert joined.sources() == [("toy", "ship")]
    assert len(joined.of("toy.ship.sunk.v1")) == 2
    with pytest.raises(ValueError, match="harbour does not read for sales"):
        Subscriptions.joined("sales", [one])


async def when_a_ship_sinks(work, event):
    """Do nothing: it is only declared."""


async def test_a_reader_reads_only_its_fields():
    assert ShipSunk.model_validate({"shipId": "shp_1", "new": "field"}).ship_id == "shp_1"
    with pytest.raises(ValidationError):
        ShipSunk.model_validate(json.loads("{}"))


def test_waits_double_up_to_the_longest():
    assert [doubled(0.2, tries, 5) for tries in (1, 2, 3, 9, 999)] == [0.2, 0.4, 0.8, 5, 5]
