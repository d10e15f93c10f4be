"""Groups: which are given, in which order, on which page; and what is refused."""

from typing import Any

import pytest
from sqlalchemy import event

from services.chassis.actor import Actor, ActorKind
from tests.kit import fleet
from tests.toy import commands

PAGE = """
    query($w: ShipWhere, $by: [ShipGroupBy!], $having: ShipHaving, $o: [ShipGroupOrder!],
          $first: Int, $after: String, $gaps: Boolean) {
      found: shipGroups(where: $w, groupBy: $by, having: $having, orderBy: $o, first: $first,
                        after: $after, fillGaps: $gaps) {
        edges { cursor }
        nodes {
          key { name state builtOn { start } } count
          measures { name { countDistinct } builtOn { max } value { sum { amount } missingRates } }
          records(first: 1) { nodes { name } count(mode: EXACT) { value precision } }
        }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        count { value precision }
      }
    }
"""
BY_NAME, BY_STATE = {"field": "NAME"}, {"field": "STATE"}
BY_MONTH = {"field": "BUILT_ON", "unit": "MONTH"}
DAYS: dict[str, list[str | None]] = {
    "Ann": ["2026-01-10", "2026-04-01"],
    "Bea": ["2026-01-31", None, None],
    "Cid": [None],
}


@pytest.fixture
async def ships(harbour):
    for name, days in DAYS.items():
        for day in days:
            await harbour.ship(name=name, builtOn=day)


async def found(harbour, *by, **given):
    return (await harbour.ask(PAGE, by=list(by), **given))["found"]


async def counts(harbour, *by, **given):
    nodes = (await found(harbour, *by, **given))["nodes"]
    return {it["key"]["name"]: it["count"] for it in nodes}


async def refused(harbour, *by, **given):
    answer = await harbour.answer(PAGE, by=list(by), **given)
    assert answer["data"]["found"] is None
    (error,) = answer["errors"]
    return error["extensions"]["code"]


def measured(**measures):
    return {"measures": measures}


@pytest.mark.parametrize(
    ("having", "names"),
    [
        ({"count": {"gte": 2}}, {"Ann", "Bea"}),
        ({"count": {"in": [1, 3]}}, {"Bea", "Cid"}),
        ({"not": {"count": {"eq": 3}}}, {"Ann", "Cid"}),
        ({"or": [{"count": {"eq": 1}}, {"count": {"eq": 2}}]}, {"Ann", "Cid"}),
        ({"and": [{"count": {"gt": 1}}, {"count": {"lt": 3}}]}, {"Ann"}),
        (measured(builtOn={"max": {"isNull": True}}), {"Cid"}),
        (measured(builtOn={"max": {"gt": "2026-02-01"}}), {"Ann"}),
        (measured(builtOn={"countDistinct": {"gte": 1}, "min": {"lt": "2026-01-20"}}), {"Ann"}),
        ({"not": measured(builtOn={"max": {"gt": "2026-02-01"}})}, {"Bea", "Cid"}),
        ({}, {"Ann", "Bea", "Cid"}),
    ],
)
@pytest.mark.usefixtures("ships")
async def test_having_takes_groups_by_what_is_measured(harbour, having, names):
    assert (await counts(harbour, BY_NAME, having=having)).keys() == names


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ([], "ABC"),
        ([{"field": "NAME", "direction": "DESC"}], "CBA"),
        ([{"field": "COUNT"}], "CAB"),
        ([{"field": "COUNT", "direction": "DESC"}], "BAC"),
        ([{"field": "NAME_COUNT_DISTINCT"}, {"field": "COUNT"}], "CAB"),
        ([{"field": "BUILT_ON_MAX"}], "BAC"),
        ([{"field": "BUILT_ON_MAX", "direction": "DESC"}], "CAB"),
        ([{"field": "BUILT_ON_MAX", "nulls": "FIRST"}], "CBA"),
        ([{"field": "BUILT_ON_MAX", "direction": "DESC", "nulls": "LAST"}], "ABC"),
        ([{"field": "VALUE_SUM"}, {"field": "BUILT_ON_COUNT_DISTINCT"}], "CBA"),
    ],
)
@pytest.mark.usefixtures("ships")
async def test_groups_stand_in_order_page_by_page(harbour, order, names):
    walked, after = "", None
    for _ in names:
        page = await found(harbour, BY_NAME, o=order, first=1, after=after)
        walked += page["nodes"][0]["key"]["name"][0]
        info = page["pageInfo"]
        assert info["hasPreviousPage"] is (after is not None)
        assert info["startCursor"] == info["endCursor"] == page["edges"][0]["cursor"]
        after = info["endCursor"]
    assert walked == names
    assert info["hasNextPage"] is False
    assert page["count"] == {"value": 3, "precision": "EXACT"}


