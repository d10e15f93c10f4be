"""What a reader cannot take is put aside with its record, until somebody says what to do."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text

from services.chassis import dead_letters, draining, subscriptions, troubles
from services.chassis.actor import Actor, ActorKind
from services.chassis.audit import AuditLine
from services.chassis.database import reading
from services.chassis.dead_letters import DeadLetter, DeadLetterReason, DeadLetterStatus
from services.chassis.draining import Draining
from services.chassis.ending import end
from services.chassis.events import MAX_HOPS
from services.chassis.reacting import Reactions
from services.chassis.refusals import DependencyUnavailable, Invalid
from services.chassis.streams import STREAM
from tests.support.harbour_reader import CONSUMER, Harbour, all_handled, envelope, handled, once
from tests.support.telling import listening, publish
from tests.support.waiting import until

OPERATOR = Actor("default", "usr_operator", ActorKind.USER)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Fail twice and be done with it: what is tried here is what happens then."""
    monkeypatch.setattr(troubles, "TRIES", 2)
    monkeypatch.setattr(subscriptions, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(draining, "POLL_SECONDS", 0.02)


@pytest.fixture
def teller():
    return "harbour"


@pytest.fixture
def harbour():
    return Harbour()


@pytest.fixture
async def told(harbour, works, worker, stream):
    """The harbour, listening and draining; gives a way to tell it events."""
    async with listening(harbour.subscriptions, works, stream), drained(harbour, works, worker):
        yield lambda *events: publish(stream, *events)


@asynccontextmanager
async def drained(harbour, works, worker, times=1):
    reactions = [Reactions(harbour.subscriptions, works) for _ in range(times)]
    tasks = [asyncio.create_task(Draining(worker, it).run()) for it in reactions]
    try:
        yield
    finally:
        await end(tasks)


async def letters(works, tenant="default"):
    async with reading(works.engine, tenant) as connection:
        found = select(DeadLetter.__table__).order_by(DeadLetter.created_at, DeadLetter.id)
        return list(await connection.execute(found))


def buried(works, count=1):
    async def asked():
        found = await letters(works)
        return found if len(found) == count else None

    return until(asked)


def parked(works, *numbers):
    async def asked():
        async with reading(works.engine, "default") as connection:
            found = text("SELECT sequence FROM parked_event ORDER BY aggregate_id, sequence")
            return list(await connection.scalars(found)) == list(numbers)

    return until(asked)


def settled(works, id, status):
    async def asked():
        return {it.id: it.status for it in await letters(works)}[id] is status

    return until(asked)


async def retry(works, id):
    async with works.begin(OPERATOR) as work:
        await dead_letters.retry(work, id)


async def skip(works, id, reason="the ship was sold"):
    async with works.begin(OPERATOR) as work:
        await dead_letters.skip(work, id, reason)


def broken(ship, sequence):
    return envelope(ship, sequence).model_copy(update={"data": {"shipId": 4711}})


@pytest.mark.feature("PLT-06")
async def test_what_a_reader_cannot_read_is_a_dead_letter_and_only_its_record_waits(
    told, works, stream
):
    poison = broken("shp_1", 2)
    await told(envelope("shp_1", 1), poison, envelope("shp_1", 3), envelope("shp_2", 1))
    await told(envelope("shp_1", 4), envelope("shp_2", 2))
    await all_handled(works, {"shp_1": once(1), "shp_2": once(1, 2)})
    await parked(works, 2, 3, 4)
    (letter,) = await letters(works)
    assert (letter.source, letter.aggregate_id, letter.sequence) == ("toy.ship", "shp_1", 2)
    assert (letter.event_id, letter.event_type) == (poison.id, "toy.ship.sunk.v1")
    assert (letter.reason, letter.status) == (DeadLetterReason.INVALID, DeadLetterStatus.WAITING)
    assert letter.body == poison.body().decode()
    assert "shipId" in letter.detail
    assert "4711" not in letter.detail

    async def nothing_is_out():
        info = await stream.jetstream.consumer_info(STREAM, CONSUMER)
        return (info.num_pending, info.num_ack_pending) == (0, 0)

    await until(nothing_is_out)


@pytest.mark.feature("PLT-06")
async def test_a_retried_letter_is_taken_and_all_behind_it_in_order_once_each(
    told, works, harbour
):
    harbour.refused["shp_1"] = LookupError()
    await told(*(envelope("shp_1", number) for number in range(1, 5)))
    (letter,) = await buried(works)
    assert (letter.reason, letter.sequence) == (DeadLetterReason.FAILED, 1)
    await parked(works, 1, 2, 3, 4)
    harbour.refused.clear()
    harbour.works_seen.clear()
    await retry(works, letter.id)
    await all_handled(works, {"shp_1": once(1, 2, 3, 4)})
    await settled(works, letter.id, DeadLetterStatus.RETRIED)
    assert harbour.tried("shp_1") == [1, 2, 3, 4]
    await parked(works)
    await told(envelope("shp_1", 5))
    await all_handled(works, {"shp_1": once(1, 2, 3, 4, 5)})
    await parked(works)


async def test_a_letter_that_fails_again_waits_again_and_so_does_all_behind_it(
    told, works, harbour
):
    harbour.refused["shp_1"] = LookupError()
    await told(envelope("shp_1", 1), envelope("shp_1", 2))
    (letter,) = await buried(works)
    harbour.refused["shp_1"] = Invalid("there is no room for it")
    await retry(works, letter.id)

    async def waits_for_another_reason():
        (it,) = await letters(works)
        return (it.status, it.reason) == (DeadLetterStatus.WAITING, DeadLetterReason.REFUSED)

    await until(waits_for_another_reason)
    await parked(works, 1, 2)
    assert await handled(works) == {}


async def test_a_skipped_letter_is_stepped_over_for_ever(told, works, harbour):
    harbour.refused["shp_1", 1] = LookupError()
    first = envelope("shp_1", 1)
    await told(first, envelope("shp_1", 2), envelope("shp_1", 3))
    (letter,) = await buried(works)
    await skip(works, letter.id)
    harbour.refused.clear()
    await all_handled(works, {"shp_1": once(2, 3)})
    await parked(works)
    await told(first, envelope("shp_1", 4))
    await all_handled(works, {"shp_1": once(2, 3, 4)})
    (letter,) = await letters(works)
    assert letter.status is DeadLetterStatus.SKIPPED
    assert letter.skipped_because == "the ship was sold"


async def test_who_retried_and_who_skipped_and_why_stands_in_the_audit(told, works, harbour):
    harbour.refused["shp_1"] = harbour.refused["shp_2"] = LookupError()
    await told(envelope("shp_1", 1), envelope("shp_2", 1))
    one, other = await buried(works, 2)
    await skip(works, one.id)
    await retry(works, other.id)
    async with reading(works.engine, "default") as connection:
        mine = select(AuditLine).where(AuditLine.actor_id == OPERATOR.id)
        lines = {it.record_id: it.after for it in await connection.execute(mine)}
    assert lines == {
        one.id: {"status": "SKIPPED", "skippedBecause": "the ship was sold"},
        other.id: {"status": "RETRYING"},
    }


@pytest.mark.parametrize("deed", [retry, skip])
async def test_a_letter_is_settled_once(told, works, harbour, deed):
    harbour.refused["shp_1"] = LookupError()
    await told(envelope("shp_1", 1))
    (letter,) = await buried(works)
    await skip(works, letter.id)
    with pytest.raises(dead_letters.DeadLetterSettled):
        await deed(works, letter.id)


async def test_another_bad_event_behind_a_letter_is_a_letter_of_its_own(told, works, harbour):
    harbour.refused["shp_1", 1] = harbour.refused["shp_1", 3] = LookupError()
    await told(*(envelope("shp_1", number) for number in range(1, 5)))
    (first,) = await buried(works)
    await parked(works, 1, 2, 3, 4)
    del harbour.refused["shp_1", 1]
    await retry(works, first.id)
    first, second = await buried(works, 2)
    assert (first.status, second.status) == (DeadLetterStatus.RETRIED, DeadLetterStatus.WAITING)
    assert second.sequence == 3
    await all_handled(works, {"shp_1": once(1, 2)})
    await parked(works, 3, 4)
    await skip(works, second.id)
    await all_handled(works, {"shp_1": once(1, 2, 4)})


async def test_a_number_that_is_missing_behind_a_letter_is_waited_for(told, works, harbour):
    harbour.refused["shp_1"] = LookupError()
    await told(envelope("shp_1", 1), envelope("shp_1", 2), envelope("shp_1", 4))
    (letter,) = await buried(works)
    await parked(works, 1, 2, 4)
    harbour.refused.clear()
    await retry(works, letter.id)
    await all_handled(works, {"shp_1": once(1, 2)})
    await parked(works, 4)
    await told(envelope("shp_1", 3))
    await all_handled(works, {"shp_1": once(1, 2, 3, 4)})
    await parked(works)


async def test_a_letter_that_is_told_again_is_one_letter(told, works):
    poison = broken("shp_1", 1)
    await told(poison, poison)
    await told(poison, envelope("shp_2", 1))
    await all_handled(works, {"shp_2": once(1)})
    await parked(works, 1)
    assert len(await letters(works)) == 1


async def test_a_bad_event_that_came_early_is_none_before_its_turn(told, works):
    await told(broken("shp_1", 2), envelope("shp_2", 1))
    await all_handled(works, {"shp_2": once(1)})
    assert await letters(works) == []
    await told(envelope("shp_1", 1))
    await buried(works)
    assert (await handled(works))["shp_1"] == once(1)


async def test_what_passes_is_never_buried(told, works, harbour):
    harbour.refused["shp_1"] = ConnectionError("the database was away")
    harbour.refused["shp_2"] = DependencyUnavailable("the harbour master was away")
    await told(envelope("shp_1", 1), envelope("shp_2", 1), envelope("shp_1", 2))
    await until(lambda: min(map(len, map(harbour.tried, ("shp_1", "shp_2")))) > 5)
    assert since() > 0
    assert await letters(works) == []
    harbour.refused.clear()
    await all_handled(works, {"shp_1": once(1, 2), "shp_2": once(1)})
    await until(lambda: since() == 0)


def since():
    labels = {"consumer": CONSUMER}
    return REGISTRY.get_sample_value("crm_consumer_failing_since_seconds", labels)


async def test_a_loop_of_reactions_is_a_dead_letter(told, works):
    await told(envelope("shp_1", 1, hops=MAX_HOPS + 1), envelope("shp_2", 1, hops=MAX_HOPS))
    await all_handled(works, {"shp_2": once(1)})
    (letter,) = await buried(works)
    assert letter.reason is DeadLetterReason.LOOPED


@pytest.mark.parametrize("body", [b"not an event", b'{"id": "\x00\xff"}', b""])
async def test_what_is_no_event_at_all_is_put_aside_with_its_record(told, works, stream, body):
    await told(envelope("shp_1", 1))
    headers = {"ce-tenant": "default", "ce-subject": "shp_1"}
    subject = envelope("shp_1", 2).stream_subject
    await stream.jetstream.publish(subject, body, headers=headers)
    await told(envelope("shp_1", 3), envelope("shp_2", 1))
    await all_handled(works, {"shp_1": once(1), "shp_2": once(1)})
    (letter,) = await buried(works)
    assert (letter.reason, letter.sequence) == (DeadLetterReason.UNREADABLE, 2)
    await parked(works, 2, 3)
    await retry(works, letter.id)
    await settled(works, letter.id, DeadLetterStatus.WAITING)
    await skip(works, letter.id)
    await all_handled(works, {"shp_1": once(1, 3), "shp_2": once(1)})


async def test_what_does_not_even_say_its_record_shuts_no_gate(told, works, stream):
    await stream.jetstream.publish("crm.default.toy.ship.sunk.v1.0", b"nothing")
    await told(envelope("shp_1", 1))
    await all_handled(works, {"shp_1": once(1)})
    (letter,) = await buried(works)
    assert (letter.aggregate_id, letter.sequence) == ("", 0)
    with pytest.raises(dead_letters.RecordUnknown):
        await retry(works, letter.id)
    await skip(works, letter.id)
    await settled(works, letter.id, DeadLetterStatus.SKIPPED)


async def test_several_workers_drain_one_gate_and_each_event_is_taken_once(
    told, works, harbour, worker
):
    harbour.refused["shp_1"] = LookupError()
    await told(*(envelope("shp_1", number) for number in range(1, 21)))
    (letter,) = await buried(works)
    await parked(works, *range(1, 21))
    harbour.refused.clear()
    async with drained(harbour, works, worker, times=3):
        await retry(works, letter.id)
        await told(*(envelope("shp_1", number) for number in range(21, 31)))
        await all_handled(works, {"shp_1": once(*range(1, 31))})
    await parked(works)


async def test_another_companys_letters_are_not_seen(told, works, harbour):
    harbour.refused["shp_1"] = LookupError()
    await told(envelope("shp_1", 1, tenant="other"))

    async def there():
        return await letters(works, "other")

    assert await until(there)
    assert await letters(works) == []
