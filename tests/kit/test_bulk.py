"""Bulk upserts: a result for each row, safe to run twice, all or nothing where it is asked."""

import asyncio

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit.harbour import ALL
from tests.toy.commands import IMPORT_HISTORY

UPSERT = """
    mutation($items: [UpsertShipsItem!]!, $e: OnError) {
      done: upsertShips(items: $items, onError: $e) {
        results { index status ship { id name state externalRefs { source id } }
                  userErrors { code message path } }
        events { type } userErrors { code message }
      }
    }
"""


def item(ref, history=None, **given):
    made = {"externalRef": {"source": "yard", "id": ref}, "input": given}
    return made | ({"history": history} if history else {})


async def upserted(harbour, *items, actor=None, on_error="PER_ROW"):
    return (await harbour.ask(UPSERT, actor, items=list(items), e=on_error))["done"]


def statuses(done):
    return [it["status"] for it in done["results"]]


async def test_a_second_run_changes_nothing(harbour):
    items = [item("1", name="Ann"), item("2", {"state": "SUNK"}, name="Bea")]
    first = await upserted(harbour, *items)
    kept = await harbour.rows("SELECT id, version FROM ship ORDER BY id")
    again = await upserted(harbour, *items)
    assert statuses(first) == ["CREATED", "CREATED"]
    assert statuses(again) == ["UNCHANGED", "UNCHANGED"]
    assert again["events"] == []
    assert await harbour.rows("SELECT id, version FROM ship ORDER BY id") == kept
    assert first["results"][1]["ship"]["state"] == "SUNK"
    assert first["results"][0]["ship"]["externalRefs"] == [{"source": "yard", "id": "1"}]


async def test_a_changed_row_is_updated_and_the_others_are_left(harbour):
    await upserted(harbour, item("1", name="Ann"), item("2", name="Bea"))
    done = await upserted(harbour, item("1", name="Ann"), item("2", name="Beatrice"))
    assert statuses(done) == ["UNCHANGED", "UPDATED"]


async def test_a_damaged_row_is_refused_with_its_place_and_the_rest_goes_in(harbour):
    done = await upserted(
        harbour,
        item("1", name="Ann"),
        item("2", name="x" * 201),
        item("3"),
        item("1", name="Twice"),
        item(" ", name="Nameless"),
    )
    assert statuses(done) == ["CREATED", "REFUSED", "REFUSED", "REFUSED", "REFUSED"]
    codes = [it["userErrors"][0]["code"] for it in done["results"][1:]]
    assert codes == ["TOO_LONG", "REQUIRED", "DUPLICATE", "REQUIRED"]
    assert done["results"][1]["userErrors"][0]["path"] == ["items", "1", "input", "name"]
    assert await harbour.rows("SELECT name FROM ship") == [("Ann",)]
    assert await harbour.rows("SELECT count(*) FROM event") == [(1,)]


async def test_atomic_keeps_no_row_when_one_is_refused(harbour):
    done = await upserted(harbour, item("1", name="Ann"), item("2", name=""), on_error="ATOMIC")
    assert done["userErrors"] != []
    assert [it["index"] for it in done["results"]] == [1]
    assert await harbour.rows("SELECT name FROM ship") == []
    assert await harbour.rows("SELECT ref FROM external_ref") == []


async def test_history_needs_its_permission(harbour):
    clerk = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL - {IMPORT_HISTORY})
    done = await upserted(
        harbour, item("1", {"state": "SUNK"}, name="Ann"), item("2", name="Bea"), actor=clerk
    )
    assert statuses(done) == ["REFUSED", "CREATED"]
    assert done["results"][0]["userErrors"][0]["code"] == "FORBIDDEN"


async def test_more_items_than_allowed_are_refused_whole(harbour):
    done = await upserted(harbour, *(item(str(n), name="Ann") for n in range(501)))
    assert [it["code"] for it in done["userErrors"]] == ["LIMIT_EXCEEDED"]
    assert await harbour.rows("SELECT id FROM ship") == []


async def test_records_are_found_by_their_references(harbour):
    await upserted(harbour, item("1", name="Ann"), item("2", name="Bea"))
    document = """query($w: ShipWhere) { ships(where: $w) { nodes { name } } }"""
    found = await harbour.ask(document, w={"externalRef": {"source": "yard", "in": ["2", "9"]}})
    assert found["ships"]["nodes"] == [{"name": "Bea"}]


@pytest.mark.parametrize("count", [1, 30])
async def test_the_events_of_a_bulk_are_marked_and_counted_without_a_gap(harbour, count):
    await upserted(harbour, *(item(str(n), name=f"Ship {n}") for n in range(count)))
    rows = await harbour.rows("SELECT sequence, body::json->>'bulk' AS bulk FROM event")
    assert [(it.sequence, it.bulk) for it in rows] == [(1, "true")] * count


async def test_two_calls_that_bring_in_the_same_at_once_make_it_once(harbour):
    given = [item(str(n), name=f"Ship {n}") for n in range(20)]
    done = await asyncio.gather(*(upserted(harbour, *given) for _ in range(3)))
    refused = [it["userErrors"][0]["code"] for it in done if it["userErrors"]]
    assert set(refused) <= {"DUPLICATE"}
    assert await harbour.rows("SELECT count(*) FROM ship") == [(20,)]
    assert statuses(await upserted(harbour, *given)) == ["UNCHANGED"] * 20
