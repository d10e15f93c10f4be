"""How the company counts, as sales knows it by events, and what is grouped by it."""

from functools import partial

import pytest

from services.chassis.ids import new_id
from services.sales.company import subscribers
from services.sales.main import parts
from tests.support import reckoned, telling


@pytest.fixture
async def tell(company, stream):
    """A way to tell what customers tells, and ears to hear it."""
    async with telling.listening(subscribers.subscriptions, company.works, stream):
        yield partial(telling.tell, stream, company.tenant)


@pytest.fixture
async def settled(company, tell):
    """Let it be known how the company counts."""
    await reckoned.settle(company, tell)


async def test_the_company_is_copied_and_followed(company, tell):
    await reckoned.require_the_company_is_followed(company, tell)


async def test_what_was_told_before_there_were_fiscal_years_is_of_january(company, tell):
    await reckoned.require_an_old_company_is_of_january(company, tell)


async def test_a_rate_is_copied_followed_dropped_and_kept_again(company, tell):
    await reckoned.require_a_rate_is_followed_dropped_and_kept_again(company, tell)


async def test_orders_are_numbered_as_the_company_says(company, tell):
    async def take():
        return (await company.seen(await company.order()))["number"]

    await reckoned.require_numbers_are_written_as_the_company_says(company, tell, take, "ORDER")


OPPORTUNITIES = """{
  opportunityGroups(
    groupBy: [{field: STAGE}, {field: CLOSE_ON, unit: FISCAL_QUARTER}]
    rates: {field: CLOSE_ON}
    orderBy: [{field: AMOUNT_SUM, direction: DESC, nulls: LAST}]
  ) {
    nodes {
      key { stage closeOn { unit start end } } count
      measures { amount { sum { amount currency } missingRates } probability { avg } }
      records { nodes { name } count(mode: EXACT) { value } }
    }
  }
}"""


async def opportunity(company, name, amount, currency, close_on):
    given = {"name": name, "customerId": new_id("cus"), "closeOn": close_on}
    given["amount"] = {"amount": amount, "currency": currency}
    done = await company.make("Opportunity", "id", given)
    assert done["userErrors"] == []


@pytest.mark.usefixtures("settled")
async def test_a_pipeline_is_counted_in_fiscal_quarters_and_one_currency(company, tell):
    await reckoned.add_rate(company, tell)
    await opportunity(company, "a", "10", "EUR", "2026-04-01")
    await opportunity(company, "b", "10", "USD", "2026-06-30")
    await opportunity(company, "c", "10", "USD", "2019-12-31")
    nodes = (await company.ask(OPPORTUNITIES))["opportunityGroups"]["nodes"]
    both, one = nodes
    assert both["key"]["closeOn"] == {
        "unit": "FISCAL_QUARTER",
        "start": "2026-04-01",
        "end": "2026-07-01",
    }
    assert (both["key"]["stage"], both["count"]) == ("SET_UP", 2)
    assert both["measures"]["amount"] == {
        "sum": {"amount": "15.0000", "currency": "EUR"},
        "missingRates": 0,
    }
    assert both["measures"]["probability"] == {"avg": "10.0000"}
    assert sorted(it["name"] for it in both["records"]["nodes"]) == ["a", "b"]
    assert both["records"]["count"] == {"value": 2}
    assert one["measures"]["amount"] == {"sum": None, "missingRates": 1}


async def test_groups_of_what_one_may_not_read_are_refused(company):
    agent = await company.employ("SERVICE_AGENT")
    answer = await company.answer(OPPORTUNITIES, agent)
    assert answer["data"]["opportunityGroups"] is None
    assert [it["extensions"]["code"] for it in answer["errors"]] == ["FORBIDDEN"]


def test_the_program_counts_as_its_company_does(company):
    assert parts().reckoning is company.reckoning
