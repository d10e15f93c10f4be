"""Money in groups: in the base currency, at the rate of a day, and never as if it were nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.chassis.ids import new_id
from services.chassis.money import Money
from tests.kit.harbour import Harbour
from tests.toy.model import Ship

GROUPS = """
    query($by: [ShipGroupBy!], $rates: ShipRatesOf, $having: ShipHaving, $o: [ShipGroupOrder!],
          $after: String) {
      found: shipGroups(groupBy: $by, rates: $rates, having: $having, orderBy: $o, after: $after) {
        nodes {
          key { name valueCurrency } count
          measures { value { sum { amount currency } max { amount } missingRates } }
        }
        pageInfo { endCursor }
      }
    }
"""
AMOUNTS = (
    ("a", "10", "EUR", datetime(2026, 1, 5, tzinfo=UTC), None),
    ("a", "10", "USD", datetime(2026, 1, 5, tzinfo=UTC), date(2026, 2, 1)),
    ("b", "10", "USD", datetime(2026, 1, 31, 23, 30, tzinfo=UTC), date(2025, 1, 1)),
    ("b", "0.03", "USD", datetime(2026, 3, 1, tzinfo=UTC), date(2026, 1, 31)),
    ("c", "7", "CHF", datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1)),
    ("c", None, None, datetime(2026, 3, 1, tzinfo=UTC), None),
)
RATES = (("USD", date(2026, 1, 1), "0.5"), ("USD", date(2026, 2, 1), "0.3333333333"))


async def filled(engine, **settings):
    harbour = Harbour(engine, new_id("company"))
    if settings:
        await harbour.settle(**settings)
    for rate in RATES:
        await harbour.rate(*rate)
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for name, amount, currency, at, built in AMOUNTS:
            value = Money(Decimal(amount), str(currency)) if amount else None
            work.add(Ship, name=name, value=value, created_at=at, built_on=built)
    return harbour


@pytest.fixture
async def harbour(engine):
    return await filled(engine, base_currency="EUR", time_zone="UTC")


async def sums(harbour, **given):
    nodes = (await harbour.ask(GROUPS, by=[{"field": "NAME"}], **given))["found"]["nodes"]
    return {it["key"]["name"]: summed(it) for it in nodes}


def summed(node):
    value = node["measures"]["value"]
    amount = value["sum"] and Decimal(value["sum"]["amount"])
    return amount, value["missingRates"]


async def test_an_amount_counts_at_the_rate_of_the_day_on_which_its_record_was_made(harbour):
    assert await sums(harbour) == {
        "a": (Decimal(15), 0),
        "b": (Decimal("5.01"), 0),
        "c": (None, 1),
    }
    nodes = (await harbour.ask(GROUPS))["found"]["nodes"]
    assert nodes[0]["count"] == 6
    assert nodes[0]["measures"]["value"]["sum"]["currency"] == "EUR"
    assert summed(nodes[0]) == (Decimal("20.01"), 1)


async def test_a_record_was_made_on_the_day_that_it_was_where_the_company_lives(engine):
    harbour = await filled(engine, base_currency="EUR", time_zone="Europe/Berlin")
    assert (await sums(harbour))["b"] == (Decimal("3.3433"), 0)


async def test_a_client_chooses_a_field_of_the_record_or_one_day_for_all(harbour):
    assert await sums(harbour, rates={"field": "BUILT_ON"}) == {
        "a": (Decimal("13.3333"), 0),
        "b": (Decimal("0.015"), 1),
        "c": (None, 1),
    }
    assert await sums(harbour, rates={"on": "2026-02-01"}) == {
        "a": (Decimal("13.3333"), 0),
        "b": (Decimal("3.3433"), 0),
        "c": (None, 1),
    }
    assert await sums(harbour, rates={"on": "2025-12-31"}) == {
        "a": (Decimal(10), 1),
        "b": (None, 2),
        "c": (None, 1),
    }


@pytest.mark.parametrize("rates", [{}, {"field": "BUILT_ON", "on": "2026-01-01"}])
async def test_a_rate_is_of_one_day(harbour, rates):
    (error,) = (await harbour.answer(GROUPS, rates=rates))["errors"]
    assert error["extensions"]["code"] == "INVALID"


async def test_where_no_base_currency_is_known_every_amount_lacks_its_rate(engine):
    harbour = await filled(engine)
    assert await sums(harbour) == {"a": (None, 2), "b": (None, 2), "c": (None, 1)}


async def test_groups_are_taken_and_ordered_by_what_they_come_to(harbour):
    more = {"measures": {"value": {"sum": {"gt": "5"}}}}
    assert (await sums(harbour, having=more)).keys() == {"a", "b"}
    lacking = {"measures": {"value": {"missingRates": {"gt": 0}}}}
    assert (await sums(harbour, having=lacking)).keys() == {"c"}
    order = [{"field": "VALUE_SUM", "direction": "DESC", "nulls": "LAST"}]
    assert list(await sums(harbour, o=order)) == ["a", "b", "c"]
    order = [{"field": "VALUE_MISSING_RATES", "direction": "DESC"}, {"field": "VALUE_MAX"}]
    assert list(await sums(harbour, o=order)) == ["c", "b", "a"]


async def test_a_cursor_does_not_outlive_the_day_of_its_rates(harbour):
    page = await harbour.ask(GROUPS, by=[{"field": "NAME"}])
    after = page["found"]["pageInfo"]["endCursor"]
    asked = {"by": [{"field": "NAME"}], "after": after, "rates": {"on": "2026-01-01"}}
    (error,) = (await harbour.answer(GROUPS, **asked))["errors"]
    assert error["message"] == "this cursor belongs to a list with another sort or filter"


async def test_amounts_can_be_put_together_by_their_currency(harbour):
    nodes = (await harbour.ask(GROUPS, by=[{"field": "VALUE_CURRENCY"}]))["found"]["nodes"]
    told = {it["key"]["valueCurrency"]: (it["count"], *summed(it)) for it in nodes}
    assert told == {
        "CHF": (1, None, 1),
        "EUR": (1, Decimal(10), 0),
        "USD": (3, Decimal("10.01"), 0),
        None: (1, None, 0),
    }


async def test_another_companys_rates_are_not_ours(engine, elsewhere):
    harbour = await filled(engine, base_currency="EUR", time_zone="UTC")
    await elsewhere.rate("CHF", date(2020, 1, 1), "1")
    assert (await sums(harbour))["c"] == (None, 1)
