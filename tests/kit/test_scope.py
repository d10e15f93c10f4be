"""Scope: whoever sees only their own ships finds nothing of others', by whatever way they ask."""

from contextlib import nullcontext

import pytest

from services.chassis.actor import Actor, ActorKind
from services.chassis.graph import mutate
from services.chassis.graph.errors import add_current
from services.chassis.refusals import NotFound, Referenced
from tests.kit.harbour import ALL
from tests.toy.model import SEE_ALL_SHIPS, Ship, Voyage


@pytest.fixture
async def pier(harbour):
    """Ann is the sailor's, Bea is another's; both have sailed, with the same pilot."""
    harbour.sailor = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL - {SEE_ALL_SHIPS})
    harbour.ann = await harbour.ship(name="Ann", ownerId="usr_2", callSign="A")
    harbour.bea = await harbour.ship(name="Bea", callSign="B")
    for ship in (harbour.ann, harbour.bea):
        await harbour.voyage(ship, f"Port of {ship}", pilotId="pil_1")
    return harbour


async def found(pier, where, root="ships"):
    kind = {"ships": "Ship", "voyages": "Voyage"}[root]
    document = f"query($w: {kind}Where) {{ {root}(where: $w) {{ nodes {{ id }} }} }}"
    return [it["id"] for it in (await pier.ask(document, pier.sailor, w=where))[root]["nodes"]]


async def test_whoever_registers_a_ship_answers_for_it_unless_another_is_named(harbour):
    document = "query($i: ID!) { ship(id: $i) { owner { id } team { id } } }"
    for given, owner, team in (
        ({}, {"id": "usr_1"}, None),
        ({"ownerId": "usr_9", "teamId": "tea_1"}, {"id": "usr_9"}, {"id": "tea_1"}),
        ({"ownerId": None}, None, None),
    ):
        id = await harbour.ship(**given)
        assert (await harbour.ask(document, i=id))["ship"] == {"owner": owner, "team": team}


async def test_a_part_has_no_owner_and_no_team_of_its_own(pier):
    (voyage,) = (await pier.ask("{ voyages(first: 1) { nodes { owner { id } team { id } } } }"))[
        "voyages"
    ]["nodes"]
    assert voyage == {"owner": None, "team": None}
    given = pier.answerer.schema._schema.type_map["SailVoyageInput"].fields
    assert not {"ownerId", "teamId"} & given.keys()


async def test_a_list_and_its_counts_hold_what_is_seen(pier):
    document = """{ ships { nodes { id } count { value } }
        all: ships { count(mode: EXACT) { value } }
        voyages { nodes { ship { id } } count { value } } }"""
    data = await pier.ask(document, pier.sailor)
    assert data["ships"] == {"nodes": [{"id": pier.ann}], "count": {"value": 1}}
    assert data["all"]["count"]["value"] == 1
    assert data["voyages"] == {"nodes": [{"ship": {"id": pier.ann}}], "count": {"value": 1}}


async def test_a_record_by_its_id_or_key_is_null_and_a_related_page_leaves_it_out(pier):
    document = """query($i: ID!, $r: [_Any!]!) { ship(id: $i) { id }
        _entities(representations: $r) { ... on Ship { id }
        ... on Pilot { voyages { nodes { ship { id } } count { value } } } } }"""
    keys = [{"__typename": "Ship", "id": it} for it in (pier.bea, pier.ann)]
    keys.append({"__typename": "Pilot", "id": "pil_1"})
    data = await pier.ask(document, pier.sailor, i=pier.bea, r=keys)
    assert data["ship"] is None
    assert data["_entities"][:2] == [None, {"id": pier.ann}]
    page = data["_entities"][2]["voyages"]
    assert page == {"nodes": [{"ship": {"id": pier.ann}}], "count": {"value": 1}}


async def test_a_filter_over_relations_asks_only_of_what_is_seen(pier):
    theirs = {"port": {"eq": f"Port of {pier.bea}"}}
    assert await found(pier, {"voyages": {"some": theirs}}) == []
    assert await found(pier, {"voyages": {"none": theirs}}) == [pier.ann]
    assert await found(pier, {"voyages": {"count": {"gte": 1}}}) == [pier.ann]
    assert await found(pier, {"ship": {"name": {"eq": "Bea"}}}, "voyages") == []
    assert await found(pier, {"shipId": {"eq": pier.bea}}, "voyages") == []
    assert len(await found(pier, {"ship": {"name": {"eq": "Ann"}}}, "voyages")) == 1


async def test_a_reference_to_what_is_hidden_is_null(pier, monkeypatch):
    """Parts are seen with their ship; here they are let be seen without it."""
    monkeypatch.setattr(Voyage, "__part_of__", None)
    data = await pier.ask("{ voyages { nodes { ship { id } } } }", pier.sailor)
    assert sorted(str(it["ship"]) for it in data["voyages"]["nodes"]) == sorted(
        ["None", str({"id": pier.ann})]
    )