@pytest.mark.usefixtures("ships")
async def test_a_page_holds_still_while_groups_come(harbour):
    first = await found(harbour, BY_NAME, first=2)
    await harbour.ship(name="Abe")
    second = await found(harbour, BY_NAME, first=2, after=first["pageInfo"]["endCursor"])
    assert [it["key"]["name"] for it in second["nodes"]] == ["Cid"]


@pytest.mark.parametrize(
    ("by", "given"),
    [
        ([BY_STATE], {}),
        ([BY_NAME, BY_STATE], {}),
        ([BY_NAME], {"w": {"name": {"ne": "Ann"}}}),
        ([BY_NAME], {"having": {"count": {"gt": 0}}}),
        ([BY_NAME], {"o": [{"field": "COUNT"}]}),
        ([{"field": "BUILT_ON", "unit": "YEAR"}], {}),
    ],
)
@pytest.mark.usefixtures("ships")
async def test_a_cursor_of_another_question_is_refused(harbour, by, given):
    after = (await found(harbour, BY_NAME, first=1))["pageInfo"]["endCursor"]
    asked = {"by": by, **given, "after": after}
    (error,) = (await harbour.answer(PAGE, **asked))["errors"]
    assert error["message"] == "this cursor belongs to a list with another sort or filter"
    assert await refused(harbour, *by, **given | {"after": "nonsense"}) == "INVALID"


@pytest.mark.usefixtures("ships")
async def test_all_records_are_one_group_where_nothing_is_grouped_by(harbour):
    page = await found(harbour)
    (all_of_them,) = page["nodes"]
    assert all_of_them["count"] == all_of_them["records"]["count"]["value"] == 6
    assert page["pageInfo"]["hasNextPage"] is False
    again = await found(harbour, after=page["pageInfo"]["endCursor"])
    assert again["nodes"] == []
    (none,) = (await found(harbour, w={"name": {"eq": "Zed"}}))["nodes"]
    assert (none["count"], none["records"]["nodes"]) == (0, [])


@pytest.mark.usefixtures("ships")
async def test_all_records_can_be_counted_and_nothing_else(harbour):
    answer = await harbour.ask("{ shipGroups { nodes { count } count { value } } }")
    assert answer == {"shipGroups": {"nodes": [{"count": 6}], "count": {"value": 1}}}


async def test_no_group_is_given_where_there_is_no_record(harbour):
    page = await found(harbour, BY_NAME, BY_MONTH)
    assert (page["nodes"], page["count"]["value"]) == ([], 0)
    assert (await found(harbour, BY_MONTH, gaps=True))["nodes"] == []


@pytest.mark.usefixtures("ships")
async def test_what_was_put_away_is_counted_where_a_list_shows_it(harbour):
    await harbour.mutate("archiveShip", "ship { id }", id=await harbour.ship(name="Ann"))
    assert await counts(harbour, BY_NAME) == {"Ann": 2, "Bea": 3, "Cid": 1}
    assert await counts(harbour, BY_NAME, w={"archived": "ONLY"}) == {"Ann": 1}
    assert (await counts(harbour, BY_NAME, w={"archived": "INCLUDE"}))["Ann"] == 3


RECORDS = """
    query($first: Int, $after: String, $last: Int, $by: [ShipGroupBy!]) {
      found: shipGroups(groupBy: $by) {
        nodes {
          key { name }
          records(first: $first, after: $after, last: $last, orderBy: {field: BUILT_ON}) {
            nodes { builtOn } pageInfo { hasNextPage endCursor }
            capped: count(cap: 2) { value precision }
          }
          turned: records(orderBy: {field: BUILT_ON, direction: DESC}, first: 1) {
            nodes { builtOn }
          }
        }
      }
    }
"""


@pytest.mark.usefixtures("ships")
async def test_the_records_of_each_group_are_a_list_of_their_own(harbour):
    asked = {"by": [BY_NAME], "first": 2}
    nodes = (await harbour.ask(RECORDS, **asked))["found"]["nodes"]
    listed = {it["key"]["name"]: [n["builtOn"] for n in it["records"]["nodes"]] for it in nodes}
    assert listed == {
        "Ann": ["2026-01-10", "2026-04-01"],
        "Bea": ["2026-01-31", None],
        "Cid": [None],
    }
    assert [it["turned"]["nodes"][0]["builtOn"] for it in nodes] == ["2026-04-01", None, None]
    bea = nodes[1]["records"]
    assert bea["capped"] == {"value": 2, "precision": "AT_LEAST"}
    assert [it["records"]["pageInfo"]["hasNextPage"] for it in nodes] == [False, True, False]
    after = bea["pageInfo"]["endCursor"]
    rest = (await harbour.ask(RECORDS, **asked, after=after))["found"]["nodes"][1]
    assert rest["records"]["nodes"] == [{"builtOn": None}]
    (error,) = (await harbour.answer(RECORDS, by=[BY_STATE], first=2, after=after))["errors"]
    assert error["message"] == "this cursor belongs to a list with another sort or filter"
    last = (await harbour.ask(RECORDS, by=[BY_NAME], last=1))["found"]["nodes"][0]
    assert last["records"]["nodes"] == [{"builtOn": "2026-04-01"}]


