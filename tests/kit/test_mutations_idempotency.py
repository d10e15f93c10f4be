"""Idempotency keys: what is asked for twice is made once, and answered as the first time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis import idempotency
from services.chassis.actor import Actor, ActorKind
from services.chassis.database import connect
from services.chassis.housekeeping import Housekeeping
from services.chassis.work import Works
from tests.kit.harbour import ALL, REFUSED

CREATE = f"""
    mutation($i: CreateShipInput!, $key: String) {{
      done: createShip(input: $i, idempotencyKey: $key) {{
        ship {{ id name version }} changedFields changes {{ field before after }}
        events {{ id type }} replayed warnings {REFUSED} }} }}
"""
UPDATE = f"""
    mutation($id: ID!, $i: UpdateShipInput!, $key: String) {{
      done: updateShip(id: $id, input: $i, idempotencyKey: $key) {{
        ship {{ name }} changedFields events {{ id }} replayed {REFUSED} }} }}
"""
UPSERT = """
    mutation($items: [UpsertShipsItem!]!, $key: String) {
      done: upsertShips(items: $items, idempotencyKey: $key) {
        results { index id status ship { name }
                  userErrors { code path ... on DuplicateError { candidates } } }
        events { id type } replayed } }
"""


async def created(harbour, key="k", actor=None, header=None, **given):
    answer = await harbour.ask(CREATE, actor, header, i={"name": "Ann"} | given, key=key)
    return answer["done"]


async def test_a_hundred_calls_with_one_key_make_one_record_and_one_event(harbour):
    done = await asyncio.gather(*(created(harbour) for _ in range(100)))
    assert sum(it["replayed"] for it in done) == 99
    assert len({str(it | {"replayed": None}) for it in done}) == 1
    assert done[0]["userErrors"] == []
    counts = await harbour.counts()
    kept = {it: counts[it] for it in ("ship", "event", "audit_line", "idempotency_key")}
    assert kept == {"ship": 1, "event": 1, "audit_line": 1, "idempotency_key": 1}


async def test_the_same_key_with_another_input_is_refused_and_nothing_is_made(harbour):
    await created(harbour)
    (error,) = (await created(harbour, name="Bea"))["userErrors"]
    assert (error["code"], error["path"]) == ("IDEMPOTENCY_MISMATCH", ["idempotencyKey"])
    assert await harbour.rows("SELECT name FROM ship") == [("Ann",)]


async def test_a_replay_reads_the_record_afresh(harbour):
    id = (await created(harbour))["ship"]["id"]
    await harbour.ask(UPDATE, id=id, i={"name": "Bea"})
    again = await created(harbour)
    assert again["ship"] == {"id": id, "name": "Bea", "version": 2}
    assert again["replayed"] is True


async def test_a_key_belongs_to_one_person_one_mutation_and_one_company(harbour, elsewhere):
    id = (await created(harbour))["ship"]["id"]
    other = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL)
    assert (await created(harbour, actor=other))["replayed"] is False
    assert (await created(elsewhere))["replayed"] is False
    done = (await harbour.ask(UPDATE, id=id, i={"name": "Bea"}, key="k"))["done"]
    assert (done["replayed"], done["changedFields"]) == (False, ["name"])


async def test_a_refusal_is_not_kept(harbour):
    assert (await created(harbour, name=""))["userErrors"] != []
    assert (await harbour.counts())["idempotency_key"] == 0
    assert (await created(harbour))["replayed"] is False


async def test_a_replay_needs_the_permission_still(harbour):
    await created(harbour)
    nobody = Actor(harbour.tenant, "usr_1", ActorKind.USER, frozenset())
    done = await created(harbour, actor=nobody)
    assert [it["code"] for it in done["userErrors"]] == ["FORBIDDEN"]
    assert done["ship"] is None


async def test_while_the_first_call_is_under_way_the_second_is_told_so(harbour):
    captain = await harbour.actor(None)
    async with harbour.works.begin(captain) as work:
        asked = {"input": {"name": "Ann"}}
        claim = idempotency.Claim.of(captain, "createShip", "k", asked)
        await idempotency.claim(work.session, claim, work.now)
        (error,) = (await created(harbour))["userErrors"]
    assert error["code"] == "IDEMPOTENCY_IN_PROGRESS"
    assert (await harbour.counts())["ship"] == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
async def test_a_key_that_cannot_be_one_is_refused(harbour, key):
    (error,) = (await created(harbour, key=key))["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID", ["idempotencyKey"])
    assert (await harbour.counts())["ship"] == 0


async def test_the_header_is_the_key_of_a_documents_one_mutation(harbour):
    first = await created(harbour, key=None, header="k")
    assert (await created(harbour, key=None, header="k"))["ship"] == first["ship"]
    assert (await created(harbour, key="k"))["replayed"] is True
    document = """mutation { a: createShip(input: {name: "A"}) { ship { id } }
                             b: createShip(input: {name: "B"}) { ship { id } } }"""
    answer = await harbour.answer(document, header="k")
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["BAD_REQUEST"]
    assert await harbour.rows("SELECT name FROM ship") == [("Ann",)]


async def test_many_rows_are_answered_again_as_they_were_refusals_included(harbour):
    ann = await harbour.ship(name="Ann", callSign="DAAA")
    items = [
        {"externalRef": {"source": "yard", "id": str(n)}, "input": given}
        for n, given in enumerate([{"name": "Bea"}, {"name": "Cleo", "callSign": "DAAA"}])
    ]
    first = (await harbour.ask(UPSERT, items=items, key="k"))["done"]
    again = (await harbour.ask(UPSERT, items=items, key="k"))["done"]
    assert [it["status"] for it in first["results"]] == ["CREATED", "REFUSED"]
    assert first["results"][1]["userErrors"] == [
        {"code": "DUPLICATE", "path": ["items", "1", "input", "callSign"], "candidates": [ann]}
    ]
    assert again == first | {"replayed": True}


async def test_nobody_reads_in_the_table_what_was_asked_for(harbour):
    await created(harbour, key="my-secret-key", captain="Captain Canary")
    rows = str(await harbour.rows("SELECT * FROM idempotency_key"))
    assert "Canary" not in rows
    assert "my-secret-key" not in rows


async def test_a_key_is_forgotten_after_a_day_and_then_serves_again(harbour, toy):
    past = datetime.now(UTC) - timedelta(hours=25)
    now, harbour.works = harbour.works, Works(harbour.engine, "toy", clock=lambda: past)
    await created(harbour, key="old")
    await created(harbour, key="older")
    harbour.works = now
    await created(harbour, key="new")
    assert (await created(harbour, key="old", name="Bea"))["replayed"] is False
    worker = connect(toy.worker_url, pooled=False)
    await Housekeeping(worker, "toy", event_days=30).go_round()
    await worker.dispose()
    assert (await harbour.counts())["idempotency_key"] == 2
    assert (await created(harbour, key="new"))["replayed"] is True
