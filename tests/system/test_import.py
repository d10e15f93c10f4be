"""What lived elsewhere comes in through `crm import`: once, whole, and whatever breaks."""

import csv

import pytest

from tests.system import outside
from tests.system.shop import ORDERS, Shop
from tests.system.surviving import Kill, state, survive


@pytest.fixture
def shop(company, tmp_path):
    return Shop(company, tmp_path)


async def test_a_shop_comes_in_with_its_dates_and_states_and_a_second_time_changes_nothing(shop):
    await shop.bring_all()
    document = """{ orders(orderBy: [{field: NUMBER}]) { nodes {
        placedOn shippedOn status net { amount currency } owner { name } customer { name }
        lines { nodes { quantity unitPrice { amount } discountPercent net { amount } } } } } }"""
    first, second, *_ = (await shop.company.ask(document))["orders"]["nodes"]
    assert (first["placedOn"], first["status"], first["shippedOn"]) == (
        *("1997-03-04", "CONFIRMED"),
        None,
    )
    assert (second["status"], second["shippedOn"]) == ("SHIPPED", "1997-04-01")
    assert first["customer"] == {"name": "Company 0"}
    assert first["owner"] == {"name": "Eve Seller"}
    assert first["net"] == {"amount": "16.6600", "currency": "USD"}
    assert {it["net"]["amount"] for it in second["lines"]["nodes"]} == {"16.6600"}
    assert first["lines"]["nodes"][0]["discountPercent"] == "15.00"
    before = await state(shop)
    await shop.bring_all()
    assert await state(shop) == before


async def test_damaged_rows_are_refused_by_line_and_reason_and_go_in_once_corrected(shop):
    await shop.bring_all(["staff", "customers"])
    rows = [
        shop.order(0),
        shop.order(1, day="4th of March"),
        shop.order(2, customer="NOBODY"),
        [*shop.order(3), "a column too many"],
        shop.order(4),
    ]
    shop.put("orders", ORDERS, rows)
    refused = shop.folder / "refused.csv"
    status, said = await shop.bring("orders", rejects=refused)
    assert status == 1
    assert "5 rows" in said
    assert "2 created, 0 updated, 0 unchanged, 3 refused" in said
    for reason in (
        "line 3: placedOn: '4th of March' is no date",
        "line 4: customerId: customers has none known as northwind NOBODY",
        "line 5: it has 14 columns, not 13",
    ):
        assert reason in said
    assert await shop.count("sales_order") == 2
    await outside.require_each_event_once(shop.company.system, shop.company.tenant)

    text = refused.read_text("utf-8").replace("4th of March", "1997-03-05")
    text = text.replace("NOBODY", "C1").replace(",a column too many", "")
    corrected = shop.folder / "corrected.csv"
    corrected.write_text(text, "utf-8")
    assert [it[0] for it in csv.reader(text.splitlines())] == ["refused_line", "3", "4", "5"]
    status, said = await shop.bring("orders", file=corrected, rejects=refused)
    assert (status, "3 created, 0 updated, 0 unchanged, 0 refused" in said) == (0, True), said
    assert await shop.count("sales_order") == 5
    assert not refused.exists()


async def test_a_kill_of_sales_in_the_middle_loses_nothing_and_doubles_nothing(company, tmp_path):
    shop = Shop(company, tmp_path, orders=220, lines=2)
    kills = [
        Kill("orders", "Order", "sales_order", 200),
        Kill("order_lines", "OrderLine", "order_line", 400),
    ]
    assert await survive(shop, kills) > 220
