"""Cases that lived elsewhere before."""

import pytest

from services.chassis.ids import new_id

UPSERT = """mutation($items: [UpsertCasesItem!]!) { upsertCases(items: $items) {
    results { status case { id number status openedAt resolvedAt owner { id } }
              userErrors { code reason path } }
    events { type } userErrors { code } } }"""


@pytest.fixture
async def administrator(desk):
    return await desk.employ("ADMINISTRATOR")


def item(id="1", owner=None, **history):
    past = {
        "status": "CLOSED",
        "openedAt": "1997-05-01T08:00:00Z",
        "resolvedAt": "1997-05-02T08:00:00Z",
        "closedAt": "1997-05-03T08:00:00Z",
        "resolution": "A new lamp",
    }
    return {
        "externalRef": {"source": "old-desk", "id": id},
        "input": {"customerId": CUSTOMER, "subject": "The lamp does not burn"},
        "history": past | history | ({"ownerId": owner} if owner else {}),
    }


CUSTOMER = new_id("cus")


async def upsert(desk, person, *items):
    return (await desk.ask(UPSERT, person, items=list(items)))["upsertCases"]


async def test_a_case_comes_with_its_dates_its_state_and_its_owner(desk, administrator):
    done = await upsert(desk, administrator, item(owner=desk.person))
    row = done["results"][0]
    assert row["status"] == "CREATED"
    assert row["case"]["status"] == "CLOSED"
    assert row["case"]["openedAt"].startswith("1997-05-01T08:00:00")
    assert row["case"]["number"] == "C-1997-00001"
    assert row["case"]["owner"] == {"id": desk.person}
    (told,) = await desk.events()
    assert (told["bulk"], told["data"]["status"]) == (True, "CLOSED")


async def test_brought_in_twice_it_changes_nothing(desk, administrator):
    first = await upsert(desk, administrator, item("1"), item("2"))
    again = await upsert(desk, administrator, item("1"), item("2"))
    assert [it["status"] for it in again["results"]] == ["UNCHANGED", "UNCHANGED"]
    assert [it["case"] for it in again["results"]] == [it["case"] for it in first["results"]]
    assert again["events"] == []
    assert await desk.told() == ["opened", "opened"]


async def test_a_damaged_row_is_refused_and_the_rest_goes_in(desk, administrator):
    done = await upsert(
        desk, administrator, item("1"), item("2", resolvedAt="1997-04-01T08:00:00Z"), item("3")
    )
    assert [it["status"] for it in done["results"]] == ["CREATED", "REFUSED", "CREATED"]
    assert done["results"][1]["userErrors"][0]["path"][-1] == "openedAt"
    assert [it["case"]["number"] for it in done["results"] if it["case"]] == [
        "C-1997-00001",
        "C-1997-00002",
    ]


async def test_history_can_correct_a_case_that_has_ended(desk, administrator):
    await upsert(desk, administrator, item(resolution="A new lamp"))
    done = await upsert(desk, administrator, item(resolution="A new socket"))
    assert done["results"][0]["status"] == "UPDATED"
    assert await desk.told() == ["opened", "updated"]


async def test_without_the_permission_nobody_brings_in_history(desk):
    done = await upsert(desk, desk.person, item())
    assert done["results"][0]["userErrors"][0]["code"] == "FORBIDDEN"
    assert await desk.counted("service_case") == 0
    assert await desk.told() == []
