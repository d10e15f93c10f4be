"""A projection is what its events say: made anew beside the live one, it is the same."""

import asyncio
import itertools
import json
from importlib import import_module

import asyncpg
import pytest

from deploy.local.databases import SERVICES
from services.chassis import migrations
from services.chassis.database import Entity, Projected
from services.chassis.ids import new_id
from services.customers.timeline.model import TimelineEntry
from tests.deploy.runs import crm
from tests.system import deeds
from tests.system.test_events import require_copies_like_their_originals

PROJECTIONS = (
    "customers.timeline",
    *("sales.company", "sales.customers", "sales.portal", "sales.staff"),
    *("service_desk.company", "service_desk.customers"),
    *("service_desk.portal", "service_desk.staff"),
)


@pytest.fixture
def rebuild(system):
    """Run the command as in a cluster: one service's doors, and its sources' outboxes."""

    async def run(name, *more):
        database = system.databases[name.split(".")[0]]
        outboxes = {it: known.worker_url for it, known in system.databases.items()}
        doors = {
            "OWNER_DATABASE_URL": database.owner_url,
            "DATABASE_URL": database.app_url,
            "WORKER_DATABASE_URL": database.worker_url,
            "OUTBOX_URLS": json.dumps(outboxes),
        }
        done = await asyncio.to_thread(crm, "events", "rebuild", name, *more, **doors)
        return done.returncode, done.stdout + done.stderr

    return run


async def damaged(system, tenant, *statements):
    """Change a copy behind the back of its events."""
    engine = system.databases["sales"].app_url
    connection = await asyncpg.connect(engine)
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.tenant', $1, true)", tenant)
        for it in statements:
            await connection.execute(it)
    await connection.close()


async def go_on(company):
    """Do again and again what projections are made of, until it is cancelled."""
    own = (await company.ask("{ company { id } }"))["company"]["id"]
    for n in itertools.count():
        await company.order(await company.customer(name=f"Later {n}"))
        seller = {"name": f"Seller {n}", "email": f"seller.{n}@company.example"}
        await company.make("createStaffUser", seller | {"roles": ["SALES_REPRESENTATIVE"]})
        await deeds.done(company, "updateCompany", own, {"fiscalMonth": n % 12 + 1})


@pytest.mark.feature("PLT-06")
async def test_each_projection_kept_live_equals_one_rebuilt_while_writers_go_on(
    company, rival, rebuild
):
    await deeds.play(company)
    writing = asyncio.create_task(go_on(rival))
    found = {name: await rebuild(name) for name in PROJECTIONS}
    assert writing.cancel(), writing.exception()
    for name, (status, said) in found.items():
        assert status == 0, said
        assert f"{name}: " in said
        assert "companies are as their events say" in said


@pytest.mark.feature("PLT-06")
async def test_a_damaged_copy_is_seen_and_put_right(system, company, rebuild):
    await deeds.play(company)
    await require_copies_like_their_originals(system, company.tenant)
    strange = new_id("cus")
    await damaged(
        system,
        company.tenant,
        "UPDATE customer SET tier = 'Z' WHERE organisation_name = 'Nordlicht Kontor'",
        f"INSERT INTO customer (id, status, sequence) VALUES ('{strange}', 'ACTIVE', 1)",
        "DELETE FROM customer WHERE status = 'ON_HOLD'",
    )
    status, said = await rebuild("sales.customers")
    assert status == 1
    assert f"{company.tenant}: only live 2, only rebuilt 2" in said
    assert strange in said
    status, said = await rebuild("sales.customers", "--swap")
    assert status == 0, said
    await require_copies_like_their_originals(system, company.tenant)
    assert (await rebuild("sales.customers"))[0] == 0
    await company.customer(name="Later")
    await require_copies_like_their_originals(system, company.tenant)


async def test_what_is_no_projection_is_refused_by_name(rebuild):
    status, said = await rebuild("sales.orders")
    assert status == 1
    assert f"there is no projection sales.orders: there are {', '.join(PROJECTIONS)}" in said


def test_each_copy_of_anothers_record_can_be_rebuilt():
    for it in SERVICES:
        migrations.tables_of(it)
    rebuilt = {
        kind
        for name in PROJECTIONS
        for kind in import_module(f"services.{name}.subscribers").subscriptions.projections
    }
    kept = {it.class_ for it in Entity.registry.mappers if issubclass(it.class_, Projected)}
    assert {it for it in kept if it.__module__.startswith("services.")} <= rebuilt
    assert TimelineEntry in rebuilt


async def test_a_history_that_is_not_whole_changes_nothing(system, company, rebuild):
    await deeds.play(company)
    await require_copies_like_their_originals(system, company.tenant)
    known = "UPDATE event_gate SET sequence = sequence + 1000 WHERE source = 'customers.customer'"
    await damaged(system, company.tenant, known)
    status, said = await rebuild("sales.customers", "--swap")
    back = known.replace("+", "-")
    await damaged(system, company.tenant, back)
    assert status == 1
    assert "does not hold all events of customers.customer" in said
    await require_copies_like_their_originals(system, company.tenant)
