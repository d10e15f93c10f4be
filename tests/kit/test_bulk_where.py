"""Bulk by filter: one deed for all that a filter finds, if they are as many as expected."""

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit.harbour import REFUSED
from tests.toy.queries import READ_SHIPS

UPDATE = f"""
    mutation($w: ShipWhere!, $i: UpdateShipsInput!, $n: Int!, $k: String) {{
      done: updateShips(
        where: $w, input: $i, expectedCount: $n, idempotencyKey: $k
      ) {{
        results {{ index id status ship {{ name captain }} {REFUSED} }}
        events {{ type }} replayed
        userErrors {{ code reason path ... on ValidationError {{ allowed }} }} }} }}
"""
SINK = f"""
    mutation($w: ShipWhere!, $n: Int!, $e: OnError! = ATOMIC) {{
      done: sinkShips(where: $w, input: {{cause: "ice"}}, expectedCount: $n, onError: $e) {{
        results {{ status ship {{ name }} {REFUSED} }} events {{ type }} {REFUSED} }} }}
"""


@pytest.fixture
async def fleet(harbour):
    for name in ("Ann", "Bea", "Cleo"):
        await harbour.ship(name=name, captain=None if name == "Cleo" else "Bo")
    return harbour


async def run(harbour, document, where, count, actor=None, **more):
    return (await harbour.ask(document, actor, w=where, n=count, **more))["done"]


async def test_all_that_a_filter_finds_is_changed_in_one_transaction(fleet):
    done = await run(fleet, UPDATE, {"captain": {"eq": "Bo"}}, 2, i={"captain": "Cy"})
    assert [it["status"] for it in done["results"]] == ["UPDATED", "UPDATED"]
    assert [it["ship"]["captain"] for it in done["results"]] == ["Cy", "Cy"]
    rows = await fleet.rows("SELECT name, captain, version FROM ship ORDER BY name")
    assert rows == [("Ann", "Cy", 2), ("Bea", "Cy", 2), ("Cleo", None, 1)]
    (count,) = await fleet.rows(
        "SELECT count(DISTINCT request_id), count(*) FROM audit_line WHERE action = 'UPDATED'"
    )
    assert tuple(count) == (1, 2)


async def test_another_number_than_expected_is_refused_and_the_true_one_told(fleet):
    done = await run(fleet, UPDATE, {}, 2, i={"captain": "Cy"})
    assert done["userErrors"] == [
        {
            "code": "INVALID",
            "reason": "COUNT_DIFFERS",
            "path": ["expectedCount"],
            "allowed": ["3"],
        }
    ]
    assert done["results"] == []
    assert await fleet.rows("SELECT DISTINCT version FROM ship") == [(1,)]


async def test_more_than_five_hundred_are_for_a_job(fleet):
    done = await run(fleet, UPDATE, {}, 501, i={"captain": "Cy"})
    assert [it["code"] for it in done["userErrors"]] == ["LIMIT_EXCEEDED"]


async def test_what_was_put_away_is_left_out(fleet):
    (ann,) = await fleet.rows("SELECT id FROM ship WHERE name = 'Ann'")
    await fleet.ask(
        "mutation($id: ID!) { archiveShip(id: $id) { userErrors { code } } }", id=ann.id
    )
    done = await run(fleet, UPDATE, {}, 2, i={"captain": "Cy"})
    assert [it["ship"]["name"] for it in done["results"]] == ["Bea", "Cleo"]


async def test_one_refusal_keeps_all_as_it_was_unless_each_row_stands_for_itself(fleet):
    await run(fleet, SINK, {"name": {"eq": "Bea"}}, 1)
    before = await fleet.counts()
    done = await run(fleet, SINK, {}, 3)
    assert [it["reason"] for it in done["userErrors"]] == ["SHIP_LOST"]
    assert [it["status"] for it in done["results"]] == ["REFUSED"]
    assert await fleet.counts() == before
    done = await run(fleet, SINK, {}, 3, e="PER_ROW")
    assert sorted(it["status"] for it in done["results"]) == ["REFUSED", "UPDATED", "UPDATED"]
    assert len(done["events"]) == 2


async def test_a_value_that_cannot_be_is_refused_with_its_path(fleet):
    done = await run(fleet, UPDATE, {}, 3, i={"name": ""})
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        ("REQUIRED", ["input", "name"])
    ]


async def test_done_again_under_its_key_it_is_only_answered(fleet):
    where = {"captain": {"eq": "Bo"}}
    first = await run(fleet, UPDATE, where, 2, i={"captain": "Cy"}, k="k")
    again = await run(fleet, UPDATE, where, 2, i={"captain": "Cy"}, k="k")
    assert again == first | {"replayed": True}


async def test_it_needs_the_permission_even_where_nothing_is_found(fleet):
    reader = Actor(fleet.tenant, "usr_2", ActorKind.USER, frozenset({READ_SHIPS}))
    done = await run(fleet, UPDATE, {"name": {"eq": "Zoe"}}, 0, reader, i={"captain": "Cy"})
    assert [it["code"] for it in done["userErrors"]] == ["FORBIDDEN"]
