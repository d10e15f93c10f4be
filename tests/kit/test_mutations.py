"""Mutations: what they answer, what they refuse, and that a refusal leaves nothing."""

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit.harbour import REFUSED
from tests.toy.queries import READ_SHIPS

CREATE = f"""
    mutation($i: CreateShipInput!) {{ done: createShip(input: $i) {{
      ship {{ id name label version createdBy {{ kind id }} value {{ amount currency }} }}
      changedFields events {{ id type }} {REFUSED}
    }} }}
"""
UPDATE = f"""
    mutation($id: ID!, $i: UpdateShipInput!, $v: Int) {{
      done: updateShip(id: $id, input: $i, expectedVersion: $v) {{
        ship {{ id name captain version }} changedFields events {{ type }} {REFUSED}
      }}
    }}
"""
SINK = f"""
    mutation($id: ID!, $v: Int) {{
      done: sinkShip(id: $id, input: {{cause: "ice"}}, expectedVersion: $v) {{
        ship {{ state }} changedFields events {{ type }} {REFUSED}
      }}
    }}
"""
COUNTS = """
    SELECT (SELECT count(*) FROM ship), (SELECT count(*) FROM event),
           (SELECT count(*) FROM audit_line)
"""


async def test_a_made_record_comes_back_with_its_origin_its_fields_and_its_event(harbour):
    given = {
        "name": "Ann",
        "builtOn": "1999-01-01",
        "value": {"amount": "2.50", "currency": "EUR"},
    }
    done = (await harbour.ask(CREATE, i=given))["done"]
    assert done["ship"]["label"] == "Ann of 1999"
    assert done["ship"]["createdBy"] == {"kind": "USER", "id": "usr_1"}
    assert done["ship"]["value"] == {"amount": "2.50", "currency": "EUR"}
    assert done["ship"]["version"] == 1
    assert {"name", "builtOn", "value"} <= set(done["changedFields"])
    assert [it["type"] for it in done["events"]] == ["toy.ship.registered.v1"]
    assert await harbour.rows("SELECT id FROM event") == [(done["events"][0]["id"],)]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": "x" * 201}, "TOO_LONG", ["input", "name"]),
        ({"name": "  "}, "REQUIRED", ["input", "name"]),
        ({"name": "a\u0000b"}, "OUT_OF_RANGE", ["input", "name"]),
        ({"value": {"amount": "1.005", "currency": "EUR"}}, "OUT_OF_RANGE", ["input", "value"]),
        ({"value": {"amount": "1e17", "currency": "EUR"}}, "OUT_OF_RANGE", ["input", "value"]),
        ({"value": {"amount": "NaN", "currency": "EUR"}}, "OUT_OF_RANGE", ["input", "value"]),
        ({"ownerId": "x" * 65}, "TOO_LONG", ["input", "ownerId"]),
    ],
)
async def test_what_a_column_cannot_hold_is_refused_and_nothing_is_kept(
    harbour, given, code, path
):
    done = (await harbour.ask(CREATE, i={"name": "Ann"} | given))["done"]
    assert done["ship"] is None
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [(code, path)]
    assert await harbour.rows(COUNTS) == [(0, 0, 0)]


async def test_all_that_is_wrong_is_told_together(harbour):
    given = {"name": "", "ownerId": "x" * 65}
    done = (await harbour.ask(CREATE, i=given))["done"]
    assert [it["path"][1] for it in done["userErrors"]] == ["name", "ownerId"]


async def test_absent_stays_null_clears_and_a_required_field_cannot_be_cleared(harbour):
    id = await harbour.ship(name="Ann", captain="Bo")
    done = (await harbour.ask(UPDATE, id=id, i={"name": "Bea"}))["done"]
    assert (done["ship"]["captain"], done["changedFields"]) == ("Bo", ["name"])
    done = (await harbour.ask(UPDATE, id=id, i={"captain": None}))["done"]
    assert (done["ship"]["captain"], done["changedFields"]) == (None, ["captain"])
    done = (await harbour.ask(UPDATE, id=id, i={"name": None}))["done"]
    assert [it["code"] for it in done["userErrors"]] == ["REQUIRED"]


