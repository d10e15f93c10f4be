"""Lists: what they filter, how they sort, and that a page holds still."""

import base64
import json

import pytest
from sqlalchemy import text

from services.chassis.actor import Actor, ActorKind

NAMES = (
    "query($w: ShipWhere, $o: [ShipOrder!]) { ships(where: $w, orderBy: $o) { nodes { name } } }"
)
PAGE = """
    query($first: Int, $after: String, $last: Int, $before: String, $o: [ShipOrder!], $w: ShipWhere) {
      ships(first: $first, after: $after, last: $last, before: $before, orderBy: $o, where: $w) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
"""  # noqa: E501  # a document is read as it is written


async def names(harbour, where=None, order=None):
    data = await harbour.ask(NAMES, w=where, o=order)
    return [it["name"] for it in data["ships"]["nodes"]]


@pytest.fixture
async def fleet(harbour):
    """Three ships: the oldest is worth the least, one has neither year nor value."""
    for name, built, value in (
        ("Ann", "1990-05-01", "10.00"),
        ("Bea", "2001-01-01", "20.00"),
        ("Cleo", None, None),
    ):
        money = value and {"amount": value, "currency": "EUR"}
        id = await harbour.ship(name=name, builtOn=built, value=money)
        if name != "Cleo":
            await harbour.voyage(id, f"Port of {name}")
    return harbour


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"name": {"eq": "Ann"}}, ["Ann"]),
        ({"name": {"in": []}}, []),
        ({"name": {"notIn": ["Ann"]}}, ["Bea", "Cleo"]),
        ({"name": {"contains": "E"}}, ["Bea", "Cleo"]),
        ({"name": {"startsWith": "C"}}, ["Cleo"]),
        ({"builtOn": {"gte": "1995-01-01"}}, ["Bea"]),
        ({"builtOn": {"isNull": True}}, ["Cleo"]),
        ({"builtOn": {"ne": "2001-01-01"}}, ["Ann", "Cleo"]),
        ({"value": {"amount": {"lt": "15"}}}, ["Ann"]),
        ({"not": {"name": {"eq": "Ann"}}}, ["Bea", "Cleo"]),
        ({"or": [{"name": {"eq": "Ann"}}, {"name": {"eq": "Cleo"}}]}, ["Ann", "Cleo"]),
        ({"or": []}, []),
        ({"and": [{"name": {"gt": "Ann"}}, {"name": {"lt": "Cleo"}}]}, ["Bea"]),
        ({"voyages": {"some": {"port": {"eq": "Port of Bea"}}}}, ["Bea"]),
        ({"voyages": {"none": {}}}, ["Cleo"]),
        ({"voyages": {"every": {"port": {"eq": "Port of Ann"}}}}, ["Ann", "Cleo"]),
        ({"state": {"in": ["AFLOAT"]}, "name": {"eq": "Bea"}}, ["Bea"]),
    ],
)
async def test_a_list_holds_what_its_filter_names(fleet, where, found):
    assert await names(fleet, where, [{"field": "NAME"}]) == found


async def test_what_is_empty_comes_last_upwards_and_first_downwards(fleet):
    assert await names(fleet, order=[{"field": "BUILT_ON"}]) == ["Ann", "Bea", "Cleo"]
    downwards = [{"field": "BUILT_ON", "direction": "DESC"}]
    assert await names(fleet, order=downwards) == ["Cleo", "Bea", "Ann"]


