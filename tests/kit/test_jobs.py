"""Jobs: each is done once and to its end, whoever stops it, takes it over, or breaks off."""

import asyncio
import json
from functools import partial
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from services.chassis import jobs
from services.chassis.actor import Actor, ActorKind
from services.chassis.courtesy import Courtesy
from services.chassis.exchange import UNKNOWN
from services.chassis.files import FileLimits
from services.chassis.jobs import JobKind, Superseded
from services.chassis.runner import Run
from tests.kit.conftest import everything
from tests.kit.harbour import ALL
from tests.kit.transfers import (
    act,
    brought,
    downloaded,
    ended,
    importing,
    job_of,
    queued,
    running,
    uploaded,
)
from tests.support.waiting import until
from tests.toy.commands import ADMINISTER_JOBS, EDIT_SHIPS, IMPORT_HISTORY
from tests.toy.schema import schema

HEADINGS = "externalRef.source,externalRef.id,name"


def ships(count, of=""):
    return "\n".join([HEADINGS, *(f"yard,{of}{it},Ship {it}" for it in range(count)), ""])


def person(harbour, permissions, id="usr_2"):
    return Actor(harbour.tenant, id, ActorKind.USER, permissions)


async def under_way(harbour, id):
    async def has_begun():
        job = await job_of(harbour, id)
        return job if job["done"] else None

    return await until(has_begun)


async def require_once(harbour, count):
    """Each ship is there once, was told once, and stands in the audit once."""
    assert await harbour.counted("ship") == count
    rows = await harbour.rows("SELECT count(*), coalesce(max(sequence), 0) FROM event")
    assert rows == [(count, min(count, 1))]
    statement = "SELECT count(*) FROM audit_line WHERE record_type = 'Ship'"
    assert await harbour.rows(statement) == [(count,)]


async def test_a_cancelled_job_keeps_what_it_did_and_goes_on_from_there(harbour, toy):
    async with running(toy, everything, rows=10):
        id = await queued(harbour, ships(300))
        await under_way(harbour, id)
        assert (await act(harbour, "cancel", id))["toyJob"] == {"state": "CANCELLED"}
        job = await job_of(harbour, id)
        assert 0 < job["done"] < 300
        await require_once(harbour, job["done"])
        refused = await act(harbour, "cancel", id)
        assert [it["code"] for it in refused["userErrors"]] == ["INVALID_TRANSITION"]
        later = await brought(harbour, ships(1, "later"))
        assert later["state"] == "DONE", "a job that was cancelled stood in the way"
        assert (await job_of(harbour, id))["done"] == job["done"]

        await act(harbour, "resume", id)
        job = await ended(harbour, id)
        assert (job["state"], job["done"], job["created"]) == ("DONE", 300, 300)
        await require_once(harbour, 301)
        refused = await act(harbour, "resume", id)
        assert [it["code"] for it in refused["userErrors"]] == ["INVALID_TRANSITION"]


async def test_two_runners_do_a_job_once(harbour, toy):
    async with running(toy, everything, rows=20), running(toy, everything, rows=20):
        ids = [await queued(harbour, ships(200, it)) for it in "abc"]
        done = [await ended(harbour, it) for it in ids]
    assert [it["created"] for it in done] == [200] * 3
    await require_once(harbour, 600)
    assert await harbour.rows("SELECT DISTINCT epoch FROM job") == [(1,)]
    orders = [(it["startedAt"], it["finishedAt"]) for it in done]
    assert all(one[1] <= two[0] for one, two in pairwise(orders))


async def test_a_runner_that_lost_its_job_keeps_nothing_more(harbour, toy):
    await queued(harbour, ships(10))
    system = Actor.system(harbour.tenant, "toy")
    taken: list[Any] = []
    for _ in range(2):
        async with harbour.works.begin(system) as work:
            taken.append(await jobs.take(work.session, work.now))
    late = Run(harbour.works, taken[0], FileLimits(), Courtesy(harbour.engine), everything)
    deed = await schema.deeds(UNKNOWN)[JobKind.IMPORT](late)
    with pytest.raises(Superseded):
        await deed.step()
    await require_once(harbour, 0)
    async with running(toy, everything):
        job = await ended(harbour, taken[0].id)
    assert (job["created"], job["done"]) == (10, 10)