@pytest.mark.usefixtures("ships")
async def test_empty_periods_are_given_between_the_first_and_the_last(harbour):
    nodes = (await found(harbour, BY_MONTH, gaps=True))["nodes"]
    told = [(it["key"]["builtOn"] and it["key"]["builtOn"]["start"], it["count"]) for it in nodes]
    months = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    assert told == list(zip([*months, None], [2, 0, 0, 1, 3], strict=True))
    assert nodes[1]["records"] == {"nodes": [], "count": {"value": 0, "precision": "EXACT"}}
    assert nodes[1]["measures"] == {
        "name": {"countDistinct": 0},
        "builtOn": {"max": None},
        "value": {"sum": None, "missingRates": 0},
    }


@pytest.mark.usefixtures("ships")
async def test_gaps_are_filled_for_each_of_the_other_keys_and_before_having(harbour):
    asked = {"w": {"builtOn": {"isNull": False}}, "gaps": True}
    page = await found(harbour, BY_NAME, BY_MONTH, **asked)
    assert [(it["key"]["name"], it["count"]) for it in page["nodes"]] == [
        *(("Ann", 1), ("Ann", 0), ("Ann", 0), ("Ann", 1)),
        *(("Bea", 1), ("Bea", 0), ("Bea", 0), ("Bea", 0)),
    ]
    assert page["count"]["value"] == 8
    page = await found(harbour, BY_NAME, BY_MONTH, **asked, having={"count": {"eq": 0}})
    assert [it["key"]["name"] for it in page["nodes"]] == ["Ann", "Ann", "Bea", "Bea", "Bea"]
    first = await found(harbour, BY_MONTH, **asked, first=2)
    after = first["pageInfo"]["endCursor"]
    rest = (await found(harbour, BY_MONTH, **asked, first=2, after=after))["nodes"]
    assert [it["key"]["builtOn"]["start"] for it in rest] == ["2026-03-01", "2026-04-01"]


@pytest.mark.usefixtures("ships")
async def test_gaps_have_a_limit(harbour):
    by_day = {"field": "BUILT_ON", "unit": "DAY"}
    await harbour.ship(name="Dan", builtOn="2028-10-05")
    named = {"w": {"name": {"in": ["Ann", "Dan"]}}, "gaps": True}
    assert (await found(harbour, by_day, **named))["count"]["value"] == 1000
    assert await refused(harbour, BY_NAME, by_day, **named) == "LIMIT_EXCEEDED"
    await harbour.ship(name="Dan", builtOn="2028-10-06")
    assert await refused(harbour, by_day, **named) == "LIMIT_EXCEEDED"
    await harbour.ship(name="Dan", builtOn="9999-12-31")
    assert await refused(harbour, by_day, **named) == "LIMIT_EXCEEDED"


