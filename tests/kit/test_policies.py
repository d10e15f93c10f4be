"""What a field policy hides comes out by no door, and goes in by none."""

from dataclasses import replace

import pytest

from services.chassis.actor import Actor, ActorKind
from services.chassis.audit import Noted
from services.chassis.graph.masking import may_be_hidden
from services.chassis.graph.shapes import shape_of
from services.chassis.sight import Sight
from tests.kit.harbour import ALL
from tests.kit.transfers import exporting, job_of, queued, running, taken, uploaded
from tests.support.waiting import until
from tests.toy.graph import Ship

CANARY, WORTH = "Canary Captain", "777777.00"
HIDDEN = Sight(hidden={"Ship": frozenset({"captain", "value"})})
FIELDS = "id name captain value { amount currency }"
FORBIDDEN = "hidden from you"


@pytest.fixture
def clerk(harbour):
    """Somebody who may do everything, and see neither captains nor what ships are worth."""
    return Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL, sight=HIDDEN)


@pytest.fixture
async def ship(harbour):
    worth = {"amount": WORTH, "currency": "EUR"}
    return await harbour.ship(name="Ann", captain=CANARY, value=worth)


def is_clean(answer):
    return CANARY not in str(answer) and WORTH not in str(answer) and "777777" not in str(answer)


READS = {
    "by id": f"query($id: ID!) {{ ship(id: $id) {{ {FIELDS} }} }}",
    "in a list": f"{{ ships {{ nodes {{ {FIELDS} }} edges {{ cursor node {{ {FIELDS} }} }} }} }}",
    "under other names": "{ ships { nodes { a: captain b: value { x: amount } } } }",
    "in a fragment": """{ ships { nodes { ...f } } }
        fragment f on Ship { captain value { amount } }""",
    "as an entity": """query($id: ID!) { _entities(representations:
        [{__typename: "Ship", id: $id}]) { ... on Ship { captain value { amount } } } }""",
    "beneath another record": f"{{ voyages {{ nodes {{ ship {{ {FIELDS} }} }} }} }}",
    "in groups": f"{{ shipGroups {{ nodes {{ count records {{ nodes {{ {FIELDS} }} }} }} }} }}",
}


@pytest.mark.feature("PLT-05")
@pytest.mark.parametrize("door", READS)
async def test_what_is_hidden_is_null_and_named(harbour, ship, clerk, door):
    await harbour.voyage(ship, "Riga")
    given = {"id": ship} if "$id" in READS[door] else {}
    answer = await harbour.answer(READS[door], clerk, **given)
    assert is_clean(answer)
    assert "errors" not in answer
    assert answer["extensions"] == {"redacted": ["Ship.captain", "Ship.value"]}
    seen = await harbour.answer(READS[door], **given)
    assert CANARY in str(seen)
    assert "extensions" not in seen


@pytest.mark.usefixtures("ship")
async def test_what_is_not_asked_for_is_not_named(harbour, clerk):
    answer = await harbour.answer("{ ships { nodes { name } } }", clerk)
    assert answer == {"data": {"ships": {"nodes": [{"name": "Ann"}]}}}


PROBES = {
    "filter": '{ ships(where: {captain: {startsWith: "Can"}}) { nodes { id } } }',
    "filter of null": "{ ships(where: {not: {captain: {isNull: true}}}) { nodes { id } } }",
    "filter of money": '{ ships(where: {value: {amount: {gt: "1"}}}) { nodes { id } } }',
    "nested filter": '{ voyages(where: {ship: {captain: {eq: "x"}}}) { nodes { id } } }',
    "count": '{ ships(where: {captain: {contains: "a"}}) { count { value } } }',
    "sort": "{ ships(orderBy: {field: CAPTAIN, direction: ASC}) { edges { cursor } } }",
    "group": "{ shipGroups(groupBy: {field: VALUE_CURRENCY}) { nodes { count } } }",
    "measure": "{ shipGroups { nodes { measures { value { sum { amount } } } } } }",
    "having": "{ shipGroups(having: {measures: {value: {sum: {gt: 1}}}}) { nodes { count } } }",
    "order of groups": """{ shipGroups(orderBy: {field: VALUE_SUM, direction: DESC})
        { nodes { count } } }""",
    "group's filter": '{ shipGroups(where: {captain: {eq: "x"}}) { nodes { count } } }',
    "sort in groups": """{ shipGroups { nodes { records(orderBy: {field: CAPTAIN})
        { nodes { id } } } } }""",
    "relation": """query { voyages(where: {ship: {voyages: {some: {ship: {value: {amount:
        {gt: "1"}}}}}}}) { nodes { id } } }""",
}


