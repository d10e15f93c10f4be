"""How the company counts, as the desk knows it by events, and what is grouped by it."""

from datetime import datetime
from functools import partial

import pytest

from services.chassis.ids import new_id
from services.service_desk.company import subscribers
from services.service_desk.main import parts
from tests.support import telling
from tests.support.waiting import until

COMPANY = {"name": "Acme", "baseCurrency": "EUR", "timeZone": "Europe/Berlin", "fiscalMonth": 4}
USD = {"currency": "USD", "validOn": "2020-01-01", "rate": "0.5"}


@pytest.fixture
async def tell(desk, stream):
    """A way to tell what customers tells, and ears to hear it."""
    async with telling.listening(subscribers.subscriptions, desk.works, stream):
        yield partial(telling.tell, stream, desk.tenant)


@pytest.fixture
async def settled(desk, tell):
    """Let it be known how the company counts; give its id."""
    id = new_id("com")
    await tell("customers.company.created.v1", id, 1, companyId=id, **COMPANY)
    await until(partial(is_kept, desk, "company", 1))
    return id


async def is_kept(desk, table, sequence):
    return await desk.rows(f"SELECT sequence FROM {table}") == [(sequence,)]


async def test_the_company_is_copied_and_followed(desk, tell, settled):
    select = "SELECT base_currency, time_zone, fiscal_month FROM company"
    assert await desk.rows(select) == [("EUR", "Europe/Berlin", 4)]
    later = COMPANY | {"fiscalMonth": 7, "timeZone": "UTC"}
    await tell("customers.company.updated.v1", settled, 2, companyId=settled, **later)
    await until(partial(is_kept, desk, "company", 2))
    assert await desk.rows(select) == [("EUR", "UTC", 7)]
    assert await desk.told() == []


async def test_what_was_told_before_there_were_fiscal_years_is_of_january(desk, tell):
    told = {it: value for it, value in COMPANY.items() if it != "fiscalMonth"}
    id = new_id("com")
    await tell("customers.company.created.v1", id, 1, companyId=id, **told)
    await until(partial(is_kept, desk, "company", 1))
    assert await desk.rows("SELECT fiscal_month FROM company") == [(1,)]


async def test_a_rate_is_copied_followed_dropped_and_kept_again(desk, tell):
    id = new_id("xrt")
    select = "SELECT currency, valid_on::text, trim_scale(rate)::text FROM exchange_rate"

    async def becomes(deed, sequence, rate, wanted):
        given = USD | {"rate": rate, "exchangeRateId": id}
        await tell(f"customers.exchange_rate.{deed}.v1", id, sequence, **given)

        async def is_so():
            return await desk.rows(select) == wanted

        await until(is_so)

    await becomes("created", 1, "0.5", [("USD", "2020-01-01", "0.5")])
    await becomes("updated", 2, "0.51", [("USD", "2020-01-01", "0.51")])
    await becomes("archived", 3, "0.51", [])
    await becomes("restored", 4, "0.51", [("USD", "2020-01-01", "0.51")])
    assert await desk.told() == []


@pytest.mark.usefixtures("settled")
async def test_cases_are_counted_by_the_companys_days(desk):
    for hour in ("2026-03-31T21:59:00Z", "2026-03-31T22:00:00Z", "2026-04-01T21:59:00Z"):
        at = datetime.fromisoformat(hour)
        desk.works.clock = lambda at=at: at
        await desk.opened()
    found = await desk.ask("""{
      days: caseGroups(groupBy: {field: OPENED_AT, unit: DAY}) {
        nodes { key { openedAt { start } } count records { nodes { openedAt } } }
      }
      years: caseGroups(groupBy: [{field: STATUS}, {field: OPENED_AT, unit: FISCAL_YEAR}]) {
        nodes { key { status openedAt { start } } count }
      }
      cases(where: {openedAt: {period: {unit: FISCAL_YEAR}}}) { count { value } }
    }""")
    days = found["days"]["nodes"]
    assert [(it["key"]["openedAt"]["start"], it["count"]) for it in days] == [
        ("2026-03-31", 1),
        ("2026-04-01", 2),
    ]
    assert [len(it["records"]["nodes"]) for it in days] == [1, 2]
    assert found["years"]["nodes"] == [
        {"key": {"status": "NEW", "openedAt": {"start": day}}, "count": count}
        for day, count in (("2025-04-01", 1), ("2026-04-01", 2))
    ]
    assert found["cases"]["count"] == {"value": 2}


def test_the_program_counts_as_its_company_does(desk):
    assert parts().reckoning is desk.reckoning
