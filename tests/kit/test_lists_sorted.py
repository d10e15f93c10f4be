"""Sorts: pages of any size, in any order, with what is empty at either end, make one list."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.ids import new_id
from tests.kit import fleet
from tests.kit.harbour import Harbour

PAGE = """
    query($w: ShipWhere, $o: [ShipOrder!], $first: Int, $after: String, $last: Int, $before: String) {
      ships(where: $w, orderBy: $o, first: $first, after: $after, last: $last, before: $before) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
"""  # noqa: E501  # a document is read as it is written
FIELDS = {"NAME": "name", "BUILT_ON": "builtOn", "CAPTAIN": "captain", "ID": "id"}


@pytest.fixture(scope="module")
async def harbour(engine):
    return Harbour(engine, new_id("company"))


@pytest.fixture(scope="module")
async def filled(harbour):
    return await fleet.filled(harbour)


def in_order(ships, order):
    """Sort by hand: the last step first, since a sort keeps what is equal as it was."""
    steps = [*order, {"field": "ID", "direction": order[0]["direction"] if order else "ASC"}]
    found = list(ships)
    for step in reversed(steps):
        name, descending = FIELDS[step["field"]], step["direction"] == "DESC"
        nulls = step.get("nulls") or ("FIRST" if descending else "LAST")
        empty = [it for it in found if it[name] is None]
        full = [it for it in found if it[name] is not None]
        values = sorted({it[name] for it in full}, reverse=descending)
        full = [it for value in values for it in full if it[name] == value]
        found = empty + full if nulls == "FIRST" else full + empty
    return [it["id"] for it in found]


step = st.fixed_dictionaries(
    {"field": st.sampled_from(sorted(FIELDS)), "direction": st.sampled_from(["ASC", "DESC"])},
    optional={"nulls": st.sampled_from(["FIRST", "LAST"])},
)
orders = st.lists(step, max_size=4)
wheres: Any = st.sampled_from(
    [{}, {"archived": "INCLUDE"}, {"captain": {"isNull": True}}, {"builtOn": {"isNull": False}}]
)


async def walked(harbour, size, *, backwards=False, **given):
    """Walk all pages from one end; give them in the order of the list."""
    pages: list[list[str]] = []
    names = ("last", "before") if backwards else ("first", "after")
    onwards = "hasPreviousPage" if backwards else "hasNextPage"
    cursor, going_on = None, True
    while going_on:
        answer = await harbour.ask(PAGE, **given, **{names[0]: size, names[1]: cursor})
        page, info = answer["ships"]["nodes"], answer["ships"]["pageInfo"]
        pages.append([it["id"] for it in page])
        cursor = info["startCursor" if backwards else "endCursor"]
        going_on = info[onwards]
    if backwards:
        pages.reverse()
    return [id for page in pages for id in page]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(order=orders, where=wheres, size=st.integers(3, 40), backwards=st.booleans())
async def test_pages_make_one_sorted_list(harbour, filled, order, where, size, backwards):
    ships = [it for it in filled.ships if _is_taken(it, where)]
    found = await walked(harbour, size, backwards=backwards, w=where, o=order)
    assert found == in_order(ships, order)


def _is_taken(ship, where):
    return (
        (where.get("archived") == "INCLUDE" or ship["archivedAt"] is None)
        and ("captain" not in where or ship["captain"] is None)
        and ("builtOn" not in where or ship["builtOn"] is not None)
    )


@pytest.mark.usefixtures("filled")
async def test_a_cursor_of_another_place_for_what_is_empty_is_refused(harbour):
    order = [{"field": "BUILT_ON", "nulls": "FIRST"}]
    page = (await harbour.ask(PAGE, first=3, o=order))["ships"]
    cursor = page["pageInfo"]["endCursor"]
    answer = await harbour.answer(PAGE, first=3, after=cursor, o=[{"field": "BUILT_ON"}])
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert answer["data"]["ships"] is None