@pytest.mark.feature("PLT-05")
@pytest.mark.parametrize("door", PROBES)
async def test_nobody_asks_by_what_is_hidden(harbour, ship, clerk, door):
    await harbour.settle()
    await harbour.voyage(ship, "Riga")
    answer = await harbour.answer(PROBES[door], clerk)
    assert is_clean(answer)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN", error
    assert error["message"] in (f"Ship.captain is {FORBIDDEN}", f"Ship.value is {FORBIDDEN}")


WRITES = {
    "create": ('createShip(input: {name: "Bea", captain: "x"})', "captain"),
    "update": ("updateShip(id: $id, input: {captain: null})", "captain"),
    "update of money": ("updateShip(id: $id, input: {value: null})", "value"),
    "update by filter": (
        'updateShips(where: {name: {eq: "Ann"}}, input: {captain: "x"}, expectedCount: 1)',
        "captain",
    ),
    "dry run": ('updateShip(id: $id, input: {captain: "x"}, dryRun: true)', "captain"),
}


@pytest.mark.parametrize("door", WRITES)
async def test_nobody_writes_what_is_hidden(harbour, ship, clerk, door):
    called, field = WRITES[door]
    declared = "($id: ID!)" if "$id" in called else ""
    document = f"mutation{declared} {{ done: {called} {{ userErrors {{ code message path }} }} }}"
    given = {"id": ship} if declared else {}
    done = (await harbour.ask(document, clerk, **given))["done"]
    told = {"code": "FORBIDDEN", "message": f"Ship.{field} is {FORBIDDEN}"}
    assert done["userErrors"] == [told | {"path": ["input", field]}]
    kept = "SELECT count(*) FROM ship WHERE captain = :captain AND version = 1"
    assert await harbour.rows(kept, captain=CANARY) == [(1,)]


async def test_nobody_brings_in_what_is_hidden(harbour, ship, clerk):
    document = """mutation($id: ID!) { upsertShips(items: [{id: $id, input: {captain: "x"}}]) {
        results { status userErrors { code path } } } }"""
    (result,) = (await harbour.ask(document, clerk, id=ship))["upsertShips"]["results"]
    path = ["items", "0", "input", "captain"]
    assert result == {
        "status": "REFUSED",
        "userErrors": [{"code": "FORBIDDEN", "path": path}],
    }


async def test_a_change_of_something_else_tells_nothing_hidden(harbour, ship, clerk):
    document = f"""mutation($id: ID!) {{ done: updateShip(id: $id, input: {{name: "Bea"}},
        expectedVersion: 1) {{ ship {{ {FIELDS} }} changes {{ field before after }}
        events {{ type }} userErrors {{ message }} }} }}"""
    answer = await harbour.answer(document, clerk, id=ship)
    assert is_clean(answer)
    assert answer["data"]["done"]["changes"] == [
        {"field": "name", "before": "Ann", "after": "Bea"}
    ]
    stale = f"""mutation($id: ID!) {{ done: updateShip(id: $id, input: {{name: "Cat"}},
        expectedVersion: 1) {{ userErrors {{ ... on VersionConflictError {{ current {{
        ... on Ship {{ {FIELDS} }} }} overlappingFields }} }} }} }}"""
    answer = await harbour.answer(stale, clerk, id=ship)
    assert is_clean(answer)
    assert answer["data"]["done"]["userErrors"][0]["current"]["name"] == "Bea"


LOG = """{ toyAuditLog { nodes { action recordType fields changes { field before after } } } }"""


@pytest.mark.usefixtures("ship")
async def test_the_audit_log_tells_that_a_hidden_field_changed_and_not_what_it_was(harbour, clerk):
    answer = await harbour.answer(LOG, clerk)
    assert is_clean(answer)
    assert answer["extensions"]["redacted"] == ["Ship.captain", "Ship.value"]
    (line,) = answer["data"]["toyAuditLog"]["nodes"]
    told = {it["field"]: it["after"] for it in line["changes"]}
    assert (told["name"], told["captain"], told["value"]) == ("Ann", None, None)
    assert CANARY in str(await harbour.answer(LOG))


