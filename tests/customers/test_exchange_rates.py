"""Exchange rates by date, and what customers counts by them and by the fiscal year."""

from datetime import UTC, datetime

import pytest

from services.chassis.ids import new_id
from services.customers.main import parts
from tests.customers.office import refusals
from tests.support.asking import codes, reasons

FIELDS = "id currency validOn rate version"
USD = {"currency": "USD", "validOn": "2026-01-01", "rate": "0.9"}


@pytest.fixture
async def company(office):
    return await office.found()


async def rate(office, **given):
    done = await office.make("ExchangeRate", FIELDS, USD | given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def act(office, deed, id, person=None):
    return await office.act(f"{deed}ExchangeRate", "exchangeRate", FIELDS, id, person)


async def test_a_rate_is_added_corrected_put_away_and_brought_back_and_told_each_time(office):
    id = await rate(office, rate="0.9123456789")
    done = await office.change("ExchangeRate", FIELDS, id, {"rate": "0.91"})
    assert done["made"] == {"id": id, **USD, "rate": "0.9100000000", "version": 2}
    await act(office, "archive", id)
    await act(office, "restore", id)
    assert await office.told(id) == ["created", "updated", "archived", "restored"]
    first, second, *_ = await office.events(id)
    assert first["type"] == "customers.exchange_rate.created.v1"
    assert first["data"]["rate"] == "0.9123456789"
    told = {"exchangeRateId": id, "currency": "USD", "validOn": "2026-01-01", "rate": "0.91"}
    assert told.items() <= second["data"].items()


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"rate": "0"}, "OUT_OF_RANGE", "input.rate"),
        ({"rate": "-1"}, "OUT_OF_RANGE", "input.rate"),
        ({"rate": "0.00000000001"}, "OUT_OF_RANGE", "input.rate"),
        ({"rate": "100000000000"}, "OUT_OF_RANGE", "input.rate"),
        ({"currency": "usd"}, "INVALID", "input.currency"),
        ({"currency": "DOLLAR"}, "TOO_LONG", "input.currency"),
    ],
)
async def test_a_rate_by_which_nobody_could_count_is_refused(office, given, code, path):
    done = await office.make("ExchangeRate", FIELDS, USD | given)
    assert refusals(done) == [(code, path)]
    assert await office.told() == []


async def test_a_currency_has_one_rate_on_a_day(office):
    first = await rate(office)
    assert reasons(await office.make("ExchangeRate", FIELDS, USD)) == ["DUPLICATE"]
    await rate(office, validOn="2026-01-02")
    await rate(office, currency="CHF")
    await act(office, "archive", first)
    await rate(office, rate="0.8")
    assert reasons(await act(office, "restore", first)) == ["DUPLICATE"]


async def test_rates_come_in_by_the_hundred(office):
    items = [
        {"externalRef": {"source": "ecb", "id": day}, "input": USD | {"validOn": day}}
        for day in ("2026-01-01", "2026-01-02")
    ]
    asked = ("exchangeRates", "exchangeRate", FIELDS, items)
    results, _ = await office.upsert(*asked)
    assert [it["status"] for it in results] == ["CREATED", "CREATED"]
    items[1]["input"]["rate"] = "0.95"
    results, events = await office.upsert(*asked)
    assert [it["status"] for it in results] == ["UNCHANGED", "UPDATED"]
    assert events == ["customers.exchange_rate.updated.v1"]


@pytest.mark.parametrize("role", ["SALES_MANAGER", "SALES_REPRESENTATIVE", "SERVICE_AGENT"])
async def test_only_an_administrator_sets_rates_and_all_may_see_them(office, role):
    await rate(office)
    person = await office.employ(role)
    done = await office.make("ExchangeRate", FIELDS, USD | {"currency": "CHF"}, person)
    assert codes(done) == ["FORBIDDEN"]
    seen = await office.ask("{ exchangeRates { nodes { currency } } }", person)
    assert seen["exchangeRates"]["nodes"] == [{"currency": "USD"}]


async def test_the_base_currency_stays_while_rates_are_given_in_it(office, company):
    id = await rate(office)
    change = {"baseCurrency": "USD"}
    done = await office.change("Company", "baseCurrency", company, change)
    assert reasons(done) == ["CURRENCY_HAS_RATES"]
    assert refusals(done) == [("REFERENCED", "input.baseCurrency")]
    assert await office.told(company) == ["created"]
    done = await office.change("Company", "name", company, {"name": "Acme Ltd"})
    assert done["userErrors"] == []
    await act(office, "archive", id)
    done = await office.change("Company", "baseCurrency", company, change)
    assert done["made"] == {"baseCurrency": "USD"}


GROUPS = """{
  customerGroups(groupBy: [{field: TIER}], orderBy: [{field: REVENUE_SUM, direction: DESC}]) {
    nodes { key { tier } count measures { revenue { sum { amount currency } missingRates } } }
  }
}"""


@pytest.mark.usefixtures("company")
async def test_customers_are_counted_in_the_companys_currency(office):
    await rate(office, validOn="2020-01-01", rate="0.5")
    put_away = await rate(office, currency="CHF", validOn="2020-01-01", rate="2")
    await act(office, "archive", put_away)
    for tier, amount, currency in (("A", "100", "EUR"), ("A", "100", "USD"), ("B", "100", "CHF")):
        await office.customer(tier=tier, revenue={"amount": amount, "currency": currency})
    nodes = (await office.ask(GROUPS))["customerGroups"]["nodes"]
    told = {it["key"]["tier"]: it["measures"]["revenue"] for it in nodes}
    assert told == {
        "A": {"sum": {"amount": "150.0000", "currency": "EUR"}, "missingRates": 0},
        "B": {"sum": None, "missingRates": 1},
    }


async def test_a_fiscal_year_begins_in_the_companys_month_and_zone(office, company):
    await office.change("Company", "id", company, {"fiscalMonth": 4})
    office.works.clock = lambda: datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    await office.log(await office.customer(), happenedAt="2026-03-31T21:30:00Z")
    await office.log(await office.customer(), happenedAt="2026-03-31T22:00:00Z")
    nodes = (
        await office.ask("""{
          interactionGroups(groupBy: {field: HAPPENED_AT, unit: FISCAL_YEAR}) {
            nodes { key { happenedAt { start startsAt } } count }
          }
        }""")
    )["interactionGroups"]["nodes"]
    assert nodes == [
        {
            "key": {"happenedAt": {"start": day, "startsAt": f"{at}+00:00"}},
            "count": 1,
        }
        for day, at in (
            ("2025-04-01", "2025-03-31T22:00:00"),
            ("2026-04-01", "2026-03-31T22:00:00"),
        )
    ]
    found = await office.ask("""{
      interactions(where: {happenedAt: {period: {unit: FISCAL_YEAR}}}) { nodes { happenedAt } }
    }""")
    assert found["interactions"]["nodes"] == [{"happenedAt": "2026-03-31T22:00:00+00:00"}]


async def test_rates_of_one_company_are_no_others(office, rival):
    id = await rate(office)
    assert (await rival.ask("{ exchangeRates { nodes { id } } }"))["exchangeRates"]["nodes"] == []
    assert codes(await act(rival, "archive", id)) == ["NOT_FOUND"]
    await rate(rival)
    assert codes(await act(office, "archive", new_id("xrt"))) == ["NOT_FOUND"]


def test_the_program_counts_as_its_company_does(office):
    assert parts().reckoning is office.reckoning
