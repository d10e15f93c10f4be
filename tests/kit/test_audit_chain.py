"""A company's audit lines stand in a chain: whatever becomes of one is named."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text

from services.chassis.anchoring import Anchors
from services.chassis.chaining import Chaining
from services.chassis.database import connect
from services.chassis.verifying import verified
from tests.support.waiting import until

LINES = "SELECT line_id FROM audit_link ORDER BY number"
UNLINKED = "SELECT count(*) FROM audit_unlinked"


@pytest.fixture
async def worker(toy):
    engine = connect(toy.worker_url, pooled=False)
    yield engine
    await engine.dispose()


@pytest.fixture
async def chained(harbour, worker):
    """A company with five lines in its chain; give their ids in order."""
    for name in ("Ann", "Bea", "Cat", "Dot", "Eve"):
        await harbour.ship(name=name)
    await linked(worker)
    return [it[0] for it in await harbour.rows(LINES)]


async def linked(worker, anchors=None):
    chaining = Chaining(worker, "toy", anchors)
    async with worker.connect() as connection:
        await chaining.go_round(connection)
    await chaining._anchor()


async def verdict(harbour, worker, anchors=None):
    (found,) = [it async for it in verified(worker, "toy", tenant=harbour.tenant, anchors=anchors)]
    return found


@asynccontextmanager
async def as_owner(toy, harbour):
    """Reach the company's rows as who owns the tables, past what refuses changes."""
    connection = await asyncpg.connect(toy.owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant', $1, true)", harbour.tenant)
            for table in ("audit_line", "audit_link"):
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield connection
            for table in ("audit_line", "audit_link"):
                await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    finally:
        await connection.close()


@pytest.mark.feature("PLT-05")
async def test_what_nobody_touched_is_as_it_was_written(harbour, worker, chained):
    found = await verdict(harbour, worker)
    assert (found.lines, found.waiting, found.flaw) == (len(chained), 0, None)
    await harbour.ship(name="Fay")
    assert (await verdict(harbour, worker)).waiting == 1
    await linked(worker)
    assert (await verdict(harbour, worker)).lines == len(chained) + 1


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = 'usr_9'",
        "at = at + interval '1 microsecond'",
        """after = jsonb_set(after, '{name}', '"Zoe"')""",
        "request_id = ''",
    ],
)
async def test_an_edited_line_is_named(toy, harbour, worker, chained, change):
    async with as_owner(toy, harbour) as owner:
        await owner.execute(f"UPDATE audit_line SET {change} WHERE id = $1", chained[2])
    flaw = f"line {chained[2]}, number 3, is not what was written"
    assert (await verdict(harbour, worker)).flaw == flaw


async def test_a_deleted_line_is_named(toy, harbour, worker, chained):
    async with as_owner(toy, harbour) as owner:
        await owner.execute("DELETE FROM audit_line WHERE id = $1", chained[1])
    assert (await verdict(harbour, worker)).flaw == f"line {chained[1]}, number 2, is missing"


async def test_a_line_deleted_with_its_place_is_named(toy, harbour, worker, chained):
    async with as_owner(toy, harbour) as owner:
        await owner.execute("DELETE FROM audit_line WHERE id = $1", chained[1])
        await owner.execute("DELETE FROM audit_link WHERE line_id = $1", chained[1])
    assert (await verdict(harbour, worker)).flaw == "number 2 of the chain is missing"


@pytest.mark.usefixtures("chained")
async def test_a_line_deleted_before_it_had_a_place_is_named(toy, harbour, worker):
    await harbour.ship(name="Fay")
    ((late,),) = await harbour.rows("SELECT line_id FROM audit_unlinked")
    async with as_owner(toy, harbour) as owner:
        await owner.execute("DELETE FROM audit_line WHERE id = $1", late)
    await linked(worker)
    flaw = f"line {late}, which has no number yet, is missing"
    assert (await verdict(harbour, worker)).flaw == flaw


