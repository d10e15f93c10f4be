"""More than five hundred records that a filter finds are changed by a job, each by itself."""

import json
from functools import partial

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit.conftest import everything
from tests.kit.harbour import ALL, REFUSED
from tests.kit.transfers import (
    JOB,
    act,
    brought,
    downloaded,
    ended,
    job_of,
    queued,
    running,
)
from tests.support.waiting import until
from tests.toy.commands import EDIT_SHIPS, RUN_JOBS
from tests.toy.model import SEE_ALL_SHIPS, Ship

MANY = 501
UPDATE = f"""
    mutation($w: ShipWhere!, $i: UpdateShipsInput!, $n: Int!, $e: OnError! = PER_ROW,
            $k: String, $dry: Boolean) {{
      done: updateShips(where: $w, input: $i, expectedCount: $n, onError: $e,
            idempotencyKey: $k, dryRun: $dry) {{
        results {{ id }} events {{ id }} replayed toyJob {{ {JOB} mutation }}
        userErrors {{ code reason path ... on ValidationError {{ allowed }} }} }} }}
"""
SINK = f"""
    mutation($w: ShipWhere!, $n: Int!) {{
      done: sinkShips(where: $w, input: {{cause: "ice"}}, expectedCount: $n, onError: PER_ROW) {{
        toyJob {{ id }} {REFUSED} }} }}
"""
CY = {"captain": "Cy"}
BO = {"captain": {"eq": "Bo"}}


async def fleet(harbour, count=MANY, **more):
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for number in range(count):
            work.add(Ship, name=f"Ship {number:03}", captain="Bo", **more)


async def sweep(harbour, document=UPDATE, who=None, *, where=None, count=MANY, **more):
    given = {"w": where or BO, "n": count} | ({"i": CY} if document is UPDATE else {}) | more
    return (await harbour.ask(document, who, **given))["done"]


async def begun(harbour, document=UPDATE, who=None, **more):
    done = await sweep(harbour, document, who, **more)
    assert done["userErrors"] == [], done
    return done["toyJob"]["id"]


def person(harbour, permissions, id="usr_1"):
    return Actor(harbour.tenant, id, ActorKind.USER, permissions)


async def captains(harbour):
    rows = await harbour.rows("SELECT captain, count(*) FROM ship GROUP BY 1 ORDER BY 1")
    return dict(rows)


@pytest.mark.usefixtures("runner")
async def test_more_than_five_hundred_are_changed_by_a_job_each_of_them_once(harbour):
    await fleet(harbour)
    await harbour.ship(name="Zoë", captain="Di")
    done = await sweep(harbour)
    job = done["toyJob"]
    assert (job["kind"], job["recordType"], job["mutation"]) == ("BULK", "Ship", "updateShips")
    assert (job["state"], job["total"], job["done"]) == ("QUEUED", MANY, 0)
    assert (done["results"], done["events"]) == ([], [])
    job = await ended(harbour, job["id"])
    assert (job["state"], job["done"], job["updated"]) == ("DONE", MANY, MANY)
    assert (job["failed"], job["failedFile"]) == (0, None)
    assert await captains(harbour) == {"Cy": MANY, "Di": 1}
    assert await harbour.rows("SELECT DISTINCT version FROM ship WHERE captain = 'Cy'") == [(2,)]

    again = await ended(harbour, await begun(harbour, where={"captain": {"eq": "Cy"}}))
    assert (again["updated"], again["unchanged"]) == (0, MANY)


async def test_where_one_refusal_keeps_all_or_few_are_said_no_job_does_it(harbour):
    await fleet(harbour, 3)
    done = await sweep(harbour, e="ATOMIC")
    assert [it["code"] for it in done["userErrors"]] == ["LIMIT_EXCEEDED"]
    done = await sweep(harbour, count=3)
    assert (len(done["results"]), done["toyJob"]) == (3, None)
    assert await harbour.counted("job") == 0


async def test_another_number_than_expected_queues_nothing_and_the_true_one_is_told(harbour):
    await fleet(harbour)
    for count in (MANY + 1, 12):
        done = await sweep(harbour, count=count)
        assert done["userErrors"] == [
            {
                "code": "INVALID",
                "reason": "COUNT_DIFFERS",
                "path": ["expectedCount"],
                "allowed": [str(MANY)],
            }
        ]
    assert await captains(harbour) == {"Bo": MANY}
    assert (await harbour.counted("job"), await harbour.counted("file")) == (0, 0)


async def test_a_value_that_cannot_be_is_refused_before_a_job_is_queued(harbour):
    await fleet(harbour)
    done = await sweep(harbour, i={"name": ""})
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        ("REQUIRED", ["input", "name"])
    ]
    assert (await harbour.counted("job"), await harbour.counted("file")) == (0, 0)


async def test_what_the_filter_finds_no_more_stays_and_what_it_finds_since_is_no_part(
    harbour, toy
):
    await fleet(harbour)
    id = await begun(harbour)
    await harbour.ship(name="Late", captain="Bo")
    (gone, away) = await harbour.rows("SELECT id FROM ship ORDER BY name DESC OFFSET 1 LIMIT 2")
    await harbour.mutate("updateShip", "ship { id }", id=gone.id, input={"captain": "Di"})
    await harbour.mutate("archiveShip", "ship { id }", id=away.id)
    async with running(toy, everything):
        job = await ended(harbour, id)
        assert (job["state"], job["done"], job["updated"]) == ("DONE", MANY, MANY - 2)
        assert await captains(harbour) == {"Bo": 2, "Cy": MANY - 2, "Di": 1}
        refused = await downloaded(harbour, job["failedFile"]["id"])
        lines = [json.loads(it) for it in refused.splitlines()]
        assert {it["id"] for it in lines} == {gone.id, away.id}
        assert {it["refused"]["reason"] for it in lines} == {"the filter finds it no more"}

        again = await brought(harbour, refused, format="JSONL")
        assert (again["updated"], again["failed"]) == (1, 1)
        assert await captains(harbour) == {"Bo": 2, "Cy": MANY - 1}