async def test_an_update_that_changes_nothing_makes_no_version_no_line_no_event(harbour):
    id = await harbour.ship(name="Ann")
    before = await harbour.rows(COUNTS)
    done = (await harbour.ask(UPDATE, id=id, i={"name": "Ann"}))["done"]
    assert (done["ship"]["version"], done["changedFields"]) == (1, [])
    assert await harbour.rows(COUNTS) == before


async def test_a_stale_version_is_refused_by_updates_and_by_verbs(harbour):
    id = await harbour.ship(name="Ann")
    for document in (UPDATE, SINK):
        done = (await harbour.ask(document, id=id, i={"name": "Bea"}, v=7))["done"]
        assert [it["code"] for it in done["userErrors"]] == ["VERSION_CONFLICT"]
    assert await harbour.rows("SELECT name, state, version FROM ship") == [("Ann", "AFLOAT", 1)]


async def test_a_verb_refuses_by_its_own_reason_and_keeps_the_record(harbour):
    id = await harbour.ship()
    done = (await harbour.ask(SINK, id=id, v=1))["done"]
    assert (done["ship"], done["changedFields"]) == ({"state": "SUNK"}, ["state"])
    done = (await harbour.ask(SINK, id=id))["done"]
    assert [it["reason"] for it in done["userErrors"]] == ["SHIP_LOST"]
    assert [it.type for it in await harbour.rows("SELECT type FROM event ORDER BY sequence")] == [
        "toy.ship.registered.v1",
        "toy.ship.sunk.v1",
    ]


async def test_without_the_permission_nothing_is_done(harbour):
    reader = Actor(harbour.tenant, "usr_2", ActorKind.USER, frozenset({READ_SHIPS}))
    done = (await harbour.ask(CREATE, reader, i={"name": "Ann"}))["done"]
    assert [it["code"] for it in done["userErrors"]] == ["FORBIDDEN"]
    assert await harbour.rows(COUNTS) == [(0, 0, 0)]


async def test_another_companys_record_is_not_found(harbour, elsewhere):
    id = await elsewhere.ship(name="Eve")
    done = (await harbour.ask(UPDATE, id=id, i={"name": "Mine"}))["done"]
    assert [it["code"] for it in done["userErrors"]] == ["NOT_FOUND"]
    assert await elsewhere.rows("SELECT name FROM ship") == [("Eve",)]


async def test_a_reference_to_another_companys_record_is_refused(harbour, elsewhere):
    foreign = await elsewhere.ship(name="Eve")
    answer = await harbour.ask(
        f"""mutation($i: SailVoyageInput!) {{ done: sailVoyage(input: $i) {{
              voyage {{ id }} {REFUSED} }} }}""",
        i={"shipId": foreign, "port": "Riga", "miles": "1"},
    )
    assert [it["code"] for it in answer["done"]["userErrors"]] == ["NOT_FOUND"]
    assert await harbour.rows("SELECT id FROM voyage") == []


async def test_an_events_data_names_the_change_but_tells_nothing_personal(harbour):
    id = await harbour.ship(name="Ann", captain="Captain Canary")
    await harbour.ask(SINK, id=id)
    bodies = "".join(it.body for it in await harbour.rows("SELECT body FROM event"))
    assert '"captain"' in bodies
    assert "Canary" not in bodies
    audited = str(await harbour.rows("SELECT after FROM audit_line"))
    assert "Canary" in audited


async def test_a_fault_is_masked_and_says_only_where_to_look(harbour, monkeypatch):
    async def break_down(*_arguments):
        raise ValueError("secret dsn")

    monkeypatch.setattr("services.chassis.graph.read.Reader.page", break_down)
    answer = await harbour.answer("{ ships { nodes { id } } }")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["requestId"].startswith("req_")
    assert "secret" not in str(answer)
