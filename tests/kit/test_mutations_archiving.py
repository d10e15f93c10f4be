"""Archive, restore, purge: what lists show of it, what it refuses, and what is told."""

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit.harbour import ALL, REFUSED
from tests.toy.commands import PURGE_SHIPS

TOLD = f"changedFields events {{ type }} {REFUSED}"
ARCHIVE = f"mutation($id: ID!) {{ done: archiveShip(id: $id) {{ ship {{ archivedAt }} {TOLD} }} }}"
RESTORE = f"mutation($id: ID!) {{ done: restoreShip(id: $id) {{ ship {{ archivedAt }} {TOLD} }} }}"
PURGE = f"mutation($id: ID!) {{ done: purgeShip(id: $id) {{ purgedId ship {{ id }} {TOLD} }} }}"
UPDATE = f"""mutation($id: ID!) {{ done: updateShip(id: $id, input: {{name: "Bea"}}) {{
    ship {{ name }} {TOLD} }} }}"""
LIST = "query($w: ShipWhere) { ships(where: $w) { nodes { name } } }"


async def done(harbour, document, id, actor=None):
    return (await harbour.ask(document, actor, id=id))["done"]


async def listed(harbour, where=None):
    nodes = (await harbour.ask(LIST, w=where))["ships"]["nodes"]
    return sorted(it["name"] for it in nodes)


def codes(it):
    return [(error["code"], error["reason"]) for error in it["userErrors"]]


async def test_an_archived_record_leaves_lists_and_comes_back(harbour):
    id = await harbour.ship(name="Ann")
    await harbour.ship(name="Bea")
    away = await done(harbour, ARCHIVE, id)
    assert away["ship"]["archivedAt"] is not None
    assert [it["type"] for it in away["events"]] == ["toy.ship.archived.v1"]
    assert await listed(harbour) == ["Bea"]
    assert await listed(harbour, {"archived": "ONLY"}) == ["Ann"]
    back = await done(harbour, RESTORE, id)
    assert (back["ship"], back["changedFields"]) == ({"archivedAt": None}, ["archivedAt"])
    assert await listed(harbour) == ["Ann", "Bea"]
    lines = await harbour.rows("SELECT action FROM audit_line WHERE version > 1 ORDER BY at")
    assert lines == [("ARCHIVED",), ("RESTORED",)]


@pytest.mark.parametrize("document", [ARCHIVE, RESTORE])
async def test_what_is_so_already_is_told_once(harbour, document):
    id = await harbour.ship(name="Ann")
    if document is RESTORE:
        await done(harbour, ARCHIVE, id)
    await done(harbour, document, id)
    before = await harbour.counts()
    again = await done(harbour, document, id)
    assert (again["userErrors"], again["events"], again["changedFields"]) == ([], [], [])
    assert await harbour.counts() == before


async def test_an_archived_record_is_not_changed(harbour):
    id = await harbour.ship(name="Ann")
    await done(harbour, ARCHIVE, id)
    assert codes(await done(harbour, UPDATE, id)) == [("INVALID_TRANSITION", "RECORD_ARCHIVED")]
    assert await harbour.rows("SELECT name, version FROM ship") == [("Ann", 2)]


async def test_the_key_of_an_archived_record_is_free_until_it_comes_back(harbour):
    id = await harbour.ship(name="Ann", callSign="DAAA")
    await done(harbour, ARCHIVE, id)
    await harbour.ship(name="Bea", callSign="DAAA")
    assert codes(await done(harbour, RESTORE, id)) == [("DUPLICATE", "DUPLICATE")]
    assert await listed(harbour) == ["Bea"]


async def test_a_purged_record_is_gone_and_its_numbers_go_on(harbour):
    id = await harbour.ship(name="Ann")
    assert codes(await done(harbour, PURGE, id)) == [("INVALID_TRANSITION", "RECORD_NOT_ARCHIVED")]
    await done(harbour, ARCHIVE, id)
    gone = await done(harbour, PURGE, id)
    assert (gone["purgedId"], gone["ship"], gone["userErrors"]) == (id, None, [])
    assert await harbour.rows("SELECT id FROM ship") == []
    assert codes(await done(harbour, PURGE, id)) == [("NOT_FOUND", "NOT_FOUND")]
    told = await harbour.rows("SELECT sequence, type FROM event ORDER BY sequence")
    assert told[-1] == (3, "toy.ship.purged.v1")
    lines = await harbour.rows("SELECT action, version FROM audit_line ORDER BY version")
    assert lines == [("CREATED", 1), ("ARCHIVED", 2), ("PURGED", 3)]


async def test_a_record_that_others_refer_to_is_not_purged(harbour):
    id = await harbour.ship(name="Ann")
    await harbour.voyage(id, "Riga")
    await done(harbour, ARCHIVE, id)
    assert codes(await done(harbour, PURGE, id)) == [("REFERENCED", "REFERENCED")]
    assert await listed(harbour, {"archived": "ONLY"}) == ["Ann"]
    assert "toy.ship.purged.v1" not in str(await harbour.rows("SELECT type FROM event"))


async def test_purging_needs_a_permission_of_its_own(harbour):
    id = await harbour.ship(name="Ann")
    await done(harbour, ARCHIVE, id)
    editor = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL - {PURGE_SHIPS})
    assert codes(await done(harbour, PURGE, id, editor)) == [("FORBIDDEN", "FORBIDDEN")]
    assert await harbour.rows("SELECT count(*) FROM ship") == [(1,)]


async def test_what_other_systems_called_a_purged_record_is_free_again(harbour):
    document = """mutation { done: upsertShips(items: [{externalRef: {source: "yard", id: "1"},
        input: {name: "Ann"}}]) { results { id status } } }"""
    first = (await harbour.ask(document))["done"]["results"][0]
    await done(harbour, ARCHIVE, first["id"])
    await done(harbour, PURGE, first["id"])
    again = (await harbour.ask(document))["done"]["results"][0]
    assert again["status"] == "CREATED"
    assert again["id"] != first["id"]