@pytest.mark.usefixtures("runner")
async def test_what_a_deed_refuses_is_told_line_by_line_and_the_rest_is_done(harbour):
    await fleet(harbour)
    (one, *_) = await harbour.rows("SELECT id FROM ship ORDER BY id OFFSET 7 LIMIT 1")
    await harbour.mutate("sinkShip", "ship { id }", id=one.id, input={"cause": "rust"})
    job = await ended(harbour, await begun(harbour, SINK))
    assert (job["done"], job["updated"], job["failed"]) == (MANY, MANY - 1, 1)
    refused = json.loads(await downloaded(harbour, job["failedFile"]["id"]))
    assert (refused["id"], refused["input"]) == (one.id, {"cause": "ice"})
    assert refused["refused"]["line"] == 8
    assert sorted(it["bulk"] for it in await harbour.events()) == [False] + [True] * (MANY - 1)
    assert await harbour.rows("SELECT DISTINCT state FROM ship") == [("SUNK",)]


async def test_it_is_cancelled_and_resumed_and_done_once(harbour, toy):
    await fleet(harbour)
    async with running(toy, everything, rows=10):
        id = await begun(harbour)
        await until(partial(_has_begun, harbour, id))
        assert (await act(harbour, "cancel", id))["toyJob"] == {"state": "CANCELLED"}
        job = await job_of(harbour, id)
        assert 0 < job["updated"] < MANY
        assert await captains(harbour) == {"Bo": MANY - job["done"], "Cy": job["done"]}
        await act(harbour, "resume", id)
        job = await ended(harbour, id)
    assert (job["state"], job["done"], job["updated"]) == ("DONE", MANY, MANY)
    assert await harbour.rows("SELECT DISTINCT version FROM ship") == [(2,)]


async def _has_begun(harbour, id):
    return (await job_of(harbour, id))["done"]


@pytest.mark.usefixtures("runner")
async def test_a_dry_run_counts_what_would_be_and_keeps_nothing_of_it(harbour):
    await fleet(harbour)
    before = await harbour.counts()
    job = await ended(harbour, await begun(harbour, dry=True))
    assert (job["isDryRun"], job["updated"], job["failed"]) == (True, MANY, 0)
    assert await captains(harbour) == {"Bo": MANY}
    after = await harbour.counts()
    own = {"file", "file_chunk", "job", "audit_line", "audit_unlinked"}
    assert {it for it in after if after[it] != before[it]} == own


@pytest.mark.usefixtures("runner")
async def test_it_keeps_all_that_its_filter_and_its_input_say(harbour):
    await fleet(harbour, built_on=None)
    where = {
        "and": [BO, {"builtOn": {"isNull": True}}, {"state": {"in": ["AFLOAT"]}}],
        "not": {"name": {"contains": '"'}},
        "createdAt": {"within": {"last": 1, "unit": "DAY"}},
    }
    given = {
        "captain": None,
        "builtOn": "2020-01-31",
        "value": {"amount": "1.50", "currency": "EUR"},
    }
    job = await ended(harbour, await begun(harbour, where=where, i=given))
    assert (job["updated"], job["failed"]) == (MANY, 0)
    columns = "captain, built_on::text, value_value::text, value_currency"
    assert await harbour.rows(f"SELECT DISTINCT {columns} FROM ship") == [
        (None, "2020-01-31", "1.50", "EUR")
    ]


async def test_it_needs_the_permission_of_the_deed_and_that_of_jobs(harbour):
    await fleet(harbour)
    for lacking in (EDIT_SHIPS, RUN_JOBS):
        done = await sweep(harbour, who=person(harbour, ALL - {lacking}))
        assert [it["code"] for it in done["userErrors"]] == ["FORBIDDEN"], lacking
    assert await harbour.counted("job") == 0


async def test_who_may_no_longer_do_it_when_it_is_their_turn_does_not(harbour, toy):
    async def dismissed(identity):
        return Actor(identity.tenant, identity.subject, identity.kind)

    await fleet(harbour)
    id = await begun(harbour)
    async with running(toy, dismissed):
        job = await ended(harbour, id)
    assert (job["state"], job["reason"], job["done"]) == ("FAILED", "FORBIDDEN", 0)
    assert await captains(harbour) == {"Bo": MANY}


@pytest.mark.usefixtures("runner")
async def test_only_what_one_may_see_is_found_and_nothing_of_another_company(harbour, elsewhere):
    await fleet(harbour, owner_id="usr_1")
    await fleet(harbour, 3, owner_id="usr_2")
    await fleet(elsewhere, 3)
    done = await sweep(harbour, who=person(harbour, ALL - {SEE_ALL_SHIPS}))
    assert done["userErrors"] == []
    done = await sweep(harbour, who=person(harbour, ALL - {SEE_ALL_SHIPS}, "usr_9"))
    assert [it["reason"] for it in done["userErrors"]] == ["COUNT_DIFFERS"]
    await ended(harbour, await queued(harbour, "externalRef.source,externalRef.id,name\n"))
    assert await captains(harbour) == {"Bo": 3, "Cy": MANY}
    assert await captains(elsewhere) == {"Bo": 3}


async def test_asked_for_twice_under_one_key_it_is_queued_once(harbour):
    await fleet(harbour)
    first = await sweep(harbour, k="k")
    again = await sweep(harbour, k="k")
    assert again == first | {"replayed": True}
    assert await harbour.counted("job") == 1
