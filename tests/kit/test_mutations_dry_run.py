"""Dry runs: all that the real run would say, and nothing kept."""

import pytest

from tests.kit.harbour import REFUSED

TOLD = f"changedFields changes {{ field before after }} events {{ id type }} {REFUSED} warnings"
CREATE = f"""
    mutation($i: CreateShipInput!, $dry: Boolean, $key: String) {{
      done: createShip(input: $i, dryRun: $dry, idempotencyKey: $key) {{
        ship {{ id name captain version label }} replayed {TOLD} }} }}
"""
UPDATE = f"""
    mutation($id: ID!, $i: UpdateShipInput!, $dry: Boolean) {{
      done: updateShip(id: $id, input: $i, dryRun: $dry) {{
        ship {{ name captain version }} {TOLD} }} }}
"""
SINK = f"""
    mutation($id: ID!, $dry: Boolean) {{
      done: sinkShip(id: $id, input: {{cause: "ice"}}, dryRun: $dry) {{
        ship {{ state version }} {TOLD} }} }}
"""
UPSERT = f"""
    mutation($items: [UpsertShipsItem!]!, $dry: Boolean) {{
      done: upsertShips(items: $items, dryRun: $dry) {{
        results {{ index status ship {{ name }} {REFUSED} }} events {{ id type }} {REFUSED} }} }}
"""


def told(done):
    """Give what a dry run and a real run say alike: all but ids and the time of day."""
    events = [it["type"] for it in done["events"]]
    record = {k: v for k, v in (done["ship"] or {}).items() if k != "id"}
    changes = [it for it in done["changes"] if it["field"] != "createdAt"]
    return done | {"events": events, "ship": record, "changes": changes}


async def rehearsed(harbour, document, **given):
    """Run dry, see that no table has a row more or less, and give what was said."""
    before = await harbour.counts()
    done = (await harbour.ask(document, dry=True, **given))["done"]
    assert await harbour.counts() == before
    assert [it["id"] for it in done["events"]] == [None] * len(done["events"])
    return done


@pytest.mark.parametrize(
    ("document", "given"),
    [
        (CREATE, {"i": {"name": "Bea", "builtOn": "1999-01-01"}}),
        (CREATE, {"i": {"name": "", "captain": "x" * 201}}),
        (UPDATE, {"i": {"name": "Bea", "captain": None}}),
        (UPDATE, {"i": {"name": "Ann"}}),
        (SINK, {}),
    ],
)
async def test_a_dry_run_says_what_the_real_run_then_says_and_leaves_no_row(
    harbour, document, given
):
    id = await harbour.ship(name="Ann", captain="Bo")
    given = given if document is CREATE else {"id": id} | given
    dry = await rehearsed(harbour, document, **given)
    real = (await harbour.ask(document, dry=False, **given))["done"]
    assert told(dry) == told(real)
    assert all(it["id"] for it in real["events"])


async def test_a_dry_run_shows_the_record_as_it_would_be_and_what_would_change(harbour):
    id = await harbour.ship(name="Ann", captain="Bo")
    dry = await rehearsed(harbour, UPDATE, id=id, i={"name": "Bea"})
    assert dry["ship"] == {"name": "Bea", "captain": "Bo", "version": 2}
    assert dry["changes"] == [{"field": "name", "before": "Ann", "after": "Bea"}]
    assert await harbour.rows("SELECT name, version FROM ship") == [("Ann", 1)]


async def test_a_key_that_another_record_has_is_refused_by_a_dry_run_too(harbour):
    await harbour.ship(name="Ann", callSign="DAAA")
    dry = await rehearsed(harbour, CREATE, i={"name": "Bea", "callSign": "DAAA"})
    assert [it["code"] for it in dry["userErrors"]] == ["DUPLICATE"]


async def test_a_dry_run_takes_no_idempotency_key(harbour):
    await rehearsed(harbour, CREATE, i={"name": "Ann"}, key="k")
    real = (await harbour.ask(CREATE, i={"name": "Bea"}, key="k"))["done"]
    assert (real["ship"]["name"], real["replayed"]) == ("Bea", False)


async def test_a_dry_run_of_many_tells_each_row_and_keeps_none(harbour):
    items = [
        {"externalRef": {"source": "yard", "id": str(n)}, "input": {"name": name}}
        for n, name in enumerate(["Ann", "", "Bea"])
    ]
    dry = await rehearsed(harbour, UPSERT, items=items)
    assert [it["status"] for it in dry["results"]] == ["CREATED", "REFUSED", "CREATED"]
    assert dry["results"][2]["ship"] == {"name": "Bea"}
    assert len(dry["events"]) == 2
    real = (await harbour.ask(UPSERT, items=items))["done"]
    assert real["results"] == dry["results"]


async def test_a_warning_does_not_stand_in_the_way(harbour):
    id = await harbour.ship(name="Ann", captain="Bo")
    done = (await harbour.ask(SINK, id=id))["done"]
    assert (done["warnings"], done["userErrors"]) == (["its captain stands without a ship"], [])


async def test_what_the_payload_cannot_give_is_no_refusal_of_what_was_done(harbour):
    document = """mutation { done: createShip(input: {name: "Ann"}) {
        ship { id voyages(first: 900) { nodes { id } } } userErrors { code } } }"""
    answer = await harbour.answer(document)
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["LIMIT_EXCEEDED"]
    assert await harbour.rows("SELECT name FROM ship") == [("Ann",)]
