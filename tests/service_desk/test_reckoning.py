"""How the company counts, as the desk knows it by events, and what is grouped by it."""

from datetime import datetime
from functools import partial

import pytest

from services.service_desk.company import subscribers
from services.service_desk.main import parts
from tests.support import reckoned, telling


@pytest.fixture
async def tell(desk, stream):
    """A way to tell what customers tells, and ears to hear it."""
    async with telling.listening(subscribers.subscriptions, desk.works, stream):
        yield partial(telling.tell, stream, desk.tenant)


@pytest.fixture
async def settled(desk, tell):
    """Let it be known how the company counts."""
    await reckoned.settle(desk, tell)


async def test_the_company_is_copied_and_followed(desk, tell):
    await reckoned.require_the_company_is_followed(desk, tell)


async def test_what_was_told_before_there_were_fiscal_years_is_of_january(desk, tell):
    await reckoned.require_an_old_company_is_of_january(desk, tell)


async def test_a_rate_is_copied_followed_dropped_and_kept_again(desk, tell):
    await reckoned.require_a_rate_is_followed_dropped_and_kept_again(desk, tell)


async def test_cases_are_numbered_as_the_company_says(desk, tell):
    async def take():
        return (await desk.open())["case"]["number"]

    await reckoned.require_numbers_are_written_as_the_company_says(desk, tell, take, "CASE")


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