@pytest.mark.usefixtures("ship")
async def test_an_export_leaves_out_what_is_hidden_and_refuses_it_by_name(toy, harbour, clerk):
    async def masked(_identity):
        return clerk

    async with running(toy, masked):
        text = await taken(harbour, who=clerk)
        assert is_clean(text)
        assert "Ann" in text
        assert "captain" not in text
        for column in ("captain", "value.amount", "value.currency"):
            refused = await exporting(harbour, who=clerk, columns=["name", column])
            assert [it["code"] for it in refused["userErrors"]] == ["FORBIDDEN"]
        refused = await exporting(harbour, {"captain": {"eq": CANARY}}, clerk, columns=["name"])
        if job := refused["toyJob"]:

            async def is_refused():
                return (await job_of(harbour, job["id"], clerk))["reason"] == "FORBIDDEN"

            await until(is_refused, 60)


@pytest.mark.usefixtures("ship")
async def test_an_export_that_somebody_else_asked_for_is_not_theirs_to_read(toy, harbour, clerk):
    async def everything(identity):
        return Actor(identity.tenant, identity.subject, identity.kind, ALL)

    async with running(toy, everything):
        done = await exporting(harbour, columns=["captain"])

        async def is_done():
            return (await job_of(harbour, done["toyJob"]["id"]))["resultFile"]

        file = (await until(is_done, 60))["id"]
    document = "query($id: ID!) { toyFilePart(id: $id, from: 0) { content } }"
    assert (await harbour.ask(document, clerk, id=file))["toyFilePart"] is None
    assert (await harbour.ask(document, id=file))["toyFilePart"] is not None


@pytest.mark.usefixtures("ship")
async def test_an_export_stops_once_its_columns_are_hidden(toy, harbour, clerk):
    async def masked(_identity):
        return clerk

    done = await exporting(harbour, columns=["captain"])
    async with running(toy, masked):

        async def is_refused():
            return (await job_of(harbour, done["toyJob"]["id"]))["reason"] == "FORBIDDEN"

        await until(is_refused, 60)
    assert is_clean(await harbour.rows("SELECT content FROM file_chunk"))


async def test_what_a_frontend_is_told_has_nothing_hidden_to_write(harbour, clerk):
    document = '{ toyRecordTypes(names: ["Ship"]) { fields { name inputName isWritable } } }'
    (told,) = (await harbour.ask(document, clerk))["toyRecordTypes"]
    fields = {it["name"]: it for it in told["fields"]}
    assert fields["captain"] == {"name": "captain", "inputName": None, "isWritable": False}
    assert fields["name"]["isWritable"]


@pytest.mark.usefixtures("harbour")
async def test_only_what_may_be_null_can_be_hidden():
    # `label` is made of the day on which a ship was built, and is never null
    assert may_be_hidden(shape_of(Ship)) == ["callSign", "captain", "value"]


async def test_what_is_made_of_something_hidden_is_hidden_with_it(harbour, clerk):
    ship = await harbour.ship(name="Ann", builtOn="2020-01-31")
    blind = replace(clerk, sight=Sight(hidden={"Ship": frozenset({"builtOn"})}))
    document = "query($id: ID!) { ship(id: $id) { label } }"
    answer = await harbour.answer(document, blind, id=ship)
    assert "2020" not in str(answer)
    assert answer["extensions"]["redacted"] == ["Ship.label"]


@pytest.mark.usefixtures("ship")
async def test_a_viewer_without_policies_costs_no_look_at_any_record(harbour, monkeypatch):
    looked = []
    monkeypatch.setattr(
        "services.chassis.graph.noticing.Notice.records", lambda *given: looked.append(given)
    )
    await harbour.ask("{ ships { nodes { captain } } }")
    assert looked == []


WATCHED = Sight(watched={"Ship": frozenset({"captain"})})
READ_LINES = "SELECT actor_id, record_id, fields, version FROM audit_line WHERE action = 'READ'"


@pytest.mark.feature("PLT-05")
async def test_a_read_of_what_is_watched_is_written_down_and_no_other_costs_a_statement(
    harbour, ship
):
    watched = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL, sight=WATCHED)
    before = await harbour.counted("audit_line")
    await harbour.ask("{ ships { nodes { name value { amount } } } }", watched)
    assert await harbour.counted("audit_line") == before
    await harbour.ask("{ ships { nodes { name c: captain } } }", watched)
    assert await harbour.rows(READ_LINES) == [("usr_2", ship, ["captain"], 0)]