@pytest.mark.parametrize("sort", ["NAME", "BUILT_ON", "ID"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_pages_give_every_record_once_in_either_direction(fleet, sort, direction):
    order = [{"field": sort, "direction": direction}]
    whole = await names(fleet, order=order)
    walked, cursor = [], None
    while True:
        page = (await fleet.ask(PAGE, first=1, after=cursor, o=order))["ships"]
        walked += [it["name"] for it in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    back = (await fleet.ask(PAGE, last=2, before=cursor, o=order))["ships"]
    assert walked == whole
    assert [it["name"] for it in back["nodes"]] == whole[:2]
    assert back["pageInfo"]["hasPreviousPage"] is False


async def test_a_page_holds_still_while_records_are_added(fleet):
    order = [{"field": "NAME"}]
    first = (await fleet.ask(PAGE, first=2, o=order))["ships"]
    await fleet.ship(name="Abe")
    rest = (await fleet.ask(PAGE, first=9, after=first["pageInfo"]["endCursor"], o=order))["ships"]
    assert [it["name"] for it in rest["nodes"]] == ["Cleo"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"first": 0}, "OUT_OF_RANGE"),
        ({"first": 201}, "LIMIT_EXCEEDED"),
        ({"first": 1, "last": 1}, "INVALID"),
        ({"after": "nonsense"}, "INVALID"),
        ({"after": "W10"}, "INVALID"),
        ({"w": {"name": {"eq": None}}}, "INVALID"),
        ({"w": {"name": None}}, "INVALID"),
        ({"w": {"voyages": {"some": None}}}, "INVALID"),
        ({"w": {"value": {"amount": None}}}, "INVALID"),
        ({"w": {"name": {"eq": "a\u0000b"}}}, "INVALID"),
        ({"w": {"name": {"in": ["x"] * 501}}}, "LIMIT_EXCEEDED"),
        ({"w": {"or": [{"name": {"eq": "x"}}] * 51}}, "LIMIT_EXCEEDED"),
        ({"w": {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}}, "LIMIT_EXCEEDED"),
        ({"w": {"nmae": {"eq": "x"}}}, "BAD_REQUEST"),
        ({"w": {"archived": None}}, "INVALID"),
        ({"w": {"or": [{"archived": "ONLY"}]}}, "INVALID"),
        ({"w": {"or": [{}] * 51}}, "LIMIT_EXCEEDED"),
        ({"w": {"voyages": {"count": None}}}, "INVALID"),
        ({"w": {"voyages": {"some": {"ship": None}}}}, "INVALID"),
        ({"w": {"createdAt": {"within": None}}}, "INVALID"),
        ({"w": {"createdAt": {"within": {"unit": "DAY"}}}}, "INVALID"),
        ({"w": {"createdAt": {"within": {"last": 1, "next": 1, "unit": "DAY"}}}}, "INVALID"),
        ({"w": {"createdAt": {"within": {"last": 0, "unit": "DAY"}}}}, "OUT_OF_RANGE"),
        ({"w": {"createdAt": {"within": {"last": 9999, "unit": "YEAR"}}}}, "OUT_OF_RANGE"),
        ({"w": {"builtOn": {"within": {"last": 1, "unit": "HOUR"}}}}, "INVALID"),
        ({"w": {"builtOn": {"period": {"unit": "DAY", "timeZone": "Mars"}}}}, "INVALID"),
        ({"w": {"builtOn": {"period": {"unit": "DAY", "offset": 2**31 - 1}}}}, "OUT_OF_RANGE"),
    ],
)
async def test_an_argument_that_cannot_be_is_refused_with_its_code(fleet, arguments, code):
    answer = await fleet.answer(PAGE, **arguments)
    assert [it["extensions"]["code"] for it in answer["errors"]] == [code]
    assert not (answer.get("data") or {}).get("ships")


async def test_a_cursor_of_another_sort_or_filter_is_refused(fleet):
    page = (await fleet.ask(PAGE, first=1, o=[{"field": "NAME"}]))["ships"]
    cursor = page["pageInfo"]["endCursor"]
    for other in ({"o": [{"field": "BUILT_ON"}]}, {"w": {"name": {"ne": "Ann"}}}):
        arguments = {"o": [{"field": "NAME"}]} | other
        answer = await fleet.answer(PAGE, first=1, after=cursor, **arguments)
        told = answer["errors"][0]["extensions"]
        assert (told["code"], told["reason"]) == ("INVALID", "INVALID_CURSOR")


FORGED: list[list[object]] = [[1, 2], ["Ann"], ["Ann", "x", "y"], [{}, []], []]


async def test_a_forged_cursor_is_refused_whatever_it_holds(fleet):
    order = [{"field": "NAME"}]
    page = (await fleet.ask(PAGE, first=1, o=order))["ships"]
    stamp = json.loads(base64.urlsafe_b64decode(page["pageInfo"]["endCursor"] + "=="))[0]
    for values in FORGED:
        forged = base64.urlsafe_b64encode(json.dumps([stamp, *values]).encode()).decode()
        answer = await fleet.answer(PAGE, first=1, after=forged.rstrip("="), o=order)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"


async def test_a_question_that_takes_too_long_is_ended_and_says_so(fleet, monkeypatch):
    slow = text("SELECT pg_sleep(5)")

    async def dawdle(reader, _asked):
        await reader.connection.execute(text("SET LOCAL statement_timeout = '50ms'"))
        await reader.connection.execute(slow)

    monkeypatch.setattr("services.chassis.graph.read.Reader.page", dawdle)
    answer = await fleet.answer("{ ships { nodes { id } } }")
    assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"


