"""Products through the graph."""

from tests.sales.company import PRODUCT, priced
from tests.support.asking import reasons


async def test_a_product_is_added_and_told(company):
    given = {"name": "Chai", "sku": "TEA-1", "packaging": "10 boxes x 30 bags"} | priced("18.00")
    done = await company.make("Product", PRODUCT, given)
    made = done["made"]
    assert made["isActive"] is True
    assert made["unitPrice"] == {"amount": "18.0000", "currency": "USD"}
    [event] = await company.events(made["id"])
    assert event["type"] == "sales.product.created.v1"
    assert event["data"]["sku"] == "TEA-1"
    assert event["data"]["unitPrice"] == {"amount": "18.00", "currency": "USD"}


async def test_two_products_cannot_share_a_sku(company):
    await company.make("Product", PRODUCT, {"name": "Chai", "sku": "TEA-1"})
    done = await company.make("Product", PRODUCT, {"name": "Chang", "sku": "TEA-1"})
    assert done["made"] is None
    assert reasons(done) == ["DUPLICATE"]
    assert await company.told() == ["created"]


async def test_many_products_may_have_no_sku(company):
    await company.product(name="Chai")
    await company.product(name="Chang")
    found = await company.ask("{ products(orderBy: [{field: NAME}]) { nodes { name sku } } }")
    assert found["products"]["nodes"] == [
        {"name": "Chai", "sku": None},
        {"name": "Chang", "sku": None},
    ]


async def test_a_currency_is_three_capital_letters(company):
    done = await company.make("Product", PRODUCT, {"name": "Chai"} | priced("18.00", "usd"))
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        ("INVALID", ["input", "unitPrice", "currency"])
    ]
    assert await company.told() == []


async def test_a_change_that_changes_nothing_is_not_told(company):
    product = await company.product(name="Chai")
    done = await company.change("Product", PRODUCT, product, {"name": "Chai"})
    assert done["changedFields"] == []
    assert await company.told(product) == ["created"]


async def test_products_brought_in_twice_are_one_and_unchanged(company):
    items = [
        {
            "externalRef": {"source": "northwind", "id": str(n)},
            "input": {"name": f"Product {n}"} | priced("18.00"),
        }
        for n in range(3)
    ]
    first, told = await company.upsert("products", "product", "id", items)
    assert [it["status"] for it in first] == ["CREATED"] * 3
    assert told == ["sales.product.created.v1"] * 3
    second, told = await company.upsert("products", "product", "id", items)
    assert [it["status"] for it in second] == ["UNCHANGED"] * 3
    assert told == []
    assert [it["made"] for it in second] == [it["made"] for it in first]


async def test_a_representative_reads_products_and_changes_none(company):
    product = await company.product()
    seller = await company.employ("SALES_REPRESENTATIVE")
    found = await company.ask("{ products { nodes { id } } }", seller)
    assert found["products"]["nodes"] == [{"id": product}]
    done = await company.change("Product", PRODUCT, product, {"name": "Tea"}, seller)
    assert reasons(done) == ["FORBIDDEN"]
    assert await company.told(product) == ["created"]


async def test_who_is_not_known_here_reads_nothing(company):
    await company.product()
    stranger = await company.employ("ADMINISTRATOR", is_active=False)
    answer = await company.answer("{ products { nodes { id } } }", stranger)
    assert answer["data"]["products"] is None
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