async def test_a_read_of_a_watched_record_is_written_down_whatever_was_read(harbour, ship):
    sight = Sight(watched={"Ship": frozenset({""})})
    watched = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL, sight=sight)
    await harbour.ask("{ ships { nodes { name } } }", watched)
    assert await harbour.rows(READ_LINES) == [("usr_2", ship, [], 0)]


@pytest.mark.usefixtures("ship")
async def test_what_is_reckoned_of_watched_values_is_written_down_of_no_one_record(harbour):
    await harbour.settle()
    sight = Sight(watched={"Ship": frozenset({"value"})})
    watched = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL, sight=sight)
    await harbour.ask(
        "{ shipGroups { nodes { measures { value { sum { amount } } } } } }", watched
    )
    assert await harbour.rows(READ_LINES) == [("usr_2", "", ["value"], 0)]


async def test_who_acts_as_somebody_is_named_with_whom(harbour, ship):
    acting = replace(await harbour.actor(None), acted_by="usr_9")
    await harbour.mutate("sinkShip", "ship { id }", acting, id=ship, input={"cause": "ice"})
    line = "SELECT actor_id, on_behalf_of FROM audit_line ORDER BY at DESC LIMIT 1"
    assert await harbour.rows(line) == [("usr_9", "usr_1")]


@pytest.mark.usefixtures("ship")
async def test_an_export_is_written_down_when_it_is_done(toy, harbour):
    async def everything(identity):
        return Actor(identity.tenant, identity.subject, identity.kind, ALL)

    async with running(toy, everything):
        await taken(harbour, columns=["name", "captain"])
    lines = await harbour.rows(
        "SELECT actor_id, record_type, fields FROM audit_line WHERE action = 'EXPORTED'"
    )
    assert lines == [("usr_1", "Ship", ["name", "captain"])]


async def test_the_log_is_found_by_record_actor_time_and_kind_and_needs_its_permission(
    harbour, ship, clerk
):
    await harbour.mutate("updateShip", "ship { id }", clerk, id=ship, input={"name": "Bea"})
    async with harbour.works.begin(clerk) as work:
        work.note(Noted("READ", "Ship", ship, ("captain",)))

    async def found(where, **page):
        document = """query($w: AuditLogWhere, $f: Int, $a: String) {
            toyAuditLog(where: $w, first: $f, after: $a) { nodes { action actorId requestId }
            pageInfo { endCursor hasNextPage } count { value } } }"""
        given = {k: v for k, v in {"w": where, **page}.items() if v is not None}
        return (await harbour.ask(document, **given))["toyAuditLog"]

    async def actions(where):
        return [it["action"] for it in (await found(where))["nodes"]]

    assert await actions(None) == ["READ", "UPDATED", "CREATED"]
    assert await actions({"actorId": {"eq": "usr_2"}}) == ["READ", "UPDATED"]
    assert await actions({"action": {"in": ["CREATED", "READ"]}}) == ["READ", "CREATED"]
    assert await actions({"recordId": {"eq": "shp_0"}}) == []
    assert (
        await actions({"recordType": {"eq": "Ship"}, "at": {"gt": "2999-01-01T00:00:00Z"}}) == []
    )
    first = await found(None, f=2)
    assert (first["count"]["value"], first["pageInfo"]["hasNextPage"]) == (3, True)
    rest = await found(None, f=2, a=first["pageInfo"]["endCursor"])
    assert [it["action"] for it in rest["nodes"]] == ["CREATED"]
    nobody = replace(clerk, permissions=ALL - {"toy:audit:read"})
    answer = await harbour.answer(LOG, nobody)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert answer["data"] == {"toyAuditLog": None}


async def test_a_file_of_hidden_cells_brings_nothing_in(harbour, toy, ship, clerk):
    async def masked(_identity):
        return clerk

    job = await queued(harbour, f"id,captain\n{ship},x\n", clerk)
    async with running(toy, masked):

        async def is_refused():
            return (await job_of(harbour, job, clerk))["state"] == "FAILED"

        await until(is_refused, 60)
    assert await harbour.rows("SELECT captain FROM ship") == [(CANARY,)]
    assert await uploaded(harbour, "x", who=clerk)
