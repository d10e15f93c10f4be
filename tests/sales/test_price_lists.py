"""Price lists and their entries through the graph, and what holds for all of them."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.ids import new_id
from services.chassis.money import Money
from services.chassis.refusals import Refusal
from services.sales.price_lists.rules import check_entry, check_period
from tests.sales.company import priced
from tests.support.asking import codes, reasons

LIST = "id name currency tier validFrom validUntil isActive version archivedAt"
ENTRY = """id minimumQuantity unitPrice { amount currency } version archivedAt
    priceList { id } product { id }"""
DAYS = some.one_of(some.none(), some.dates(date(1990, 1, 1), date(2100, 1, 1)))


@pytest.fixture
async def tea(company):
    return await company.product(name="Chai")


@pytest.fixture
async def retail(company):
    return await a_list(company)


async def a_list(company, **given):
    done = await company.make("PriceList", LIST, {"name": "Retail", "currency": "USD"} | given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def enter(company, price_list, product, minimum="1", price="18.00", currency="USD"):
    given = {"priceListId": price_list, "productId": product, "minimumQuantity": minimum}
    return await company.make("PriceListEntry", ENTRY, given | priced(price, currency))


async def an_entry(company, *given, **more):
    done = await enter(company, *given, **more)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def deed(company, name, kind, id, person=None):
    record, fields = {
        "PriceList": ("priceList", LIST),
        "PriceListEntry": ("priceListEntry", ENTRY),
    }[kind]
    return await company.act(f"{name}{kind}", record, fields, id, person)


def places(done):
    return [(it["reason"], it["path"]) for it in done["userErrors"]]


async def test_a_price_list_shows_what_a_product_costs_from_each_quantity_on(company, retail, tea):
    for minimum, price in (("10", "16.20"), ("1", "18.00"), ("100", "14.40")):
        await an_entry(company, retail, tea, minimum, price)
    entries = """(orderBy: [{field: MINIMUM_QUANTITY}], where: {minimumQuantity: {lte: "10"}})
        { nodes { minimumQuantity unitPrice { amount } } }"""
    document = f"""query($l: ID!, $p: ID!) {{ priceList(id: $l) {{ entries{entries} }}
        product(id: $p) {{ priceListEntries{entries} }} }}"""
    answer = await company.ask(document, l=retail, p=tea)
    nodes = answer["priceList"]["entries"]["nodes"]
    assert [(it["minimumQuantity"], it["unitPrice"]["amount"]) for it in nodes] == [
        ("1.000", "18.0000"),
        ("10.000", "16.2000"),
    ]
    assert answer["product"]["priceListEntries"]["nodes"] == nodes


async def test_a_list_and_its_prices_are_told(company, tea):
    retail = await a_list(company, tier="A", validFrom="2026-01-01")
    entry = await an_entry(company, retail, tea)
    await company.change("PriceListEntry", ENTRY, entry, priced("17.00"))
    [told] = [it["data"] for it in await company.events(retail)]
    assert (told["tier"], told["validFrom"], told["validUntil"]) == ("A", "2026-01-01", None)
    first, second = await company.events(entry)
    assert first["type"] == "sales.price_list_entry.created.v1"
    assert (first["data"]["priceListId"], first["data"]["productId"]) == (retail, tea)
    assert second["type"] == "sales.price_list_entry.updated.v1"
    assert second["data"]["unitPrice"] == {"amount": "17.00", "currency": "USD"}
    assert await company.told(retail) == ["created"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"currency": "usd"}, ("INVALID", ["input", "currency"])),
        (
            {"validFrom": "2026-02-01", "validUntil": "2026-01-31"},
            ("OUT_OF_RANGE", ["input", "validUntil"]),
        ),
        ({"name": ""}, ("REQUIRED", ["input", "name"])),
    ],
)
async def test_a_list_that_cannot_be_is_refused(company, given, place):
    done = await company.make("PriceList", LIST, {"name": "Retail", "currency": "USD"} | given)
    assert places(done) == [place]
    assert await company.counted("price_list") == 0
    assert await company.told() == []


async def test_a_list_keeps_its_currency_and_a_sane_period(company, retail, tea):
    await an_entry(company, retail, tea)
    done = await company.change("PriceList", LIST, retail, {"currency": "EUR"})
    assert places(done) == [("CURRENCY_DIFFERS", ["input", "currency"])]
    await company.change("PriceList", LIST, retail, {"validFrom": "2026-02-01"})
    done = await company.change("PriceList", LIST, retail, {"validUntil": "2026-01-01"})
    assert places(done) == [("OUT_OF_RANGE", ["input", "validUntil"])]
    done = await company.change("PriceList", LIST, retail, {"currency": "USD"})
    assert (done["userErrors"], done["changedFields"]) == ([], [])
    assert await company.told(retail) == ["created", "updated"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (("0", "1", "USD"), ("OUT_OF_RANGE", ["input", "minimumQuantity"])),
        (("1", "-0.01", "USD"), ("OUT_OF_RANGE", ["input", "unitPrice", "amount"])),
        (("1", "1", "EUR"), ("CURRENCY_DIFFERS", ["input", "unitPrice", "currency"])),
        (("0.0001", "1", "USD"), ("OUT_OF_RANGE", ["input", "minimumQuantity"])),
    ],
)
async def test_a_price_that_cannot_be_is_refused(company, retail, tea, given, place):
    assert places(await enter(company, retail, tea, *given)) == [place]
    assert await company.counted("price_list_entry") == 0


async def test_a_product_has_one_price_from_each_quantity_on(company, retail, tea):
    first = await an_entry(company, retail, tea)
    again = await asyncio.gather(*(enter(company, retail, tea, price="17.00") for _ in range(3)))
    assert [codes(it) for it in again] == [["DUPLICATE"]] * 3
    second = await an_entry(company, retail, tea, "10")
    done = await company.change("PriceListEntry", ENTRY, second, {"minimumQuantity": "1.000"})
    assert codes(done) == ["DUPLICATE"]
    await an_entry(company, await a_list(company, name="Trade"), tea)
    await deed(company, "archive", "PriceListEntry", first)
    await an_entry(company, retail, tea, price="17.00")
    assert codes(await deed(company, "restore", "PriceListEntry", first)) == ["DUPLICATE"]
    assert await company.told(first) == ["created", "archived"]


async def test_an_entry_is_of_a_product_and_a_list_that_are_there_and_stays_in_its_list(
    company, retail, tea
):
    assert reasons(await enter(company, new_id("prl"), tea)) == ["NOT_FOUND"]
    done = await enter(company, retail, new_id("prd"))
    assert places(done) == [("REFERENCED", ["input", "productId"])]
    entry = await an_entry(company, retail, tea)
    other = await a_list(company, name="Trade")
    done = await company.change("PriceListEntry", ENTRY, entry, {"priceListId": other})
    assert places(done) == [("INVALID", ["input", "priceListId"])]
    assert await company.told(entry) == ["created"]


async def test_an_archived_list_takes_no_prices_and_is_purged_with_them(company, retail, tea):
    entry = await an_entry(company, retail, tea)
    await deed(company, "archive", "PriceList", retail)
    assert reasons(await enter(company, retail, tea, "10")) == ["RECORD_ARCHIVED"]
    done = await company.change("PriceListEntry", ENTRY, entry, priced("1"))
    assert reasons(done) == ["RECORD_ARCHIVED"]
    manager = await company.employ("SALES_MANAGER")
    assert codes(await deed(company, "purge", "PriceList", retail, manager)) == ["FORBIDDEN"]
    await deed(company, "purge", "PriceList", retail)
    assert await company.counted("price_list") == await company.counted("price_list_entry") == 0
    assert await company.told(retail) == ["created", "archived", "purged"]


async def test_a_product_with_a_price_is_not_purged(company, retail, tea):
    await an_entry(company, retail, tea)
    await company.act("archiveProduct", "product", "id", tea)
    assert codes(await company.act("purgeProduct", "product", "id", tea)) == ["REFERENCED"]
    assert await company.counted("product") == 1


async def test_lists_and_prices_brought_in_twice_are_there_once(company, tea):
    def item(ref, **given):
        return {"externalRef": {"source": "erp", "id": ref}, "input": given}

    lists = [item(name, name=name, currency="USD") for name in ("Retail", "Trade")]
    for status in ("CREATED", "UNCHANGED"):
        made, _told = await company.upsert("priceLists", "priceList", LIST, lists)
        assert [it["status"] for it in made] == [status] * 2
        entries = [
            item(f"{n}", priceListId=it["made"]["id"], productId=tea, **priced("1"))
            for n, it in enumerate(made)
        ]
        rows, told = await company.upsert("priceListEntries", "priceListEntry", ENTRY, entries)
        assert [it["status"] for it in rows] == [status] * 2
        assert len(told) == (2 if status == "CREATED" else 0)
    entries = [item("9", priceListId=made[0]["made"]["id"], productId=tea, **priced("1"))]
    rows, _told = await company.upsert("priceListEntries", "priceListEntry", ENTRY, entries)
    assert codes(rows[0]) == ["DUPLICATE"]


async def test_all_prices_of_a_list_are_set_alike(company, retail, tea):
    for minimum in ("1", "10"):
        await an_entry(company, retail, tea, minimum)
    document = """mutation($l: ID!, $i: UpdatePriceListEntriesInput!) {
        done: updatePriceListEntries(where: {priceListId: {eq: $l}}, input: $i, expectedCount: 2) {
          results { status } events { type } userErrors { code } } }"""
    done = (await company.ask(document, l=retail, i=priced("9.99")))["done"]
    assert [it["status"] for it in done["results"]] == ["UPDATED"] * 2
    assert [it["type"] for it in done["events"]] == ["sales.price_list_entry.updated.v1"] * 2


async def test_who_sells_reads_prices_and_sets_none(company, retail):
    seller = await company.employ("SALES_REPRESENTATIVE")
    found = await company.ask("{ priceLists { nodes { id } } }", seller)
    assert found["priceLists"]["nodes"] == [{"id": retail}]
    done = await company.change("PriceList", LIST, retail, {"name": "Mine"}, seller)
    assert codes(done) == ["FORBIDDEN"]
    assert await company.told(retail) == ["created"]


@given(DAYS, DAYS)
def test_a_period_is_sane_unless_both_ends_are_given_and_stand_the_wrong_way(begin, end):
    if begin and end and end < begin:
        with pytest.raises(Refusal):
            check_period(begin, end)
    else:
        check_period(begin, end)


@given(
    some.decimals(-10, 10, places=3),
    some.decimals(-10, 10, places=4),
    some.sampled_from(["EUR", "USD"]),
)
def test_an_entry_is_of_something_for_no_less_than_nothing_in_its_lists_currency(
    minimum, price, currency
):
    is_fit = minimum > Decimal(0) and price >= Decimal(0) and currency == "USD"
    try:
        check_entry(minimum, Money(price, currency), "USD")
    except Refusal:
        assert not is_fit
    else:
        assert is_fit