async def test_a_runner_that_ends_in_the_middle_is_followed_by_another(harbour, toy):
    id = await queued(harbour, ships(300))
    async with running(toy, everything, rows=10):
        await under_way(harbour, id)
    job = await job_of(harbour, id)
    assert (job["state"], job["done"] < 300) == ("RUNNING", True)
    async with running(toy, everything):
        job = await ended(harbour, id)
    assert (job["state"], job["done"], job["created"]) == ("DONE", 300, 300)
    await require_once(harbour, 300)


@pytest.mark.usefixtures("runner")
async def test_a_dry_run_says_what_would_be_and_keeps_nothing_of_it(harbour):
    text = ships(3) + "yard,4,\n"
    before = await harbour.counts()
    job = await brought(harbour, text, dry_run=True)
    assert (job["isDryRun"], job["created"], job["failed"]) == (True, 3, 1)
    assert "this cannot be empty" in await downloaded(harbour, job["failedFile"]["id"])
    after = await harbour.counts()
    own = {"file", "file_chunk", "job", "audit_line", "audit_unlinked"}
    assert {it for it in after if after[it] != before[it]} == own
    assert await harbour.rows("SELECT DISTINCT record_type FROM audit_line ORDER BY 1") == [
        *[("File",), ("Job",)]
    ]
    real = await brought(harbour, text)
    assert (real["created"], real["failed"]) == (job["created"], job["failed"])


@pytest.mark.usefixtures("runner")
async def test_a_job_of_ones_own_is_seen_by_oneself_and_by_administrators(harbour, elsewhere):
    id = await queued(harbour, ships(1) + "yard,2,\n")
    job = await ended(harbour, id)
    file = job["failedFile"]["id"]
    colleague = person(harbour, ALL)
    stranger = Actor(elsewhere.tenant, "usr_1", ActorKind.USER, ALL | {ADMINISTER_JOBS})
    ask = """query($j: ID!, $f: ID!) { toyJob(id: $j) { id } toyFile(id: $f) { id }
        toyFilePart(id: $f) { content } toyJobs { nodes { id } } toyFiles { nodes { id } } }"""
    for there, who in ((harbour, colleague), (elsewhere, stranger)):
        nothing: dict[str, Any] = {"nodes": []}
        assert await there.ask(ask, who, j=id, f=file) == {
            **dict.fromkeys(("toyJob", "toyFile", "toyFilePart")),
            **dict.fromkeys(("toyJobs", "toyFiles"), nothing),
        }
        refused = await act(there, "cancel", id, who)
        assert [it["code"] for it in refused["userErrors"]] == ["NOT_FOUND"]
        refused = await importing(there, job["sourceFile"]["id"], who)
        assert [it["code"] for it in refused["userErrors"]] == ["NOT_FOUND"]
    administrator = person(harbour, ALL | {ADMINISTER_JOBS})
    seen = await harbour.ask(ask, administrator, j=id, f=file)
    assert (seen["toyJob"], seen["toyFile"]) == ({"id": id}, {"id": file})
    assert len(seen["toyFiles"]["nodes"]) == 2


@pytest.mark.usefixtures("runner")
async def test_an_import_needs_what_its_rows_need(harbour):
    file = await uploaded(harbour, HEADINGS + ",history.state\nyard,1,Ann,SUNK\n")
    for lacking in (EDIT_SHIPS, IMPORT_HISTORY):
        refused = await importing(harbour, file, person(harbour, ALL - {lacking}, "usr_1"))
        assert [it["code"] for it in refused["userErrors"]] == ["FORBIDDEN"], lacking
    assert await harbour.counted("job") == 0


async def test_who_may_no_longer_do_it_when_it_is_their_turn_does_not(harbour, toy):
    async def dismissed(identity):
        return Actor(identity.tenant, identity.subject, identity.kind)

    id = await queued(harbour, ships(3))
    async with running(toy, dismissed):
        job = await ended(harbour, id)
    assert (job["state"], job["reason"], job["done"]) == ("FAILED", "FORBIDDEN", 0)
    await require_once(harbour, 0)


