"""Who begins to read today gets the records as they are, each with its last event's number."""

import pytest

from services.chassis.ids import new_id
from tests.sales.company import Company

PAGE = """
    query($of: String!, $n: Int!, $after: ID) {
        salesEventsBackfill(aggregate: $of, first: $n, after: $after) {
            nodes { subject sequence isArchived data } next } }
"""


async def pages(company, of="sales.product", first=2):
    """Read all of it, page by page."""
    after = None
    while True:
        given = {"of": of, "n": first, "after": after}
        page = (await company.ask(PAGE, **given))["salesEventsBackfill"]
        yield page["nodes"]
        if (after := page["next"]) is None:
            return


async def test_every_record_comes_once_as_its_last_event_says(company):
    ids = [await company.product(name=f"Lamp {n}") for n in range(5)]
    await company.change("Product", "id", ids[1], {"name": "Lantern"})
    await company.act("archiveProduct", "product", "id", ids[2])
    found = [page async for page in pages(company)]
    assert [len(it) for it in found] == [2, 2, 1]
    nodes = {it["subject"]: it for page in found for it in page}
    assert sorted(nodes) == sorted(ids)
    assert {id for id, it in nodes.items() if it["isArchived"]} == {ids[2]}
    for id, it in nodes.items():
        last = (await company.events(id))[-1]
        assert it["sequence"] == last["sequence"]
        assert it["data"] == {name: last["data"][name] for name in it["data"]}
        assert it["data"]["productId"] == id


async def test_of_what_is_not_there_an_empty_page_comes(company):
    assert [page async for page in pages(company, "sales.lead")] == [[]]


async def test_another_companys_records_are_not_among_them(company, engine):
    await company.product()
    other = Company(engine, new_id("company"))
    await other.employ("ADMINISTRATOR")
    assert [page async for page in pages(other)] == [[]]


async def test_whoever_may_not_read_events_is_refused(company):
    seller = await company.employ("SALES_REPRESENTATIVE")
    answer = await company.answer(PAGE, seller, of="sales.product", n=2)
    assert answer["data"] == {"salesEventsBackfill": None}
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"of": "sales.castle", "n": 2}, "nothing is told of sales.castle here"),
        ({"of": "customers.customer", "n": 2}, "nothing is told of customers.customer here"),
        ({"of": "sales.product", "n": 0}, "a page has 1 to 500 records"),
        ({"of": "sales.product", "n": 501}, "a page has 1 to 500 records"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_where_it_was_asked(company, given, said):
    (error,) = (await company.answer(PAGE, **given))["errors"]
    assert (error["extensions"]["code"], error["message"]) == ("INVALID", said)
    assert error["path"] == ["salesEventsBackfill"]
