"""Orders through the graph: from the draft until they are closed."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import event

from services.chassis.actor import Actor
from services.chassis.database import connect
from services.chassis.ids import new_id
from services.sales.orders.model import Order
from tests.sales.company import LINE, ORDER, amounts, priced
from tests.support.asking import reasons


@pytest.fixture
async def tea(company):
    return await company.product(name="Chai")


async def placed(company, tea):
    order = await company.order()
    await company.line(order, tea)
    await company.deed("place", order)
    return order


async def test_a_draft_has_a_number_and_comes_to_nothing(company):
    done = await company.make("Order", ORDER, {"customerId": new_id("cus"), "currency": "USD"})
    year = (await company.events())[0]["time"][:4]
    assert done["made"]["number"] == f"O-{year}-00001"
    assert done["made"]["status"] == "DRAFT"
    assert amounts(done["made"]) == (0, 0)
    assert done["made"]["placedOn"] is None


async def test_numbers_have_no_gap_after_a_refusal(company):
    await company.order()
    done = await company.make("Order", ORDER, {"customerId": new_id("cus"), "currency": "dollar"})
    assert done["made"] is None
    assert (await company.seen(await company.order()))["number"].endswith("-00002")


async def test_an_order_comes_to_what_its_lines_come_to(company, tea):
    order = await company.order()
    first = await company.line(order, tea, quantity="12", discountPercent="15.00")
    assert first["made"]["gross"]["amount"] == "216.0000"
    assert first["made"]["net"] == {"amount": "183.6000", "currency": "USD"}
    second = await company.line(order, tea, quantity="2.5")
    assert [it["type"] for it in second["events"]] == ["sales.order.repriced.v1"]
    assert amounts(await company.seen(order)) == (Decimal(261), Decimal("228.6"))
    event = (await company.events(order))[-1]
    assert event["data"]["net"] == {"amount": "228.6000", "currency": "USD"}
    assert event["data"]["after"]["net"]["amount"] == "228.6000"


async def test_a_changed_line_changes_its_order(company, tea):
    order = await company.order()
    line = (await company.line(order, tea))["made"]["id"]
    done = await company.change("OrderLine", LINE, line, {"quantity": "3"})
    assert sorted(done["changedFields"]) == ["gross", "net", "quantity"]
    assert amounts(await company.seen(order)) == (54, 54)
    same = await company.change("OrderLine", LINE, line, {"quantity": "3"})
    assert same["events"] == []
    assert await company.told(order) == ["created", "repriced", "repriced"]


async def test_an_order_keeps_to_one_currency(company, tea):
    order = await company.order()
    line = await company.line(order, tea, **priced("18.00", "EUR"))
    assert [(it["reason"], it["path"]) for it in line["userErrors"]] == [
        ("CURRENCY_DIFFERS", ["input", "unitPrice", "currency"])
    ]
    freight = {"freight": {"amount": "5.00", "currency": "EUR"}}
    assert reasons(await company.change("Order", ORDER, order, freight)) == ["CURRENCY_DIFFERS"]
    other = await company.change("Order", ORDER, order, {"currency": "EUR"})
    assert reasons(other) == ["CURRENCY_DIFFERS"]
    assert await company.told(order) == ["created"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"quantity": "0"}, ["quantity"]),
        ({"discountPercent": "100.01"}, ["discountPercent"]),
        (priced("-1"), ["unitPrice", "amount"]),
    ],
)
async def test_a_line_of_nothing_or_less_is_refused(company, tea, given, path):
    order = await company.order()
    done = await company.line(order, tea, **given)
    assert done["userErrors"][0]["path"] == ["input", *path]
    assert amounts(await company.seen(order)) == (0, 0)
    assert await company.told(order) == ["created"]


async def test_a_line_needs_an_order_and_a_product_that_are_there(company, tea):
    order = await company.order()
    assert reasons(await company.line(new_id("ord"), tea)) == ["NOT_FOUND"]
    assert reasons(await company.line(order, new_id("prd"))) == ["REFERENCED"]
    assert await company.told(order) == ["created"]


async def test_a_line_stays_with_its_order(company, tea):
    order, another = await company.order(), await company.order()
    line = (await company.line(order, tea))["made"]["id"]
    done = await company.change("OrderLine", LINE, line, {"orderId": another})
    assert done["userErrors"][0]["path"] == ["input", "orderId"]
    assert await company.told(another) == ["created"]


async def test_an_order_without_lines_cannot_be_placed(company):
    order = await company.order()
    assert reasons(await company.deed("place", order)) == ["ORDER_EMPTY"]
    assert (await company.seen(order))["status"] == "DRAFT"
    assert await company.told(order) == ["created"]


async def test_a_placed_order_keeps_its_lines(company, tea):
    order = await placed(company, tea)
    [line] = (
        await company.ask(
            "query($id: ID!) { order(id: $id) { lines { nodes { id } } } }", id=order
        )
    )["order"]["lines"]["nodes"]
    assert reasons(await company.line(order, tea)) == ["ORDER_NOT_DRAFT"]
    changed = await company.change("OrderLine", LINE, line["id"], {"quantity": "9"})
    assert reasons(changed) == ["ORDER_NOT_DRAFT"]
    assert amounts(await company.seen(order)) == (18, 18)
    assert await company.told(order) == ["created", "repriced", "placed"]


async def test_an_order_cannot_be_shipped_before_it_is_confirmed(company, tea):
    order = await placed(company, tea)
    done = await company.deed("ship", order, shippedOn="2026-12-01")
    assert reasons(done) == ["INVALID_TRANSITION"]
    assert (await company.seen(order))["shippedOn"] is None


async def test_a_cancelled_order_stays_cancelled(company, tea):
    order = await placed(company, tea)
    done = await company.deed("cancel", order, reason="Mrs Ashworth changed her mind")
    assert done["made"]["status"] == "CANCELLED"
    assert "Ashworth" not in str((await company.events(order))[-1])
    assert reasons(await company.deed("review", order)) == ["INVALID_TRANSITION"]
    assert reasons(await company.change("Order", ORDER, order, {"shipToCity": "Bath"})) == [
        "ORDER_SETTLED"
    ]
    assert (await company.told(order))[-1] == "cancelled"


async def test_addresses_are_in_no_event(company):
    order = await company.order(shipToName="Ann Devon", shipToStreet="35 King George")
    await company.change("Order", ORDER, order, {"shipToCity": "Reims"})
    events = await company.events(order)
    assert events[-1]["data"]["changed"] == ["shipToCity"]
    for personal in ("Devon", "George", "Reims"):
        assert personal not in str(events)
    assert (await company.audited(order))[-1] == ["shipToCity"]


async def test_a_representative_places_and_does_not_review(company, tea):
    seller = await company.employ("SALES_REPRESENTATIVE")
    order = await company.order()
    await company.line(order, tea, seller)
    assert (await company.deed("place", order, seller))["userErrors"] == []
    done = await company.deed("review", order, seller)
    assert [it["code"] for it in done["userErrors"]] == ["FORBIDDEN"]
    assert (await company.told(order))[-1] == "placed"


async def test_lines_added_at_the_same_time_are_all_counted(company, tea):
    order = await company.order()
    await asyncio.gather(*(company.line(order, tea) for _ in range(8)))
    assert amounts(await company.seen(order)) == (144, 144)
    nets = [it["data"]["net"]["amount"] for it in await company.events(order)]
    assert nets == [str(Decimal(n)) for n in ("0", *(f"{18 * it}.0000" for it in range(1, 9)))]


async def test_an_order_that_somebody_holds_is_locked(company, impatient):
    order = await company.order()
    mine = type(company)(impatient, company.tenant)
    async with company.works.begin(Actor.system(company.tenant, "sales")) as work:
        await work.lock(Order, order)
        done = await mine.deed("cancel", order, company.person, reason="not now")
    assert [it["code"] for it in done["userErrors"]] == ["LOCKED"]
    assert await company.told(order) == ["created"]


@pytest.fixture
async def impatient(sales_database):
    """Connections that wait for no lock."""
    engine = connect(sales_database.app_url, pooled=False)

    @event.listens_for(engine.sync_engine, "begin")
    def hurry(connection):
        connection.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")

    yield engine
    await engine.dispose()


async def test_a_customer_an_opportunity_and_a_seller_show_their_orders(company):
    customer = new_id("cus")
    opportunity = (
        await company.make("Opportunity", "id", {"customerId": customer, "name": "Tea"})
    )["made"]["id"]
    order = await company.order(
        customerId=customer, opportunityId=opportunity, ownerId=company.person
    )
    await company.order(ownerId=new_id("usr"))
    found = await company.ask(
        "query($of: [_Any!]!, $id: ID!, $owner: ID!) {"
        " _entities(representations: $of) { ... on Customer { orders { nodes { id } } } }"
        " opportunity(id: $id) { orders { nodes { id customer { id } } } }"
        " orders(where: {ownerId: {eq: $owner}}) { nodes { id opportunity { name } } } }",
        of=[{"__typename": "Customer", "id": customer}],
        id=opportunity,
        owner=company.person,
    )
    assert found["_entities"] == [{"orders": {"nodes": [{"id": order}]}}]
    assert found["opportunity"]["orders"]["nodes"] == [{"id": order, "customer": {"id": customer}}]
    assert found["orders"]["nodes"] == [{"id": order, "opportunity": {"name": "Tea"}}]


async def test_another_company_sees_nothing_of_it(company, tea, engine):
    order = await company.order()
    other = type(company)(engine, new_id("company"))
    await other.employ("ADMINISTRATOR")
    assert await other.seen(order) is None
    assert reasons(await other.deed("cancel", order, reason="mischief")) == ["NOT_FOUND"]
    assert reasons(await other.line(order, tea)) == ["NOT_FOUND"]
    own = await other.order()
    assert reasons(await other.line(own, tea)) == ["REFERENCED"]
    assert await company.told(order) == ["created"]
