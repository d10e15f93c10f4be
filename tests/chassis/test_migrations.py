"""What a database has otherwise than its models say is seen, whatever it is."""

import asyncio

import asyncpg
import pytest

from services.chassis import migrations
from services.sales.orders.rules import OrderStatus

NAME = "ALTER TABLE product ALTER COLUMN name"
TO_PRODUCT = "FOREIGN KEY (tenant, product_id) REFERENCES product (tenant, id)"
CHECK = "sales_order_orderstatus_ck"
STATUSES = [it.name for it in OrderStatus]


def listing(statuses):
    """Replace the closed list of an order's states."""
    values = ", ".join(f"'{it}'" for it in statuses)
    added = f"ADD CONSTRAINT {CHECK} CHECK (status IN ({values}))"
    return f"ALTER TABLE sales_order DROP CONSTRAINT {CHECK}, {added}"


BREACHES = {
    "a column more": ("ALTER TABLE product ADD note text", "ALTER TABLE product DROP note"),
    "a table less": ("ALTER TABLE product RENAME TO goods", "ALTER TABLE goods RENAME TO product"),
    "null where none may be": (f"{NAME} DROP NOT NULL", f"{NAME} SET NOT NULL"),
    "a shorter text": (f"{NAME} TYPE varchar(20)", f"{NAME} TYPE varchar(200)"),
    "an index less": (
        "DROP INDEX order_line_order_id_ix",
        "CREATE INDEX order_line_order_id_ix ON order_line (tenant, order_id, id)",
    ),
    "a foreign key less": (
        "ALTER TABLE order_line DROP CONSTRAINT order_line_product_fk",
        f"ALTER TABLE order_line ADD CONSTRAINT order_line_product_fk {TO_PRODUCT}",
    ),
    "a check of another name": (
        f"ALTER TABLE sales_order RENAME CONSTRAINT {CHECK} TO orderstatus",
        f"ALTER TABLE sales_order RENAME CONSTRAINT orderstatus TO {CHECK}",
    ),
    "a value less in a closed list": (listing(STATUSES[1:]), listing(STATUSES)),
}


async def run(url, statement):
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("breach", BREACHES)
def test_a_database_that_differs_from_its_models_is_seen(sales_database, breach):
    plant, mend = BREACHES[breach]
    asyncio.run(run(sales_database.owner_url, plant))
    try:
        assert migrations.drift("sales", sales_database.owner_url) != []
    finally:
        asyncio.run(run(sales_database.owner_url, mend))
    assert migrations.drift("sales", sales_database.owner_url) == []
