"""What a refusal gives to act on: the current record, who has the key, what may follow."""

import asyncio

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit.harbour import ALL
from tests.toy.queries import READ_SHIPS

UPDATE = """
    mutation($id: ID!, $i: UpdateShipInput!, $v: Int, $c: OnConflict! = REFUSE) {
      done: updateShip(id: $id, input: $i, expectedVersion: $v, onConflict: $c) {
        ship { name captain version } changedFields
        userErrors {
          __typename code reason path
          ... on VersionConflictError {
            overlappingFields
            current { id version ... on Ship { name captain voyages { nodes { port } } } }
          }
        } } }
"""
CREATE = """
    mutation($i: CreateShipInput!) { done: createShip(input: $i) {
      userErrors {
        __typename code path
        ... on DuplicateError { candidates }
        ... on ValidationError { allowed min max }
      } } }
"""
SINK = """
    mutation($id: ID!) { done: sinkShip(id: $id, input: {cause: "ice"}) {
      userErrors { __typename code ... on TransitionError { from to allowedNext missing } } } }
"""


async def update(harbour, id, given, version=None, on_conflict="REFUSE", actor=None):
    answer = await harbour.ask(UPDATE, actor, id=id, i=given, v=version, c=on_conflict)
    return answer["done"]


async def test_edits_of_different_fields_both_go_through_when_they_may_merge(harbour):
    id = await harbour.ship(name="Ann", captain="Bo")
    await update(harbour, id, {"name": "Bea"}, 1, "MERGE_DISJOINT")
    done = await update(harbour, id, {"captain": "Cy"}, 1, "MERGE_DISJOINT")
    assert done["userErrors"] == []
    assert done["ship"] == {"name": "Bea", "captain": "Cy", "version": 3}
    assert done["changedFields"] == ["captain"]


async def test_a_second_edit_of_the_same_field_is_told_the_record_and_the_overlap(harbour):
    id = await harbour.ship(name="Ann", captain="Bo")
    await harbour.voyage(id, "Riga")
    await update(harbour, id, {"name": "Bea"}, 1)
    for on_conflict in ("REFUSE", "MERGE_DISJOINT"):
        done = await update(harbour, id, {"name": "Cleo", "captain": "Cy"}, 1, on_conflict)
        assert done["ship"] is None
        assert done["userErrors"] == [
            {
                "__typename": "VersionConflictError",
                "code": "VERSION_CONFLICT",
                "reason": "VERSION_CONFLICT",
                "path": [],
                "overlappingFields": ["name"],
                "current": {
                    "id": id,
                    "version": 2,
                    "name": "Bea",
                    "captain": "Bo",
                    "voyages": {"nodes": [{"port": "Riga"}]},
                },
            }
        ]
    assert await harbour.rows("SELECT name, captain FROM ship") == [("Bea", "Bo")]


async def test_a_stale_edit_of_another_field_is_refused_unless_it_may_merge(harbour):
    id = await harbour.ship(name="Ann")
    await update(harbour, id, {"name": "Bea"}, 1)
    (error,) = (await update(harbour, id, {"captain": "Cy"}, 1))["userErrors"]
    assert (error["code"], error["overlappingFields"]) == ("VERSION_CONFLICT", [])
    assert await harbour.rows("SELECT captain FROM ship") == [(None,)]


async def test_a_version_that_nobody_ever_read_is_refused_though_it_may_merge(harbour):
    id = await harbour.ship(name="Ann")
    for version in (0, 7):
        done = await update(harbour, id, {"captain": "Cy"}, version, "MERGE_DISJOINT")
        assert [it["code"] for it in done["userErrors"]] == ["VERSION_CONFLICT"]
    assert await harbour.rows("SELECT captain FROM ship") == [(None,)]


async def test_of_many_edits_of_different_fields_at_once_none_is_lost(harbour):
    id = await harbour.ship(name="Ann")
    given = [{"name": "Bea"}, {"captain": "Cy"}, {"builtOn": "1999-01-01"}, {"callSign": "DAAA"}]
    done = await asyncio.gather(*(update(harbour, id, it, 1, "MERGE_DISJOINT") for it in given))
    assert [it["userErrors"] for it in done] == [[]] * 4
    rows = await harbour.rows("SELECT name, captain, call_sign, version FROM ship")
    assert rows == [("Bea", "Cy", "DAAA", 5)]


async def test_of_many_edits_of_one_field_at_once_one_goes_through(harbour):
    id = await harbour.ship(name="Ann")
    edits = (update(harbour, id, {"name": f"Ship {n}"}, 1, "MERGE_DISJOINT") for n in range(5))
    done = await asyncio.gather(*edits)
    assert sorted(len(it["userErrors"]) for it in done) == [0, 1, 1, 1, 1]
    assert await harbour.rows("SELECT version FROM ship") == [(2,)]


async def test_who_may_not_read_is_shown_no_current_record(harbour):
    id = await harbour.ship(name="Ann")
    await update(harbour, id, {"name": "Bea"})
    writer = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL - {READ_SHIPS})
    done = await update(harbour, id, {"name": "Cleo"}, 1, actor=writer)
    assert done["userErrors"][0]["current"] is None


async def test_a_key_that_is_taken_names_who_has_it(harbour, elsewhere):
    await elsewhere.ship(name="Eve", callSign="DAAA")
    ann = await harbour.ship(name="Ann", callSign="DAAA")
    (error,) = (await harbour.ask(CREATE, i={"name": "Bea", "callSign": "DAAA"}))["done"][
        "userErrors"
    ]
    assert error == {
        "__typename": "DuplicateError",
        "code": "DUPLICATE",
        "path": ["input", "callSign"],
        "candidates": [ann],
    }
    assert await harbour.rows("SELECT name FROM ship") == [("Ann",)]


@pytest.mark.parametrize(
    ("given", "bounds"),
    [
        ({"name": "x" * 201}, {"allowed": [], "min": None, "max": "200"}),
        (
            {"value": {"amount": "1e17", "currency": "EUR"}},
            {"allowed": [], "min": "-9999999999999999.99", "max": "9999999999999999.99"},
        ),
        ({"name": ""}, {"allowed": [], "min": None, "max": None}),
    ],
)
async def test_a_value_that_cannot_be_says_what_can(harbour, given, bounds):
    (error,) = (await harbour.ask(CREATE, i={"name": "Ann"} | given))["done"]["userErrors"]
    assert error["__typename"] == "ValidationError"
    assert {k: error[k] for k in bounds} == bounds


async def test_a_step_that_cannot_be_says_where_the_record_stands(harbour):
    id = await harbour.ship()
    await harbour.ask(SINK, id=id)
    (error,) = (await harbour.ask(SINK, id=id))["done"]["userErrors"]
    assert error == {
        "__typename": "TransitionError",
        "code": "INVALID_TRANSITION",
        "from": "SUNK",
        "to": None,
        "allowedNext": [],
        "missing": [],
    }


async def test_a_document_may_hold_ten_mutations_each_kept_by_itself(harbour):
    def document(names):
        fields = (
            f'm{n}: createShip(input: {{name: "{it}"}}) {{ userErrors {{ code }} }}'
            for n, it in enumerate(names)
        )
        return f"mutation {{ {' '.join(fields)} }}"

    answer = await harbour.answer(document(["Ann"] * 11))
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["LIMIT_EXCEEDED"]
    assert await harbour.rows("SELECT name FROM ship") == []
    await harbour.ask(document(["Ann", "", *["Bea"] * 8]))
    assert await harbour.rows("SELECT count(*) FROM ship") == [(9,)]
