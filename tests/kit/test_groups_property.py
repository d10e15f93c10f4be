"""Groups, whatever they are, are those that are counted by hand in the same records."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.calendars import Calendar, PeriodUnit, zone_named
from services.chassis.ids import new_id
from tests.kit import fleet
from tests.kit.harbour import Harbour
from tests.kit.test_where_property import at_top, ship_where, takes, voyage_where

ZONE, FISCAL_MONTH, BASE = "America/New_York", 4, "EUR"
USD = {date(2026, 3, 28): Decimal("0.9"), date(2026, 3, 30): Decimal("1.1234567891")}
"""Ships of the 27th, where the company lives, have none."""
FIGURES = "sum avg min max p50 p90"
DOCUMENTS = {
    "ships": """query($w: ShipWhere, $by: [ShipGroupBy!], $after: String) {
      found: shipGroups(where: $w, groupBy: $by, first: 7, after: $after) {
        nodes {
          key { state name valueCurrency owner { id } builtOn { start } createdAt { start } }
          count
          measures {
            value { sum { amount currency } avg { amount } min { amount } max { amount }
                    p50 { amount } p90 { amount } missingRates }
            name { countDistinct } owner { countDistinct } builtOn { min max countDistinct }
          }
          records(first: 200) { nodes { id } count(mode: EXACT) { value } }
        }
        pageInfo { endCursor hasNextPage }
      }
    }""",
    "voyages": """query($w: VoyageWhere, $by: [VoyageGroupBy!], $after: String) {
      found: voyageGroups(where: $w, groupBy: $by, first: 7, after: $after) {
        nodes {
          key { port miles pilot { id } ship { id } createdAt { start } }
          count
          measures { miles { sum avg min max p50 p90 countDistinct } port { countDistinct } }
          records(first: 200) { nodes { id } count(mode: EXACT) { value } }
        }
        pageInfo { endCursor hasNextPage }
      }
    }""",
}
NAMES = {"pilot": "pilotId", "ship": "shipId", "owner": "ownerId"}


@pytest.fixture(scope="module")
async def harbour(engine):
    harbour = Harbour(engine, new_id("company"))
    await harbour.settle(BASE, ZONE, FISCAL_MONTH)
    for day, rate in USD.items():
        await harbour.rate("USD", day, rate)
    return harbour


@pytest.fixture(scope="module")
async def filled(harbour):
    return await fleet.filled(harbour)


def key_by_hand(by, record):
    return tuple(_value(it, record) for it in by)


def _value(by, record):
    name = _public(by["field"])
    if name == "valueCurrency":
        return record["value"] and record["value"]["currency"]
    value = record[NAMES.get(name, name)]
    if name not in ("builtOn", "createdAt") or value is None:
        return value
    calendar = Calendar(zone_named(by.get("timeZone", ZONE)), FISCAL_MONTH)
    day = value if name == "builtOn" else value.astimezone(calendar.zone).date()
    return calendar.period(PeriodUnit[by.get("unit", "DAY")], day)[0].isoformat()


def key_told(by, key):
    told = [key[_public(it["field"])] for it in by]
    values = tuple(it.get("id", it.get("start")) if isinstance(it, dict) else it for it in told)
    pairs = zip(by, values, strict=True)
    return tuple(Decimal(str(v)) if b["field"] == "MILES" else v for b, v in pairs)


def _public(field):
    first, *rest = field.lower().split("_")
    return first + "".join(it.capitalize() for it in rest)


def converted(ship):
    value = ship["value"]
    if value is None or value["currency"] == BASE:
        return value and value["amount"]
    day = ship["createdAt"].astimezone(zone_named(ZONE)).date()
    rate = next((USD[it] for it in sorted(USD, reverse=True) if it <= day), None)
    return rate and (value["amount"] * rate).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def figures(values):
    """Reckon by hand: nothing, where there is nothing."""
    if not (values := sorted(it for it in values if it is not None)):
        return dict.fromkeys(FIGURES.split())
    return {
        "sum": sum(values),
        "avg": (sum(values) / len(values)).quantize(Decimal("0.0001"), ROUND_HALF_UP),
        "min": values[0],
        "max": values[-1],
        "p50": values[ceil(len(values) * Decimal("0.5")) - 1],
        "p90": values[ceil(len(values) * Decimal("0.9")) - 1],
    }


def different(records, name):
    return len({it[name] for it in records} - {None})


def of_ships(ships):
    days = [it["builtOn"].isoformat() for it in ships if it["builtOn"]]
    amounts = [converted(it) for it in ships]
    missing = [
        it for it, amount in zip(ships, amounts, strict=True) if it["value"] and amount is None
    ]
    return {
        "value": figures(amounts) | {"missingRates": len(missing)},
        "name": {"countDistinct": different(ships, "name")},
        "owner": {"countDistinct": different(ships, "ownerId")},
        "builtOn": {
            "min": min(days, default=None),
            "max": max(days, default=None),
            "countDistinct": len(set(days)),
        },
    }


def of_voyages(voyages):
    distinct = {"countDistinct": different(voyages, "miles")}
    return {
        "miles": figures([it["miles"] for it in voyages]) | distinct,
        "port": {"countDistinct": different(voyages, "port")},
    }


def read(measures):
    """Read decimals back as what they are; money is in the base currency, all of it."""
    return {
        field: {name: _read(it) for name, it in each.items()} for field, each in measures.items()
    }


def _read(value):
    if isinstance(value, dict):
        assert value.get("currency", BASE) == BASE
        value = value["amount"]
    if isinstance(value, str) and value.count("-") < 2:
        return Decimal(value)
    return value


async def walked(harbour, records, where, by):
    """Walk all pages of groups."""
    found, after = [], None
    while True:
        answer = await harbour.ask(DOCUMENTS[records], w=where, by=by, after=after)
        found += answer["found"]["nodes"]
        if not answer["found"]["pageInfo"]["hasNextPage"]:
            return found
        after = answer["found"]["pageInfo"]["endCursor"]


def plain(*fields):
    return st.sampled_from(fields).map(lambda it: {"field": it})


def in_time(field):
    zones = {"timeZone": st.sampled_from(["Europe/Berlin", "UTC", "Asia/Kathmandu"])}
    units = {"unit": st.sampled_from([it.name for it in PeriodUnit])}
    return st.fixed_dictionaries({"field": st.just(field)}, optional=units | zones)


def several(key):
    return st.lists(key, max_size=3, unique_by=lambda it: it["field"])


ship_keys = st.one_of(
    plain("STATE", "NAME", "VALUE_CURRENCY", "OWNER"), in_time("BUILT_ON"), in_time("CREATED_AT")
)
voyage_keys = st.one_of(plain("PORT", "MILES", "PILOT", "SHIP"), in_time("CREATED_AT"))
asked = st.one_of(
    st.tuples(st.just("ships"), at_top(ship_where), several(ship_keys)),
    st.tuples(st.just("voyages"), at_top(voyage_where), several(voyage_keys)),
)
BY_HAND = {"ships": of_ships, "voyages": of_voyages}


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(asked=asked)
async def test_groups_are_those_that_are_counted_by_hand(harbour, filled, asked):
    records, where, by = asked
    groups = defaultdict(list)
    for it in getattr(filled, records):
        if takes(where, it):
            groups[key_by_hand(by, it)].append(it)
    if not by:
        groups.setdefault((), [])
    told = await walked(harbour, records, where, by)
    assert {key_told(by, it["key"]) for it in told} == groups.keys()
    assert len(told) == len(groups)
    for it in told:
        theirs = groups[key_told(by, it["key"])]
        assert it["count"] == it["records"]["count"]["value"] == len(theirs)
        assert {node["id"] for node in it["records"]["nodes"]} == {node["id"] for node in theirs}
        assert read(it["measures"]) == BY_HAND[records](theirs)
