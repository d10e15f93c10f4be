"""Odd values are refused where they stand, and never reach the database: each was a fault once."""

import pytest

REFUSED = "userErrors { code path }"
INSTANT = "0001-01-01T00:00:00+14:00"


@pytest.mark.parametrize(
    "where",
    [
        {"name": {"eq": "\x00"}},
        {"name": {"in": ["a", "a\x00"]}},
        {"name": {"startsWith": "\x00"}},
        {"id": {"ne": "\x00"}},
        {"externalRef": {"source": "shop", "in": ["\x00"]}},
        {"createdAt": {"gt": "2026-03-29T01:30:00"}},
        {"createdAt": {"gt": INSTANT}},
        {"createdAt": {"notIn": ["9999-12-31T23:59:59-14:00"]}},
        {"value": {"amount": {"gt": "1E+999999999"}}},
        {"value": {"amount": {"lt": "0E-999999"}}},
        {"value": {"amount": {"eq": "sNaN"}}},
        {"value": {"amount": {"lte": "Infinity"}}},
    ],
)
async def test_a_filter_compares_with_no_odd_value(harbour, where):
    document = "query($w: ShipWhere) { ships(where: $w) { nodes { id } } }"
    (error,) = (await harbour.answer(document, w=where))["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("INVALID", ["ships"])


@pytest.mark.parametrize("amount", ["1E+999999999", "0E+999999", "1E-999999", "sNaN", "-Infinity"])
async def test_an_amount_that_cannot_be_written_out_is_refused(harbour, amount):
    given = {"name": "Ann", "value": {"amount": amount, "currency": "EUR"}}
    done = await harbour.mutate("createShip", "ship { id }", input=given)
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        ("OUT_OF_RANGE", ["input", "value"])
    ]
    assert await harbour.counted("ship") == 0


@pytest.mark.parametrize(
    ("id", "code"),
    [("", "INVALID"), ("\x00", "INVALID"), ("ü", "INVALID"), ("a" * 65, "TOO_LONG")],
)
async def test_what_can_be_no_id_is_not_kept_as_one(harbour, id, code):
    done = await harbour.mutate("createShip", "ship { id }", input={"name": "A", "ownerId": id})
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [
        (code, ["input", "ownerId"])
    ]
    assert await harbour.counted("ship") == 0


@pytest.mark.parametrize("id", ["", "\x00", "a" * 65, "ü"])
async def test_of_what_can_be_no_id_there_is_no_record(harbour, id):
    assert await harbour.ask("query($id: ID!) { ship(id: $id) { id } }", id=id) == {"ship": None}
    document = f"mutation($id: ID!) {{ updateShip(id: $id, input: {{}}) {{ {REFUSED} }} }}"
    refused = (await harbour.ask(document, id=id))["updateShip"]["userErrors"]
    assert [it["code"] for it in refused] == ["NOT_FOUND"]
    keys = [{"__typename": it, "id": id} for it in ("Ship", "Pilot")]
    assert await harbour.ask(ENTITIES, r=keys) == {"_entities": [None, None]}


ENTITIES = """query($r: [_Any!]!) { _entities(representations: $r) { __typename
    ... on Pilot { voyages { nodes { id } } } } }"""


@pytest.mark.parametrize(
    "key",
    [
        *({}, {"id": "x"}, {"__typename": "Ship"}, 1, "Ship", []),
        *({"__typename": "Ship", "id": 2}, {"__typename": ["Ship"], "id": "x"}),
        *({"__typename": "Ship", "id": ["x"]}, {"__typename": "Ship", "id": None}),
    ],
)
async def test_a_representation_without_a_type_or_a_key_is_refused(harbour, key):
    (error,) = (await harbour.answer(ENTITIES, r=[key]))["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert await harbour.ask(ENTITIES, r=[{"__typename": "Query", "id": "x"}]) == {
        "_entities": [None]
    }


async def test_an_upsert_tells_which_item_has_an_odd_reference(harbour):
    document = f"""mutation($i: [UpsertShipsItem!]!) {{ upsertShips(items: $i) {{
        results {{ status {REFUSED} }} {REFUSED} }} }}"""
    refs = [{"source": "shop", "id": "1"}, {"source": "shop", "id": "\x00"}]
    items = [{"externalRef": it, "input": {"name": "Ann"}} for it in refs]
    done = (await harbour.ask(document, i=items))["upsertShips"]
    assert done["userErrors"] == []
    assert done["results"] == [
        {"status": "CREATED", "userErrors": []},
        {
            "status": "REFUSED",
            "userErrors": [{"code": "OUT_OF_RANGE", "path": ["items", "1", "externalRef"]}],
        },
    ]
