"""Filters, whatever they are, find what the same filter finds by hand in the same records."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.ids import new_id
from tests.kit import fleet
from tests.kit.harbour import Harbour

DOCUMENTS = {
    "ships": "query($w: ShipWhere) { found: ships(where: $w, first: 200)"
    " { nodes { id } count(mode: EXACT) { value } } }",
    "voyages": "query($w: VoyageWhere) { found: voyages(where: $w, first: 200)"
    " { nodes { id } count(mode: EXACT) { value } } }",
}
REFERENCES, RELATIONS = {"ship"}, {"voyages"}


@pytest.fixture(scope="module")
async def harbour(engine):
    return Harbour(engine, new_id("company"))


@pytest.fixture(scope="module")
async def filled(harbour):
    return await fleet.filled(harbour)


def takes(where, record, unsaid="EXCLUDE"):
    """Say by hand whether a filter takes a record."""
    return is_shown(where, record, unsaid) and holds(where, record)


def is_shown(where, record, unsaid="EXCLUDE"):
    archived, is_put_away = where.get("archived", unsaid), record["archivedAt"] is not None
    return archived == "INCLUDE" or is_put_away is (archived == "ONLY")


def holds(where, record):
    return all(_part(k, v, record) for k, v in where.items() if k != "archived")


def _part(name, asked, record):
    if name in ("and", "or"):
        return {"and": all, "or": any}[name](holds(it, record) for it in asked)
    if name == "not":
        return not holds(asked, record)
    if name in RELATIONS:
        return all(_quantified(k, v, record[name]) for k, v in asked.items())
    if name in REFERENCES:
        return record[name] is not None and takes(asked, record[name], "INCLUDE")
    if name == "value":
        money = record[name] or {"amount": None, "currency": None}
        return all(_leaf(v, money[k]) for k, v in asked.items())
    return _leaf(asked, record[name])


def _quantified(quantifier, asked, related):
    if quantifier == "count":
        return _leaf(asked, sum(is_shown({}, it) for it in related))
    found = [holds(asked, it) for it in related if is_shown(asked, it)]
    return {"some": any(found), "none": not any(found), "every": all(found)}[quantifier]


def _leaf(asked, value):
    return all(OPERATORS[k](value, _read(v, value)) for k, v in asked.items())


def _read(asked, value):
    """Read what was sent as what it is compared with."""
    if isinstance(asked, list):
        return [_read(it, value) for it in asked]
    if isinstance(value, datetime):
        return asked if isinstance(asked, bool) else datetime.fromisoformat(asked)
    if isinstance(value, date):
        return asked if isinstance(asked, bool) else date.fromisoformat(asked)
    return Decimal(asked) if isinstance(value, Decimal) and isinstance(asked, str) else asked


OPERATORS: dict[str, Any] = {
    "eq": lambda a, b: a is not None and a == b,
    "ne": lambda a, b: a is None or a != b,
    "in": lambda a, b: a is not None and a in b,
    "notIn": lambda a, b: a is None or a not in b,
    "contains": lambda a, b: a is not None and b.lower() in a.lower(),
    "startsWith": lambda a, b: a is not None and a.startswith(b),
    "gt": lambda a, b: a is not None and a > b,
    "gte": lambda a, b: a is not None and a >= b,
    "lt": lambda a, b: a is not None and a < b,
    "lte": lambda a, b: a is not None and a <= b,
    "isNull": lambda a, b: (a is None) is b,
}
EQUALITY = ("eq", "ne", "in", "notIn", "isNull")
ORDERED = (*EQUALITY, "gt", "gte", "lt", "lte")


def asked_of(values, operators=ORDERED):
    """Ask one or two things of a value, by what it may be."""
    one = st.sampled_from([it for it in values if it is not None])

    def of(operator):
        if operator in ("in", "notIn"):
            return st.lists(one, max_size=3)
        return st.booleans() if operator == "isNull" else one

    asked = st.sampled_from(operators).flatmap(lambda it: of(it).map(lambda value: {it: value}))
    return merged(asked)


def merged(parts):
    return st.lists(parts, min_size=1, max_size=2).map(
        lambda found: {k: v for it in found for k, v in it.items()}
    )


def texts(values):
    parts = [it[:n] for it in values if it for n in (0, 1, 2, 3)]
    return asked_of((*values, *parts), (*ORDERED, "contains", "startsWith"))


def written(values):
    return [it and it.isoformat() for it in values]


def under(name, asked):
    return asked.map(lambda it: {name: it})


money = st.one_of(
    under("amount", asked_of([it and it[0] for it in fleet.VALUES])),
    under("currency", texts(["EUR", "USD"])),
)
SHIP_LEAVES = st.one_of(
    under("name", texts(fleet.NAMES)),
    under("captain", texts(fleet.CAPTAINS)),
    under("state", asked_of(["AFLOAT", "SUNK"], EQUALITY)),
    under("builtOn", asked_of(written(fleet.DAYS))),
    under("value", merged(money)),
    under("ownerId", asked_of(fleet.OWNERS, EQUALITY)),
    under("createdAt", asked_of(written(fleet.MOMENTS))),
    under("archivedAt", asked_of(written(fleet.MOMENTS))),
)
VOYAGE_LEAVES = st.one_of(
    under("port", texts(fleet.PORTS)),
    under("miles", asked_of(list(map(str, fleet.MILES)))),
    under("pilotId", asked_of(fleet.PILOTS, EQUALITY)),
    under("createdAt", asked_of(written(fleet.MOMENTS))),
)
archived = under("archived", st.sampled_from(["EXCLUDE", "INCLUDE", "ONLY"]))


def at_top(where):
    """Say of a filter, or do not, whether it is about what was put away."""
    return st.tuples(where, st.one_of(st.just({}), archived)).map(lambda it: it[0] | it[1])


def combined(leaves, nested, levels):
    """Combine leaves, and what is nested, to trees of so many levels."""
    if not levels:
        return merged(leaves)
    below = combined(leaves, nested, levels - 1)
    several = st.lists(below, max_size=3)
    groups = st.one_of(under("and", several), under("or", several), under("not", below))
    return merged(st.one_of(leaves, groups, *nested))


def quantified(where):
    quantifier = st.sampled_from(["some", "none", "every"])
    asked = st.tuples(quantifier, at_top(where)).map(lambda it: {it[0]: it[1]})
    return merged(st.one_of(asked, under("count", asked_of([0, 1, 2, 3, 4]))))


voyage_inside = combined(VOYAGE_LEAVES, [], 1)
ship_inside = combined(SHIP_LEAVES, [under("voyages", quantified(voyage_inside))], 1)
voyage_where = combined(VOYAGE_LEAVES, [under("ship", at_top(ship_inside))], 2)
ship_where = combined(SHIP_LEAVES, [under("voyages", quantified(voyage_inside))], 2)
asked = st.one_of(
    st.tuples(st.just("ships"), at_top(ship_where)),
    st.tuples(st.just("voyages"), at_top(voyage_where)),
)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(asked=asked)
async def test_a_filter_finds_what_it_finds_by_hand(harbour, filled, asked):
    records, where = asked
    answer = await harbour.ask(DOCUMENTS[records], w=where)
    by_hand = {it["id"] for it in getattr(filled, records) if takes(where, it)}
    assert {it["id"] for it in answer["found"]["nodes"]} == by_hand
    assert answer["found"]["count"]["value"] == len(by_hand)
