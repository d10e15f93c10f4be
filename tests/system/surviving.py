"""An import in which sales is killed, and what must be true of the company afterwards."""

from dataclasses import dataclass

from tests.support.waiting import until
from tests.system import outside

RECORDS = {
    "customers": ("customer", "staff_user"),
    "sales": ("product", "sales_order", "order_line"),
}
STORY = """
    SELECT subject, count(*) AS entries FROM timeline_entry
    WHERE kind = 'sales.order.created.v1' GROUP BY subject
"""
OF_RECORDS = " WHERE record_type NOT IN ('File', 'Job')"
"""That somebody imports is noted each time, whatever comes of it."""
SUMS = "SELECT count(*) AS orders, sum(net_value) AS net FROM sales_order"


@dataclass(frozen=True)
class Kill:
    """When sales is killed: once so many records are in, and so many seconds later."""

    kind: str
    record_type: str
    table: str
    at: int
    later: float = 0.0


async def survive(shop, kills):
    """Import a shop with sales killed in the middle; all is there once, and stays as it is."""
    system, tenant = shop.company.system, shop.company.tenant
    await shop.bring_all(["staff", "customers", "products"])
    for kill in kills:
        status, said = await shop.bring_through_a_kill(kill)
        assert (status, " 0 refused" in said) == (0, True), said
    assert await shop.count("order_line") == shop.rows("order_lines")
    (row,) = await system.rows("sales", tenant, SUMS)
    assert (row["orders"], row["net"]) == (shop.orders, shop.net)
    messages = await outside.require_each_event_once(system, tenant)
    await require_one_entry_for_each_order(shop)
    before = await state(shop)
    await shop.bring_all()
    assert await state(shop) == before
    return len(messages)


async def state(shop):
    """Give what would be different had anything changed: versions, events, audit lines."""
    system, tenant = shop.company.system, shop.company.tenant
    found: dict[str | tuple[str, str], object] = {}
    for service, tables in RECORDS.items():
        for table in tables:
            statement = f"SELECT id, version, updated_at FROM {table} ORDER BY id"
            found[table] = await system.rows(service, tenant, statement)
        for table in ("event", "audit_line"):
            statement = f"SELECT count(*) FROM {table}"
            statement += OF_RECORDS if table == "audit_line" else ""
            found[service, table] = await system.rows(service, tenant, statement)
    return found


async def require_one_entry_for_each_order(shop):
    """Wait for the timeline; an order stands in it once, however often it was told."""
    system, tenant = shop.company.system, shop.company.tenant

    async def entries():
        rows = await system.rows("customers", tenant, STORY)
        return rows if len(rows) >= shop.orders else None

    assert {row["entries"] for row in await until(entries, 60)} == {1}
    orders = await system.rows("sales", tenant, "SELECT id FROM sales_order")
    known = {row["subject"] for row in await system.rows("customers", tenant, STORY)}
    assert known == {row["id"] for row in orders}