async def test_a_job_stops_when_more_rows_are_refused_than_are_allowed(harbour, toy):
    bad = "".join(f"yard,b{it},\n" for it in range(20))
    async with running(toy, everything, rows=10):
        job = await brought(harbour, ships(10) + bad + "yard,z,Zoë\n", maxFailures=5)
        assert (job["state"], job["reason"]) == ("FAILED", "TOO_MANY_FAILED_LINES")
        assert (job["created"], job["failed"]) == (10, 10)
        refused = await downloaded(harbour, job["failedFile"]["id"])
        assert len(refused.splitlines()) == 11


@pytest.mark.usefixtures("runner")
async def test_of_a_record_that_stands_twice_in_a_file_the_later_row_stays(harbour):
    text = f"{HEADINGS}\nyard,1,Ann\nyard,2,Bea\nyard,1,Anna\nyard,1,Annabel\n"
    job = await brought(harbour, text)
    assert (job["created"], job["updated"], job["failed"]) == (2, 2, 0)
    assert await harbour.rows("SELECT name FROM ship ORDER BY name") == [("Annabel",), ("Bea",)]


async def test_a_job_that_breaks_is_tried_again_and_then_given_up_with_a_word(harbour, toy):
    async def broken(_run):
        raise LookupError("a secret")

    id = await queued(harbour, ships(1))
    async with running(toy, everything) as runner:
        runner.backoff_seconds = 0.01
        runner.deeds = {JobKind.IMPORT: broken}
        job = await ended(harbour, id)
    assert (job["state"], job["reason"]) == ("FAILED", "FAULT")
    assert "secret" not in job["message"]
    assert await harbour.rows("SELECT epoch FROM job") == [(5,)]
    await act(harbour, "resume", id)
    async with running(toy, everything):
        assert (await ended(harbour, id))["state"] == "DONE"


async def test_a_broken_way_to_the_database_is_no_fault_of_the_job(harbour, toy):
    id = await queued(harbour, ships(300))
    async with running(toy, everything, rows=10) as runner:
        runner.backoff_seconds = 0.01
        await under_way(harbour, id)
        await _cut_off(toy)
        job = await ended(harbour, id)
    assert (job["state"], job["created"]) == ("DONE", 300)
    await require_once(harbour, 300)


async def _cut_off(toy):
    """End all connections of the runner, as a database does that starts anew."""
    connection = await asyncpg.connect(toy.app_url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'toy jobs'"
        )
    finally:
        await connection.close()


async def test_jobs_of_several_companies_take_turns(harbour, elsewhere, toy):
    async with running(toy, everything, rows=10):
        long = await queued(harbour, ships(400))
        await under_way(harbour, long)
        short = await asyncio.wait_for(brought(elsewhere, ships(20)), 60)
        assert short["state"] == "DONE"
        assert (await job_of(harbour, long))["state"] == "RUNNING"
        await act(harbour, "cancel", long)


async def test_a_record_that_somebody_works_on_is_waited_for(harbour, toy):
    async with running(toy, everything):
        await brought(harbour, ships(2))
        held = "SELECT id FROM ship WHERE name = 'Ship 1' FOR UPDATE"
        async with harbour.works.begin(await harbour.actor(None)) as work:
            await work.session.execute(text(held))
            id = await queued(harbour, ships(2).replace("Ship", "Boat"))
            await until(partial(_waits_for_a_lock, harbour))
        job = await ended(harbour, id)
    assert (job["updated"], job["failed"]) == (2, 0)


async def _waits_for_a_lock(harbour):
    statement = """SELECT pid FROM pg_stat_activity
        WHERE application_name = 'toy jobs' AND wait_event_type = 'Lock'"""
    return bool(await harbour.rows(statement))


async def test_who_may_not_bring_in_history_has_those_rows_refused_and_the_rest_done(harbour, toy):
    async def clerk(identity):
        return person(harbour, ALL - {IMPORT_HISTORY}, identity.subject)

    sound = {"externalRef": {"source": "yard", "id": "1"}, "input": {"name": "Ann"}}
    past = {**sound, "externalRef": {"source": "yard", "id": "2"}, "history": {"state": "SUNK"}}
    async with running(toy, clerk, rows=1):
        job = await brought(harbour, f"{json.dumps(sound)}\n{json.dumps(past)}\n", format="JSONL")
        assert (job["state"], job["created"], job["failed"]) == ("DONE", 1, 1)
        job = await brought(harbour, f"{json.dumps(past)}\n", format="JSONL")
        assert (job["state"], job["reason"], job["done"]) == ("FAILED", "FORBIDDEN", 0)
