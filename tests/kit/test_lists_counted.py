"""Counts: as exact as was asked for, of the same records as the list, and made only if asked."""

import pytest
from sqlalchemy import text

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import connect

COUNT = """
    query($w: ShipWhere, $m: CountMode! = CAPPED, $c: Int! = 10000) {
      ships(where: $w) { count(mode: $m, cap: $c) { value precision } }
    }
"""


@pytest.fixture
async def fleet(harbour):
    """Five ships, of which one is put away, and of which two have sailed."""
    ids = [await harbour.ship(name=f"Ship {n}") for n in range(5)]
    for n in range(3):
        await harbour.voyage(ids[0], f"Port {n}")
    await harbour.voyage(ids[1], "Port")
    async with harbour.works.begin(await harbour.actor(None)) as work:
        await work.session.execute(
            text("UPDATE ship SET archived_at = now() WHERE id = :id"), {"id": ids[4]}
        )
    return harbour


async def counted(harbour, **asked):
    return (await harbour.ask(COUNT, **asked))["ships"]["count"]


@pytest.mark.parametrize(
    ("asked", "value", "precision"),
    [
        ({}, 4, "EXACT"),
        ({"c": 4}, 4, "EXACT"),
        ({"c": 3}, 3, "AT_LEAST"),
        ({"m": "EXACT", "c": 3}, 4, "EXACT"),
        ({"w": {"archived": "INCLUDE"}}, 5, "EXACT"),
        ({"w": {"name": {"in": ["Ship 1", "Ship 4"]}}}, 1, "EXACT"),
        ({"w": {"voyages": {"count": {"gte": 1}}}}, 2, "EXACT"),
        ({"w": {"name": {"eq": "none"}}, "m": "EXACT"}, 0, "EXACT"),
    ],
)
async def test_a_count_is_of_the_list_and_says_how_far_to_rely_on_it(
    fleet, asked, value, precision
):
    assert await counted(fleet, **asked) == {"value": value, "precision": precision}


async def test_an_estimate_is_the_planners(fleet, toy):
    owner = connect(toy.owner_url, pooled=False)
    async with owner.begin() as connection:
        await connection.execute(text("ANALYZE ship"))
    await owner.dispose()
    found = await counted(fleet, m="ESTIMATE", w={"archived": "INCLUDE"})
    assert found["precision"] == "ESTIMATE"
    assert found["value"] > 0


@pytest.mark.parametrize(
    ("asked", "code"), [({"c": 0}, "OUT_OF_RANGE"), ({"c": 100_001}, "LIMIT_EXCEEDED")]
)
async def test_a_cap_that_cannot_be_is_refused(fleet, asked, code):
    answer = await fleet.answer(COUNT, **asked)
    assert [it["extensions"]["code"] for it in answer["errors"]] == [code]
    assert answer["data"]["ships"] is None


async def test_nothing_is_counted_unless_it_is_asked_for(fleet):
    listed = await fleet.statements("{ ships { nodes { id } } }")
    both = await fleet.statements("{ ships { nodes { id } count { value } } }")
    alone = await fleet.statements("{ ships { count { value } } }")
    skipped = await fleet.statements("{ ships { nodes { id } count @skip(if: true) { value } } }")
    assert (both, alone, skipped) == (listed + 1, listed, listed)


async def test_two_counts_of_one_list_are_two(fleet):
    document = "{ ships { low: count(cap: 1) { value } all: count(mode: EXACT) { value } } }"
    found = (await fleet.ask(document))["ships"]
    assert found == {"low": {"value": 1}, "all": {"value": 4}}


NESTED = """
    query($n: Int, $m: CountMode! = CAPPED) { ships(first: $n, orderBy: {field: NAME}) { nodes {
      voyages(first: 1) { nodes { port } count(mode: $m, cap: 2) { value precision } }
      atSea: voyages(where: {port: {startsWith: "Port "}}) { count { value } }
    } } }
"""


@pytest.mark.parametrize("mode", ["CAPPED", "ESTIMATE"])
async def test_each_parent_has_its_own_count(fleet, mode):
    nodes = (await fleet.ask(NESTED, n=3, m=mode))["ships"]["nodes"]
    assert [it["voyages"]["count"] for it in nodes] == [
        {"value": 2, "precision": "AT_LEAST"},
        {"value": 1, "precision": "EXACT"},
        {"value": 0, "precision": "EXACT"},
    ]
    assert [it["atSea"]["count"]["value"] for it in nodes] == [3, 0, 0]
    assert [len(it["voyages"]["nodes"]) for it in nodes] == [1, 1, 0]


async def test_counting_for_all_parents_is_one_statement(fleet):
    assert await fleet.statements(NESTED, n=1) == await fleet.statements(NESTED, n=4)


async def test_whoever_may_not_read_is_told_no_number(fleet):
    nobody = Actor(fleet.tenant, "usr_2", ActorKind.USER)
    for mode in ("CAPPED", "EXACT", "ESTIMATE"):
        answer = await fleet.answer(COUNT, nobody, m=mode)
        assert answer["data"] == {"ships": None}
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.usefixtures("fleet")
async def test_another_companys_records_are_not_counted(elsewhere):
    assert await counted(elsewhere, m="EXACT") == {"value": 0, "precision": "EXACT"}
