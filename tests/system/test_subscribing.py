"""Another system begins to read while writers go on, and has at the end what there is."""

import asyncio
import os
import shutil
import sqlite3
import sys
from contextlib import asynccontextmanager

import pytest

from deploy.cli.eventing import granting
from deploy.local.checkout import ROOT
from deploy.stream.grants import Grant
from tests.support.waiting import until
from tests.system import outside

EXAMPLES = ROOT / "docs" / "examples" / "subscriber"
ORDERS = "SELECT id, number, status FROM sales_order"
COPIES = "SELECT id, number, status FROM orders"


@asynccontextmanager
async def running(company, name, database, folder):
    """Run the example as a program that has nothing of ours beside it."""
    for file in ("crm_events.py", "orders.py"):
        shutil.copy(EXAMPLES / file, folder)
    grant = Grant.of(name, "sales.order", company.tenant)
    url = await asyncio.to_thread(granting.let_in, company.system.nats, grant)
    doors = {"NATS_URL": url, "CRM_URL": company.system.graph_url, "CRM_TOKEN": company.token}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(folder / "orders.py"), str(database)),
        env={"PATH": os.environ["PATH"], "CRM_NAME": name, **doors},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def writing(company, customer, orders, *, many):
    """Draft orders, place some, and remove others for ever."""
    for number in range(many):
        order = await company.make("createOrder", {"customerId": customer, "currency": "EUR"})
        orders.append(order)
        if number % 3 == 1:
            await company.do("updateOrder", order, {"shipToName": "Dock"})
        if number % 3 == 2:
            await company.do("archiveOrder", order)
            await company.do("purgeOrder", order)


def copies(database):
    """Give what the reader has; nothing before it has made its tables."""
    with sqlite3.connect(database) as connection:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'orders'").fetchone()
        return {tuple(it) for it in connection.execute(COPIES)} if made else set()


@pytest.mark.feature("PLT-06")
async def test_a_backfill_and_then_the_stream_leave_no_gap_while_writers_go_on(company, tmp_path):
    customer = await company.customer()
    await company.order(customer, steps=["placeOrder"])
    orders: list[str] = []
    await writing(company, customer, orders, many=6)
    database, name = tmp_path / "orders.db", f"reader-{company.tenant[-8:]}"
    gone_on = asyncio.create_task(writing(company, customer, orders, many=12))
    async with running(company, name, database, tmp_path):
        await gone_on
        await outside.drained(company.system)

        async def is_copied():
            wanted = await company.system.rows("sales", company.tenant, ORDERS)
            return copies(database) == {tuple(it) for it in wanted}

        await until(is_copied, 60)
    assert len(copies(database)) == 1 + len([it for it in range(6) if it % 3 < 2]) + 8


@pytest.mark.feature("PLT-06")
async def test_a_reader_that_was_killed_goes_on_where_it_was(company, tmp_path):
    customer = await company.customer()
    database, name = tmp_path / "orders.db", f"killed-{company.tenant[-8:]}"

    async def has(number):
        async def is_so():
            return len(copies(database)) == number

        await until(is_so, 60)

    await company.make("createOrder", {"customerId": customer, "currency": "EUR"})
    async with running(company, name, database, tmp_path):
        await has(1)
    await company.make("createOrder", {"customerId": customer, "currency": "EUR"})
    async with running(company, name, database, tmp_path):
        await has(2)