async def test_a_line_that_was_put_in_is_named(toy, harbour, worker, chained):
    async with as_owner(toy, harbour) as owner:
        await owner.execute(
            "INSERT INTO audit_line SELECT tenant, 'aud_0', at, actor_kind, actor_id, request_id,"
            " action, record_type, record_id, version, fields, before, after, on_behalf_of"
            " FROM audit_line WHERE id = $1",
            chained[0],
        )
    assert (await verdict(harbour, worker)).flaw == "line aud_0 was put in past the chain"


async def test_lines_that_changed_places_are_named(toy, harbour, worker, chained):
    async with as_owner(toy, harbour) as owner:
        await owner.execute("UPDATE audit_link SET line_id = '-' WHERE number = 2")
        for line, number in ((chained[1], 4), (chained[3], 2)):
            await owner.execute(
                "UPDATE audit_link SET line_id = $1 WHERE number = $2", line, number
            )
    flaw = (await verdict(harbour, worker)).flaw
    assert flaw is not None
    assert "reordered" in flaw
    assert f"where {chained[1]} was" in flaw


async def test_an_end_that_was_cut_off_shows_by_the_anchor_alone(
    toy, harbour, worker, chained, tmp_path
):
    anchors = Anchors(tmp_path / "anchors.jsonl")
    await harbour.ship(name="Fay")
    await linked(worker, anchors)
    assert (await verdict(harbour, worker, anchors)).flaw is None
    async with as_owner(toy, harbour) as owner:
        await owner.execute("DELETE FROM audit_line WHERE id >= $1", chained[4])
        await owner.execute("DELETE FROM audit_link WHERE number >= 5")
    assert (await verdict(harbour, worker)).flaw is None
    flaw = (await verdict(harbour, worker, anchors)).flaw
    assert flaw is not None
    assert flaw.startswith("number 5 and what follows are missing: 6 lines were there at 20")


async def test_a_chain_that_was_made_anew_is_not_what_was_anchored(
    toy, harbour, worker, chained, tmp_path
):
    anchors = Anchors(tmp_path / "anchors.jsonl")
    await harbour.ship(name="Fay")
    await linked(worker, anchors)
    async with as_owner(toy, harbour) as owner:
        await owner.execute("UPDATE audit_line SET actor_id = 'usr_9' WHERE id = $1", chained[0])
        await owner.execute("INSERT INTO audit_unlinked SELECT tenant, line_id FROM audit_link")
        await owner.execute("DELETE FROM audit_link")
    await linked(worker)
    assert (await verdict(harbour, worker)).flaw is None
    flaw = (await verdict(harbour, worker, anchors)).flaw
    assert flaw is not None
    assert flaw.startswith("number 6 is not what was anchored at 20")


async def test_what_several_write_while_several_chainers_run_is_chained_once_and_verifies(
    harbour, worker
):
    chaining = [
        asyncio.create_task(Chaining(worker, "toy", poll=0.01).run()) for _replica in range(3)
    ]

    async def write(writer):
        for number in range(15):
            await harbour.ship(name=f"{writer} {number}")

    async def is_chained():
        flaws.append((await verdict(harbour, worker)).flaw)
        return (await harbour.rows(UNLINKED))[0][0] == 0

    flaws: list[str | None] = []
    try:
        await asyncio.gather(*(write(it) for it in range(4)))
        await until(is_chained)
    finally:
        for it in chaining:
            it.cancel()
        await asyncio.gather(*chaining, return_exceptions=True)
    found = await verdict(harbour, worker)
    assert (found.lines, found.waiting, found.flaw) == (60, 0, None)
    assert set(flaws) == {None}


@pytest.mark.parametrize("table", ["audit_line", "audit_link"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET tenant = tenant", "DELETE FROM {}"])
async def test_not_even_the_owner_of_the_tables_changes_what_was_audited(
    toy, harbour, chained, table, verb
):
    owner = connect(toy.owner_url, pooled=False)
    async with owner.connect() as connection:
        await connection.execute(
            text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": harbour.tenant}
        )
        with pytest.raises(Exception, match="what was audited stays as it was written"):
            await connection.execute(text(verb.format(table)))
    await owner.dispose()
    assert len(await harbour.rows("SELECT 1 FROM audit_line")) == len(chained)
