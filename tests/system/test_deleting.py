"""A company is deleted: nothing of it stays, others keep what they have, a receipt says so."""

import asyncio
import hashlib
import json

import pytest

from tests.deploy.runs import crm
from tests.system import deeds

TABLES = """
    SELECT table_name FROM information_schema.columns JOIN information_schema.tables
    USING (table_schema, table_name)
    WHERE table_schema = 'public' AND column_name = 'tenant' AND table_type = 'BASE TABLE'"""

QUEUES = {"event_pending", "audit_unlinked"}
"""What empties by itself, whoever deletes anything."""


async def rows_of(system, tenant):
    """Count all rows of a company, in every table that has tenants."""
    found = {}
    for service in system.databases:
        for (table,) in await system.rows(service, tenant, TABLES):
            (count,) = await system.rows(service, tenant, f'SELECT count(*) FROM "{table}"')
            found[service, table] = count["count"]
    return found


async def lost(system, tenant, before):
    """Give the tables that have fewer rows of a company than before, and how many."""
    after = await rows_of(system, tenant)
    kept = {it: count for it, count in after.items() if it[1] not in QUEUES}
    return {it: count for it, count in kept.items() if count < before[it]}


def run(system, *arguments, stdin="", **instead):
    doors = {
        f"{name.upper()}_OWNER_DATABASE_URL": it.owner_url for name, it in system.databases.items()
    }
    arguments = ("tenant", "delete", *arguments)
    doors |= {"NATS_URL": system.nats_url} | instead
    return asyncio.to_thread(crm, *arguments, stdin=stdin, **doors)


async def test_a_company_is_deleted_and_a_receipt_says_what_went(system, company, rival, tmp_path):
    await asyncio.gather(deeds.play(company), deeds.play(rival))
    others = await rows_of(system, rival.tenant)
    before = sum((await rows_of(system, company.tenant)).values())
    file = tmp_path / "receipt.json"
    said = await run(system, company.tenant, "--yes", "--receipt", str(file))
    assert said.returncode == 0, said
    assert set((await rows_of(system, company.tenant)).values()) == {0}
    assert await lost(system, rival.tenant, others) == {}
    receipt = json.loads(file.read_text("utf-8"))
    assert (receipt["tenant"], receipt["name"]) == (company.tenant, "Company")
    assert sum(sum(it.values()) for it in receipt["rows_deleted"].values()) >= before
    assert receipt["events_on_the_stream"] > 0
    digest = receipt.pop("sha256")
    canonical = json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()
    assert digest == hashlib.sha256(canonical).hexdigest()
    assert (await company.answer("{ viewer { id } }"))["data"]["viewer"] is None
    assert (await rival.ask("{ viewer { id } }"))["viewer"]


@pytest.mark.parametrize("typed", ["", "yes"])
async def test_who_does_not_type_its_name_deletes_nothing(system, company, tmp_path, typed):
    before = await rows_of(system, company.tenant)
    file = tmp_path / "receipt.json"
    said = await run(system, company.tenant, "--receipt", str(file), stdin=f"{typed}\n")
    assert (said.returncode, said.stderr.splitlines()[-1]) == (1, "crm: nothing was deleted")
    assert not file.exists()
    assert await lost(system, company.tenant, before) == {}


async def test_a_company_that_is_not_there_is_said_not_to_be(system, tmp_path):
    said = await run(system, "nobody", "--yes", "--receipt", str(tmp_path / "receipt.json"))
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == "crm: there is no company nobody, and nothing of one"


async def test_what_cannot_be_reached_is_said_in_one_sentence(system, company, tmp_path):
    before = await rows_of(system, company.tenant)
    nowhere = system.databases["customers"].owner_url.removesuffix("customers") + "nowhere"
    instead = {"CUSTOMERS_OWNER_DATABASE_URL": nowhere}
    said = await run(
        *(system, company.tenant, "--yes", "--receipt", str(tmp_path / "receipt.json")), **instead
    )
    assert said.returncode == 1
    assert said.stderr.startswith("crm: not all of it was done, run it again: InvalidCatalogName")
    assert await lost(system, company.tenant, before) == {}