FIVE = [{"field": it} for it in ("NAME", "STATE", "OWNER", "CALL_SIGN", "BUILT_ON")]
FIVE_SORTS = [{"field": f"VALUE_{it}"} for it in ("SUM", "AVG", "MIN", "MAX", "P50")]
DEEP: Any = {"count": {"eq": 1}}
for _ in range(6):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    ("by", "given", "code"),
    [
        (FIVE, {}, "LIMIT_EXCEEDED"),
        ([BY_NAME, BY_NAME], {}, "INVALID"),
        ([BY_MONTH, {"field": "BUILT_ON", "unit": "DAY"}], {}, "INVALID"),
        ([{"field": "NAME", "unit": "DAY"}], {}, "INVALID"),
        ([{"field": "STATE", "timeZone": "UTC"}], {}, "INVALID"),
        ([BY_MONTH | {"timeZone": "Mars"}], {}, "INVALID"),
        ([BY_NAME], {"first": 0}, "OUT_OF_RANGE"),
        ([BY_NAME], {"first": 201}, "LIMIT_EXCEEDED"),
        ([BY_NAME], {"o": [{"field": "STATE"}]}, "INVALID"),
        ([BY_NAME], {"o": [{"field": "COUNT"}, {"field": "COUNT"}]}, "INVALID"),
        ([BY_NAME], {"o": FIVE_SORTS}, "LIMIT_EXCEEDED"),
        ([BY_NAME], {"gaps": True}, "INVALID"),
        ([BY_MONTH, {"field": "CREATED_AT"}], {"gaps": True}, "INVALID"),
        ([BY_NAME], {"having": {"count": None}}, "INVALID"),
        ([BY_NAME], {"having": {"not": None}}, "INVALID"),
        ([BY_NAME], {"having": measured(name=None)}, "INVALID"),
        ([BY_NAME], {"having": measured(name={"countDistinct": None})}, "INVALID"),
        ([BY_NAME], {"having": DEEP}, "LIMIT_EXCEEDED"),
        ([BY_NAME], {"having": {"or": [{"count": {"eq": 1}}] * 51}}, "LIMIT_EXCEEDED"),
        ([BY_NAME], {"having": {"count": {"in": list(range(501))}}}, "LIMIT_EXCEEDED"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("ships")
async def test_what_cannot_be_asked_is_refused(harbour, by, given, code):
    assert await refused(harbour, *by, **given) == code


@pytest.mark.usefixtures("ships")
async def test_fifty_conditions_and_six_levels_are_no_limit_yet(harbour):
    fifty = {"or": [{"count": {"eq": 1}}] * 50}
    assert await counts(harbour, BY_NAME, having=fifty) == {"Cid": 1}
    assert await counts(harbour, BY_NAME, having=DEEP["not"]) == {"Ann": 2, "Bea": 3}


@pytest.mark.usefixtures("ships")
async def test_who_may_not_read_records_gets_no_groups_of_them(harbour):
    nobody = Actor(harbour.tenant, "usr_2", ActorKind.USER, frozenset({commands.EDIT_SHIPS}))
    answer = await harbour.answer(PAGE, nobody, by=[BY_NAME])
    assert answer["data"]["found"] is None
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["FORBIDDEN"]


@pytest.mark.usefixtures("ships")
async def test_another_companys_records_are_in_no_group(harbour, elsewhere):
    await elsewhere.ship(name="Zoe", builtOn="2026-02-10")
    assert await counts(elsewhere, BY_NAME) == {"Zoe": 1}
    assert await counts(harbour, BY_NAME) == {"Ann": 2, "Bea": 3, "Cid": 1}
    nodes = (await found(harbour, BY_MONTH, gaps=True))["nodes"]
    assert [it["count"] for it in nodes] == [2, 0, 0, 1, 3]


def test_nothing_is_grouped_by_what_tells_of_a_person(harbour):
    types = harbour.answerer.schema._schema.type_map
    assert "captain" in types["Ship"].fields
    assert "captain" not in types["ShipGroupKey"].fields
    assert "captain" not in types["ShipMeasures"].fields
    assert "CAPTAIN" not in types["ShipGroupField"].values


async def test_groups_and_their_records_are_two_statements_however_many_there_are(harbour):
    document = """query($n: Int) {
      shipGroups(groupBy: [{field: NAME}, {field: OWNER}], first: $n) {
        nodes { key { owner { id } name } count records { nodes { name } count { value } } }
      } }"""
    await fleet.filled(harbour)
    of_one = await harbour.statements(document, n=1)
    assert of_one == await harbour.statements(document, n=200) == 2


async def test_whom_a_key_refers_to_is_read_for_all_groups_at_once(harbour):
    document = """query($n: Int) {
      found: voyageGroups(groupBy: {field: SHIP}, first: $n) {
        nodes { key { ship { id name voyages { nodes { port } } } } count }
      } }"""
    fleet_of_all = await fleet.filled(harbour)
    of_one = await harbour.statements(document, n=1)
    assert of_one == await harbour.statements(document, n=200)
    names = {it["id"]: it["name"] for it in fleet_of_all.ships}
    for it in (await harbour.ask(document, n=200))["found"]["nodes"]:
        assert it["key"]["ship"]["name"] == names[it["key"]["ship"]["id"]]
        assert it["count"] == len(it["key"]["ship"]["voyages"]["nodes"])


async def sent(harbour, document, **variables):
    """Ask, and give the statements that the database was sent."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(harbour.engine.sync_engine, "before_cursor_execute", note)
    try:
        await harbour.ask(document, **variables)
    finally:
        event.remove(harbour.engine.sync_engine, "before_cursor_execute", note)
    return statements


@pytest.mark.usefixtures("ships")
async def test_only_what_is_asked_for_is_reckoned(harbour):
    document = "{ shipGroups(groupBy: {field: NAME}) { nodes { count %s } } }"
    (plain,) = await sent(harbour, document % "")
    assert not any(it in plain for it in ("sum(", "avg(", "percentile", "DISTINCT", "rate"))
    asked = document % "measures { built: builtOn { max } builtOn { max } }"
    (one,) = await sent(harbour, asked)
    assert one.count("max(") == 1
    assert "DISTINCT" not in one
