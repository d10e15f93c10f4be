"""What a record type costs to declare, counted, and all that it is given for it."""

import ast
from pathlib import Path

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.contracts import graphs
from tests.kit.harbour import ALL, REFUSED
from tests.toy import buoys
from tests.toy.buoys.commands import EDIT_BUOYS, PURGE_BUOYS
from tests.toy.schema import schema

FIELDS = ("name", "keeper", "depth", "laidOn", "ship")
TOLD = f"changedFields events {{ id type }} replayed {REFUSED}"
CREATE = f"""
    mutation($i: CreateBuoyInput!, $key: String, $dry: Boolean) {{
      done: createBuoy(input: $i, idempotencyKey: $key, dryRun: $dry) {{
        buoy {{ id name depth version ship {{ name }} }} {TOLD} }} }}
"""
UPDATE = f"""
    mutation($id: ID!, $i: UpdateBuoyInput!, $v: Int, $c: OnConflict! = REFUSE) {{
      done: updateBuoy(id: $id, input: $i, expectedVersion: $v, onConflict: $c) {{
        buoy {{ name keeper version }} {TOLD} }} }}
"""
LIVES = "mutation($id: ID!) {{ done: {deed}Buoy(id: $id) {{ buoy {{ archivedAt }} {told} }} }}"
UPSERT = f"""
    mutation($items: [UpsertBuoysItem!]!) {{ done: upsertBuoys(items: $items) {{
      results {{ status buoy {{ id name }} {REFUSED} }} events {{ type }} {REFUSED} }} }}
"""
UPDATE_WHERE = f"""
    mutation($w: BuoyWhere!, $i: UpdateBuoysInput!, $n: Int!) {{
      done: updateBuoys(where: $w, input: $i, expectedCount: $n) {{
        results {{ status buoy {{ name keeper }} }} events {{ type }} {REFUSED} }} }}
"""
LIST = """
    query($w: BuoyWhere, $o: [BuoyOrder!], $n: Int, $after: String) {
      buoys(where: $w, orderBy: $o, first: $n, after: $after) {
        nodes { name keeper ship { name } } count { value precision }
        pageInfo { endCursor hasNextPage } } }
"""
ENTITIES = """
    query($r: [_Any!]!) { _entities(representations: $r) { __typename
      ... on Buoy { name depth laidOn keeper ship { id } } } }
"""


def declared():
    """Give the lines of the slice that declare: no blank ones, no imports, no captions."""
    for file in sorted(Path(buoys.__file__).parent.glob("*.py")):
        text = file.read_text("utf-8")
        kept = [it for it in ast.parse(text).body if not _is_preamble(it)]
        first = min((_first_line(it) for it in kept), default=len(text.splitlines()) + 1)
        yield from (it for it in text.splitlines()[first - 1 :] if it.strip())


def _is_preamble(node):
    is_caption = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_caption or isinstance(node, ast.Import | ast.ImportFrom)


def _first_line(node):
    return min([node.lineno, *(it.lineno for it in getattr(node, "decorator_list", ()))])


async def create(harbour, actor=None, key=None, dry=None, **given):
    return (await harbour.ask(CREATE, actor, i=given, key=key, dry=dry))["done"]


async def laid(harbour, *names, **given):
    """Lay buoys and give their ids."""
    done = [await create(harbour, name=name, **given) for name in names]
    return [it["buoy"]["id"] for it in done]


async def life(harbour, deed, id, actor=None):
    document = LIVES.format(deed=deed, told=TOLD)
    return (await harbour.ask(document, actor, id=id))["done"]


async def listed(harbour, **asked):
    return (await harbour.ask(LIST, **asked))["buoys"]


def types(done):
    return [it["type"] for it in done["events"]]


def codes(done):
    return [it["code"] for it in done["userErrors"]]


def test_five_fields_over_all_rooms_are_forty_lines():
    lines = list(declared())
    assert sum("write=True" in it for it in lines) == len(FIELDS)
    assert len(lines) <= 40


