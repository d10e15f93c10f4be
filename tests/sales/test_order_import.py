"""Orders that lived elsewhere are brought in with their dates, states and lines."""

import pytest

from services.chassis.ids import new_id
from tests.sales.company import LINE, ORDER, amounts, priced
from tests.support.asking import reasons

SOURCE = "elsewhere"
HISTORY = {
    "status": "CLOSED",
    "placedOn": "1996-07-04",
    "shippedOn": "1996-07-16",
    "createdAt": "1996-07-04T00:00:00Z",
}
BROUGHT = f"{ORDER} createdAt externalRefs {{ source id }}"


@pytest.fixture
async def tea(company):
    return await company.product(name="Chai")


def item(ref, history=None, **given):
    made = {"externalRef": {"source": SOURCE, "id": ref}, "input": given}
    return made | ({"history": history} if history else {})


def an_order(ref, history=None):
    return item(ref, history, customerId="cus_1", currency="USD")


def a_line(ref, order, product, **given):
    return item(ref, orderId=order, productId=product, **({"quantity": "10"} | given))


async def brought_in(company, *refs):
    items = [an_order(ref, HISTORY) for ref in refs]
    results, _told = await company.upsert("orders", "order", BROUGHT, items)
    assert [it["status"] for it in results] == ["CREATED"] * len(refs)
    return [it["made"]["id"] for it in results]


async def test_an_order_comes_with_its_dates_and_its_state(company):
    results, told = await company.upsert("orders", "order", BROUGHT, [an_order("1", HISTORY)])
    made = results[0]["made"]
    assert (made["number"], made["status"]) == ("O-1996-00001", "CLOSED")
    assert (made["placedOn"], made["shippedOn"]) == ("1996-07-04", "1996-07-16")
    assert made["createdAt"].startswith("1996-07-04T00:00:00")
    assert told == ["sales.order.created.v1"]
    [event] = await company.events(made["id"])
    assert (event["data"]["status"], event["bulk"]) == ("CLOSED", True)


async def test_lines_of_a_closed_order_come_in_and_each_order_is_told_once(company, tea):
    first, second = await brought_in(company, "1", "2")
    items = [
        a_line(f"{order}/{n}", order, tea, discountPercent="15.00", **priced("2.15"))
        for n in range(3)
        for order in (first, second)
    ]
    results, told = await company.upsert("orderLines", "orderLine", LINE, items)
    assert {it["status"] for it in results} == {"CREATED"}
    assert told == ["sales.order.repriced.v1"] * 2
    gross, net = amounts(await company.seen(first))
    assert (str(gross), str(net)) == ("64.5000", "54.8250")
    assert await company.told(first) == ["created", "repriced"]


async def test_brought_in_again_nothing_changes(company, tea):
    [order] = await brought_in(company, "1")
    lines = [a_line("1/1", order, tea, **priced("2.15"))]
    await company.upsert("orderLines", "orderLine", LINE, lines)
    before = await company.seen(order)
    for records, record, items in (
        ("orders", "order", [an_order("1", HISTORY)]),
        ("orderLines", "orderLine", lines),
    ):
        results, told = await company.upsert(records, record, "id", items)
        assert [it["status"] for it in results] == ["UNCHANGED"]
        assert told == []
    assert await company.seen(order) == before


async def test_a_refused_line_leaves_the_others_and_counts_for_nothing(company, tea):
    [order] = await brought_in(company, "1")
    items = [
        a_line("1/1", order, tea, **priced("2.00")),
        a_line("1/2", order, tea, quantity="0", **priced("5.00")),
        a_line("1/3", order, new_id("prd"), **priced("7.00")),
        a_line("1/4", order, tea, **priced("3.00")),
    ]
    results, told = await company.upsert("orderLines", "orderLine", LINE, items)
    assert [it["status"] for it in results] == ["CREATED", "REFUSED", "REFUSED", "CREATED"]
    assert results[1]["userErrors"] == [
        {
            "code": "OUT_OF_RANGE",
            "reason": "OUT_OF_RANGE",
            "path": ["items", "1", "input", "quantity"],
        }
    ]
    assert reasons(results[2]) == ["REFERENCED"]
    assert told == ["sales.order.repriced.v1"]
    assert amounts(await company.seen(order)) == (50, 50)


async def test_where_every_line_is_refused_the_order_is_not_told(company, tea):
    [order] = await brought_in(company, "1")
    items = [a_line("1/1", order, tea, quantity="-1", **priced("2.00"))]
    _results, told = await company.upsert("orderLines", "orderLine", LINE, items)
    assert told == []
    assert await company.told(order) == ["created"]


async def test_without_the_permission_there_is_no_history(company, tea):
    [order] = await brought_in(company, "1")
    manager = await company.employ("SALES_MANAGER")
    items = [an_order("2", HISTORY), an_order("3")]
    results, _told = await company.upsert("orders", "order", "number", items, manager)
    assert reasons(results[0]) == ["FORBIDDEN"]
    assert results[1]["status"] == "CREATED"
    lines = [a_line("1/1", order, tea, **priced("2.00"))]
    results, told = await company.upsert("orderLines", "orderLine", LINE, lines, manager)
    assert reasons(results[0]) == ["ORDER_NOT_DRAFT"]
    assert told == []


async def test_one_line_by_hand_is_no_history(company, tea):
    [order] = await brought_in(company, "1")
    assert reasons(await company.line(order, tea)) == ["ORDER_NOT_DRAFT"]
    assert await company.told(order) == ["created"]


async def test_a_purged_order_takes_its_lines_along_and_all_can_be_brought_in_again(company, tea):
    ids = set()
    for _twice in range(2):
        [order], _told = await company.upsert("orders", "order", "id", [an_order("1")])
        id = order["made"]["id"]
        lines = [a_line("1/1", id, tea, **priced("2.00"))]
        [line], _told = await company.upsert("orderLines", "orderLine", LINE, lines)
        assert (order["status"], line["status"]) == ("CREATED", "CREATED")
        for deed in ("archiveOrder", "purgeOrder"):
            assert (await company.act(deed, "order", "id", id))["userErrors"] == []
        assert await company.counted("order_line") == 0
        ids.add(id)
    assert len(ids) == 2