async def test_a_work_reads_locks_and_gathers_what_is_seen(pier):
    async with pier.works.begin(pier.sailor) as work:
        assert (await work.get(Ship, pier.ann)).name == "Ann"
        for read in (work.get, work.lock):
            with pytest.raises(NotFound):
                await read(Ship, pier.bea)
        assert list(await work.all(Ship, [pier.ann, pier.bea])) == [pier.ann]


@pytest.mark.parametrize(
    "deed",
    [
        'updateShip(id: $i, input: {name: "Mine"})',
        'updateShip(id: $i, input: {name: "Mine"}, expectedVersion: 9)',
        'updateShip(id: $i, input: {name: "M"}, expectedVersion: 9, onConflict: MERGE_DISJOINT)',
        'sinkShip(id: $i, input: {cause: "ice"}, expectedVersion: 9)',
        "archiveShip(id: $i)",
        "purgeShip(id: $i)",
        'sailVoyage(input: {shipId: $i, port: "Riga"})',
    ],
)
async def test_a_deed_on_what_is_hidden_is_refused_as_if_it_were_not_there(pier, deed):
    document = f"""mutation($i: ID!) {{ done: {deed} {{ userErrors {{ code
        ... on VersionConflictError {{ overlappingFields current {{ id }} }} }} }} }}"""
    done = (await pier.ask(document, pier.sailor, i=pier.bea))["done"]
    assert done["userErrors"] == [{"code": "NOT_FOUND"}]
    assert await pier.told(pier.bea) == ["registered"]


async def test_a_conflict_tells_nothing_of_a_record_that_went_out_of_sight(pier, monkeypatch):
    """Between the refusal and what it tells, the ship goes to another."""

    async def after_it_went(*of):
        async with pier.works.begin(await pier.actor(None)) as work:
            (await work.get(Ship, pier.ann)).owner_id = "usr_9"
        await add_current(*of)

    document = """mutation($i: ID!) { done: updateShip(id: $i, input: {captain: "Eve"},
        expectedVersion: 9) { userErrors { code ... on VersionConflictError {
        overlappingFields current { id } } } } }"""
    told = {"code": "VERSION_CONFLICT", "overlappingFields": [], "current": {"id": pier.ann}}
    assert (await pier.ask(document, pier.sailor, i=pier.ann))["done"]["userErrors"] == [told]
    monkeypatch.setattr(mutate, "add_current", after_it_went)
    (hidden,) = (await pier.ask(document, pier.sailor, i=pier.ann))["done"]["userErrors"]
    assert hidden == told | {"current": None}


async def test_a_deed_on_what_a_filter_finds_is_done_to_what_is_seen(pier):
    document = """mutation {
        done: updateShips(where: {}, input: {captain: "Eve"}, expectedCount: 1)
        { results { id status } userErrors { code } } }"""
    done = (await pier.ask(document, pier.sailor))["done"]
    assert done == {"results": [{"id": pier.ann, "status": "UPDATED"}], "userErrors": []}
    assert (await pier.ask("{ ships(where: {captain: {isNull: true}}) { nodes { id } } }"))[
        "ships"
    ]["nodes"] == [{"id": pier.bea}]


UPSERT = """mutation($items: [UpsertShipsItem!]!) { done: upsertShips(items: $items)
    { results { id status ship { id } userErrors { code } } userErrors { code } } }"""


async def test_an_upsert_neither_changes_nor_doubles_nor_names_what_is_hidden(pier):
    item = {"externalRef": {"source": "port", "id": "7"}, "input": {"name": "Eve"}}
    (made,) = (await pier.ask(UPSERT, items=[item]))["done"]["results"]
    changed = item | {"input": {"name": "Mine"}}
    (row,) = (await pier.ask(UPSERT, pier.sailor, items=[changed]))["done"]["results"]
    refused = {"id": None, "status": "REFUSED", "ship": None}
    assert row == refused | {"userErrors": [{"code": "NOT_FOUND"}]}
    ships = await pier.ask('{ ships(where: {name: {in: ["Eve", "Mine"]}}) { nodes { id } } }')
    assert ships["ships"]["nodes"] == [{"id": made["id"]}]


async def test_a_taken_key_names_the_records_that_are_seen(pier):
    document = """mutation($c: String!) { done: createShip(input: {name: "Dora", callSign: $c})
        { userErrors { code ... on DuplicateError { candidates } } } }"""
    for sign, candidates in (("A", [pier.ann]), ("B", [])):
        (told,) = (await pier.ask(document, pier.sailor, c=sign))["done"]["userErrors"]
        assert told == {"code": "DUPLICATE", "candidates": candidates}


async def test_nothing_is_put_below_what_is_hidden(pier):
    """Not even by a command that forgets to read what it refers to."""
    for ship, refused in ((pier.bea, True), (pier.ann, False)):
        with pytest.raises(Referenced) if refused else nullcontext():
            async with pier.works.begin(pier.sailor) as work:
                work.add(Voyage, ship_id=ship, port="Riga")
    assert await pier.counted("voyage WHERE port = 'Riga'") == 1