def test_all_that_is_declared_describes_itself_and_nothing_is_null_by_default():
    sdl = schema.as_str()
    assert graphs.undescribed(sdl) == []
    assert graphs.null_defaults(sdl) == []
    told = graphs.root_fields(sdl)
    assert {it for it in told if it.lower().endswith(("buoy", "buoys"))} == {
        *("buoy", "buoys", "createBuoy", "updateBuoy", "archiveBuoy", "restoreBuoy"),
        *("purgeBuoy", "updateBuoys", "upsertBuoys", "importBuoys", "exportBuoys"),
    }
    assert "Requires `toy:buoy:edit`. Publishes toy.buoy.created.v1." in sdl


async def test_a_list_is_filtered_sorted_counted_and_turned_page_by_page(harbour):
    ship = await harbour.ship(name="Ann")
    await laid(harbour, "c", "a", "b", shipId=ship)
    await laid(harbour, "d")
    order = [{"field": "NAME", "direction": "DESC"}]
    where = {"ship": {"name": {"startsWith": "A"}}, "depth": {"gte": "10"}}
    page = await listed(harbour, w=where, o=order, n=2)
    assert [it["name"] for it in page["nodes"]] == ["c", "b"]
    assert page["nodes"][0]["ship"] == {"name": "Ann"}
    assert page["count"] == {"value": 3, "precision": "EXACT"}
    rest = await listed(harbour, w=where, o=order, n=2, after=page["pageInfo"]["endCursor"])
    assert [it["name"] for it in rest["nodes"]] == ["a"]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_a_ship_has_its_buoys_and_is_found_by_them_in_a_constant_number_of_statements(
    harbour,
):
    document = """query($n: Int) { ships(first: $n, where: {buoys: {some: {name: {eq: "a"}}}}) {
        nodes { name buoys { nodes { name } } } } }"""
    for name in ("Ann", "Bea"):
        await laid(harbour, "a", "b", shipId=await harbour.ship(name=name))
    await harbour.ship(name="Cleo")
    found = (await harbour.ask(document, n=9))["ships"]["nodes"]
    assert {it["name"]: len(it["buoys"]["nodes"]) for it in found} == {"Ann": 2, "Bea": 2}
    assert await harbour.statements(document, n=1) == await harbour.statements(document, n=9)


async def test_it_is_made_once_for_a_key_and_rehearsed_without_a_trace(harbour):
    before = await harbour.counts()
    dry = await create(harbour, dry=True, name="a", keeper="Bo")
    assert (dry["buoy"]["depth"], types(dry)) == ("10.0000", ["toy.buoy.created.v1"])
    assert await harbour.counts() == before
    first = await create(harbour, key="k", name="a", keeper="Bo")
    again = await create(harbour, key="k", name="a", keeper="Bo")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert (again["buoy"], again["events"]) == (first["buoy"], first["events"])
    assert codes(await create(harbour, key="k", name="b")) == ["IDEMPOTENCY_MISMATCH"]
    assert await harbour.rows("SELECT name, keeper FROM buoy") == [("a", "Bo")]
    assert "Bo" not in str(await harbour.events())


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": " "}, "REQUIRED", ["input", "name"]),
        ({"name": "x" * 201}, "TOO_LONG", ["input", "name"]),
        ({"name": "a", "depth": "1e20"}, "OUT_OF_RANGE", ["input", "depth"]),
        ({"name": "a", "shipId": "shp_0"}, "REFERENCED", ["input", "shipId"]),
    ],
)
async def test_what_cannot_be_is_refused_and_not_kept(harbour, given, code, path):
    done = await create(harbour, **given)
    assert [(it["code"], it["path"]) for it in done["userErrors"]] == [(code, path)]
    assert (done["buoy"], await harbour.counted("buoy"), await harbour.told()) == (None, 0, [])


