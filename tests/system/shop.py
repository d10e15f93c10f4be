"""A small shop's files, made here, in the columns of Northwind's mappings; and `crm import`."""

import asyncio
import csv
import os
from contextlib import asynccontextmanager
from decimal import Decimal

import asyncpg

from deploy.local.checkout import ROOT
from tests.support.forking import forked
from tests.support.waiting import until

MAPPINGS = ROOT / "docs" / "examples" / "northwind"
KINDS = ("staff", "customers", "products", "orders", "order_lines")
EMPLOYEES = ["employee_id", "first_name", "last_name", "title"]
CUSTOMERS = [
    *("customer_id", "company_name", "phone", "address", "city", "region", "postal_code"),
    "country",
]
PRODUCTS = [
    *("product_id", "product_name", "quantity_per_unit", "unit_price", "discontinued"),
    "category_id",
]
ORDERS = [
    *("order_id", "customer_id", "employee_id", "order_date", "required_date", "shipped_date"),
    *("freight", "ship_name", "ship_address", "ship_city", "ship_region", "ship_postal_code"),
    "ship_country",
]
LINES = ["order_id", "product_id", "unit_price", "quantity", "discount"]
HOLD = """
    INSERT INTO external_ref (record_type, source, ref, record_id)
    VALUES ($1, 'northwind', $2, 'held')
"""


class Shop:
    """Its files stand in a folder, and are imported by `crm import` in a process of its own."""

    def __init__(self, company, folder, *, orders=4, lines=2):
        self.company = company
        self.folder = folder
        self.orders, self.lines = orders, lines
        self.write()

    def write(self):
        self.put("staff", EMPLOYEES, [[1, "Eve", "Seller", "Sales Representative"]])
        customers = [
            [f"C{n}", f"Company {n}", "", "Quay 1", "Kiel", "", "24103", "Germany"]
            for n in range(3)
        ]
        self.put("customers", CUSTOMERS, customers)
        products = [[n, f"Lamp {n}", "1 box", f"{n}.5", 0, 1] for n in range(1, self.lines + 1)]
        self.put("products", PRODUCTS, products)
        self.put("orders", ORDERS, [self.order(n) for n in range(self.orders)])
        lines = [
            [n, p, "9.80000019", n % 7 + 1, "0.150000006"]
            for n in range(self.orders)
            for p in range(1, self.lines + 1)
        ]
        self.put("order_lines", LINES, lines)

    def order(self, n, *, customer=None, day="1997-03-04"):
        shipped = "1997-04-01" if n % 2 else ""
        told = [n, customer or f"C{n % 3}", 1, day, "1997-05-06", shipped, "32.3800011"]
        return [*told, "Dock", "Quay 1", "Kiel", "", "24103", "Germany"]

    @property
    def net(self):
        """What all lines come to: 9.80 a piece, less fifteen per cent."""
        pieces = sum(n % 7 + 1 for n in range(self.orders)) * self.lines
        return Decimal("8.33") * pieces

    def file(self, kind):
        return self.folder / f"{kind}.csv"

    def rows(self, kind):
        return self.orders * (self.lines if kind == "order_lines" else 1)

    def put(self, kind, header, rows):
        with self.file(kind).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *rows])

    def begin(self, kind, *, file=None, rejects=None):
        """Start an import, and give what waits for its end."""
        command = ["import", kind, file or self.file(kind), "--map", MAPPINGS / f"{kind}.toml"]
        command += ["--url", self.company.system.graph_url]
        command += ["--rejects", rejects] if rejects else []
        environment = os.environ | {"CRM_TOKEN": self.company.token, "COLUMNS": "200"}
        importing = asyncio.to_thread(forked, [*map(str, command)], environment=environment)
        return asyncio.create_task(importing)

    async def bring(self, kind, **more):
        """Import, and give its exit status and what it said."""
        done = await self.begin(kind, **more)
        return done.returncode, done.stdout + done.stderr

    async def bring_all(self, kinds=KINDS):
        for kind in kinds:
            status, said = await self.bring(kind)
            assert status == 0, said

    async def count(self, table):
        statement = f"SELECT count(*) AS n FROM {table}"
        return (await self.company.system.rows("sales", self.company.tenant, statement))[0]["n"]

    async def bring_through_a_kill(self, kill):
        """Kill sales in the middle of an import, restart it, and see the import to its end.

        However fast it is, its last batch is held until then: it cannot be over before.
        """
        system = self.company.system
        async with self.held(kill):
            importing = self.begin(kill.kind)

            async def reached():
                return await self.count(kill.table) >= kill.at or importing.done()

            await until(reached, 120)
            await asyncio.sleep(kill.later)
            await asyncio.to_thread(system.kill, "sales")
        try:
            assert not importing.done(), "the import ended before the kill"
            assert await self.count(kill.table) < self.rows(kill.kind), "all of it was in already"
        finally:  # others need it too
            system.restart("sales")
        done = await importing
        return done.returncode, done.stdout + done.stderr

    @asynccontextmanager
    async def held(self, kill):
        """Have the name of a kind's last row, not kept yet: whoever notes it waits for us."""
        connection = await asyncpg.connect(self.company.system.databases["sales"].app_url)
        last = [self.orders - 1, *([self.lines] if kill.kind == "order_lines" else [])]
        try:
            holding = connection.transaction()
            await holding.start()
            tenant = self.company.tenant
            await connection.execute("SELECT set_config('app.tenant', $1, true)", tenant)
            await connection.execute(HOLD, kill.record_type, "/".join(map(str, last)))
            yield
            await holding.rollback()
        finally:
            await connection.close()