async def test_whoever_may_not_read_gets_nothing_and_is_told_which_permission_is_missing(fleet):
    nobody = Actor(fleet.tenant, "usr_2", ActorKind.USER)
    answer = await fleet.answer("{ ships { nodes { name } } voyages { nodes { port } } }", nobody)
    assert answer["data"] == {"ships": None, "voyages": None}
    assert {it["extensions"]["code"] for it in answer["errors"]} == {"FORBIDDEN"}
    assert "toy:ship:read" in answer["errors"][0]["message"]


async def test_another_company_sees_nothing_of_it(fleet, elsewhere):
    id = await fleet.ship(name="Dora")
    data = await elsewhere.ask(
        "query($i: ID!) { ship(id: $i) { name } ships { nodes { id } } }", i=id
    )
    assert data == {"ship": None, "ships": {"nodes": []}}


NESTED = """
    query($n: Int) { ships(first: $n) { nodes {
      name owner { id } createdBy { id user { id } } externalRefs { id }
      voyages(first: 2, orderBy: [{field: PORT}]) { nodes { port ship { label } } }
      last: voyages(last: 1, orderBy: [{field: PORT}]) { nodes { port } }
    } } }
"""


async def test_statements_do_not_grow_with_the_page(harbour):
    for number in range(20):
        id = await harbour.ship(name=f"Ship {number:02}", ownerId="usr_1")
        for port in ("Riga", "Kiel", "Hull"):
            await harbour.voyage(id, port)
    assert await harbour.statements(NESTED, n=1) == await harbour.statements(NESTED, n=20)


async def test_a_relation_gives_each_parent_its_own_page(harbour):
    for name in ("Ann", "Bea"):
        id = await harbour.ship(name=name)
        for port in ("Riga", "Kiel", "Hull"):
            await harbour.voyage(id, f"{port} of {name}")
    nodes = (await harbour.ask(NESTED, n=2))["ships"]["nodes"]
    ann = nodes[0]
    assert [it["port"] for it in ann["voyages"]["nodes"]] == ["Hull of Ann", "Kiel of Ann"]
    assert ann["voyages"]["nodes"][0]["ship"] == {"label": "Ann"}
    assert [it["port"] for it in ann["last"]["nodes"]] == ["Riga of Ann"]
    assert [it["port"] for it in nodes[1]["last"]["nodes"]] == ["Riga of Bea"]


ENTITIES = """
    query($r: [_Any!]!) { _entities(representations: $r) { __typename
      ... on Ship { name voyages { nodes { port } } }
      ... on Pilot { voyages { nodes { port } } }
      ... on StaffUser { id }
    } }
"""


async def test_entities_are_read_in_batches_and_the_unseen_is_null(harbour, elsewhere):
    ids = [await harbour.ship(name=name) for name in ("Ann", "Bea")]
    await harbour.voyage(ids[0], "Riga", pilotId="pil_1")
    foreign = await elsewhere.ship(name="Eve")
    keys = [{"__typename": "Ship", "id": id} for id in (ids[1], foreign, ids[0], ids[1])]
    keys += [{"__typename": "Pilot", "id": "pil_1"}, {"__typename": "StaffUser", "id": "usr_9"}]
    found = (await harbour.ask(ENTITIES, r=keys))["_entities"]
    assert [it and it.get("name") for it in found[:4]] == ["Bea", None, "Ann", "Bea"]
    assert found[4]["voyages"]["nodes"] == [{"port": "Riga"}]
    assert found[5] == {"__typename": "StaffUser", "id": "usr_9"}
    one = await harbour.statements(ENTITIES, r=keys[:1])
    assert one == await harbour.statements(ENTITIES, r=keys[:1] + keys[2:3])


async def test_whoever_may_not_read_gets_null_for_every_entity(harbour):
    id = await harbour.ship()
    nobody = Actor(harbour.tenant, "usr_2", ActorKind.USER)
    data = await harbour.ask(ENTITIES, nobody, r=[{"__typename": "Ship", "id": id}])
    assert data["_entities"] == [None]


async def test_more_entities_than_allowed_are_refused(harbour):
    keys = [{"__typename": "StaffUser", "id": f"usr_{n}"} for n in range(501)]
    answer = await harbour.answer(ENTITIES, r=keys)
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