async def test_stale_edits_are_refused_and_those_of_other_fields_merged(harbour):
    (id,) = await laid(harbour, "a")

    async def update(given, conflict="REFUSE"):
        return (await harbour.ask(UPDATE, id=id, i=given, v=1, c=conflict))["done"]

    assert types(await update({"name": "b"})) == ["toy.buoy.updated.v1"]
    assert codes(await update({"keeper": "Bo"})) == ["VERSION_CONFLICT"]
    merged = await update({"keeper": "Bo"}, "MERGE_DISJOINT")
    assert merged["buoy"] == {"name": "b", "keeper": "Bo", "version": 3}
    assert codes(await update({"name": "c"}, "MERGE_DISJOINT")) == ["VERSION_CONFLICT"]
    assert await harbour.rows("SELECT name, keeper, version FROM buoy") == [("b", "Bo", 3)]


async def test_it_is_put_away_brought_back_and_removed_by_those_who_may(harbour):
    (id,) = await laid(harbour, "a")
    editor = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL - {PURGE_BUOYS})
    reader = Actor(harbour.tenant, "usr_3", ActorKind.USER, ALL - {EDIT_BUOYS})
    assert codes(await life(harbour, "archive", id, reader)) == ["FORBIDDEN"]
    assert types(await life(harbour, "archive", id)) == ["toy.buoy.archived.v1"]
    assert (await listed(harbour))["nodes"] == []
    assert types(await life(harbour, "restore", id)) == ["toy.buoy.restored.v1"]
    assert codes(await life(harbour, "purge", id)) == ["INVALID_TRANSITION"]
    await life(harbour, "archive", id)
    assert codes(await life(harbour, "purge", id, editor)) == ["FORBIDDEN"]
    assert types(await life(harbour, "purge", id)) == ["toy.buoy.purged.v1"]
    assert await harbour.counted("buoy") == 0
    assert await harbour.told(id) == ["created", "archived", "restored", "archived", "purged"]


async def test_many_are_brought_in_twice_and_are_there_once(harbour):
    items = [
        {"externalRef": {"source": "chart", "id": str(n)}, "input": {"name": f"buoy {n}"}}
        for n in range(3)
    ]
    items[1]["input"] = {}
    first = (await harbour.ask(UPSERT, items=items))["done"]
    assert [it["status"] for it in first["results"]] == ["CREATED", "REFUSED", "CREATED"]
    assert first["results"][1]["userErrors"][0]["path"] == ["items", "1", "input", "name"]
    items[1]["input"] = {"name": "buoy 1"}
    again = (await harbour.ask(UPSERT, items=items))["done"]
    assert [it["status"] for it in again["results"]] == ["UNCHANGED", "CREATED", "UNCHANGED"]
    assert types(again) == ["toy.buoy.created.v1"]


async def test_all_that_a_filter_finds_are_changed_alike_if_they_are_as_many_as_said(harbour):
    await laid(harbour, "a", "b", "c")
    where = {"name": {"in": ["a", "b"]}}
    for count, told in ((3, ["INVALID"]), (2, [])):
        given = {"w": where, "i": {"keeper": "Bo"}, "n": count}
        done = (await harbour.ask(UPDATE_WHERE, **given))["done"]
        assert codes(done) == told
    assert [it["buoy"]["keeper"] for it in done["results"]] == ["Bo", "Bo"]
    assert types(done) == ["toy.buoy.updated.v1"] * 2
    rows = await harbour.rows("SELECT name FROM buoy WHERE keeper IS NULL")
    assert rows == [("c",)]


async def test_a_router_gets_many_in_one_statement_and_none_of_another_company(harbour, elsewhere):
    ids = await laid(harbour, "a", "b")
    keys = [{"__typename": "Buoy", "id": it} for it in [*ids, *await laid(elsewhere, "c")]]
    found = (await harbour.ask(ENTITIES, r=keys))["_entities"]
    assert [it and it["name"] for it in found] == ["a", "b", None]
    one = await harbour.statements(ENTITIES, r=keys[:1])
    assert one == await harbour.statements(ENTITIES, r=keys[:2])
