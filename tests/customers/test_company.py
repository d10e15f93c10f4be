"""The company's settings through the graph."""

import pytest

from tests.customers.office import refusals
from tests.support.asking import codes

FIELDS = "name baseCurrency timeZone fiscalMonth languages version"
SEEN = f"{{ company {{ id {FIELDS} }} }}"


@pytest.fixture
async def company(office):
    return await office.found()


async def test_a_change_of_the_settings_is_told(office, company):
    given: dict[str, object] = {"name": "Acme Ltd", "baseCurrency": "CNY", "fiscalMonth": 4}
    given |= {"timeZone": "Asia/Shanghai", "languages": ["zh-Hans", "de-CH"]}
    done = await office.change("Company", FIELDS, company, given)
    assert done["made"] == given | {"version": 2}
    assert await office.told(company) == ["created", "updated"]
    event = (await office.events(company))[-1]
    assert event["type"] == "customers.company.updated.v1"
    assert given.items() <= event["data"].items()
    assert sorted(event["data"]["changed"]) == [
        *("baseCurrency", "fiscalMonth", "languages", "name", "timeZone")
    ]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("baseCurrency", "eur", "INVALID"),
        ("baseCurrency", "EU", "INVALID"),
        ("baseCurrency", "ÄÖÜ", "INVALID"),
        ("baseCurrency", "EURO", "TOO_LONG"),
        ("baseCurrency", None, "REQUIRED"),
        ("timeZone", "Berlin", "INVALID"),
        ("timeZone", "UTC+1", "INVALID"),
        ("timeZone", "../../etc/passwd", "INVALID"),
        ("timeZone", " ", "REQUIRED"),
        ("fiscalMonth", 0, "OUT_OF_RANGE"),
        ("fiscalMonth", 13, "OUT_OF_RANGE"),
        ("fiscalMonth", None, "REQUIRED"),
        ("name", "", "REQUIRED"),
    ],
)
async def test_settings_that_nobody_could_count_with_are_refused(
    office, company, name, value, code
):
    done = await office.change("Company", FIELDS, company, {name: value})
    assert refusals(done) == [(code, f"input.{name}")]
    seen = (await office.ask(SEEN))["company"]
    assert (seen["name"], seen["languages"]) == ("Acme", ["en"])
    assert (seen["baseCurrency"], seen["fiscalMonth"], seen["version"]) == ("EUR", 1, 1)
    assert await office.told(company) == ["created"]


@pytest.mark.parametrize(
    ("languages", "code", "path"),
    [
        ([], "OUT_OF_RANGE", "input.languages"),
        (["en"] * 21, "OUT_OF_RANGE", "input.languages"),
        (["en", "German"], "INVALID", "input.languages.1"),
        (["en", "de", "en"], "INVALID", "input.languages.2"),
        (["EN"], "INVALID", "input.languages.0"),
    ],
)
async def test_languages_that_nobody_could_choose_are_refused(
    office, company, languages, code, path
):
    done = await office.change("Company", FIELDS, company, {"languages": languages})
    assert refusals(done) == [(code, path)]
    assert (await office.ask(SEEN))["company"]["languages"] == ["en"]
    assert await office.told(company) == ["created"]


@pytest.mark.parametrize("role", ["SALES_MANAGER", "SALES_REPRESENTATIVE", "SERVICE_AGENT"])
async def test_only_an_administrator_changes_the_settings_and_all_may_see_them(
    office, company, role
):
    person = await office.employ(role)
    done = await office.change("Company", FIELDS, company, {"name": "Mine"}, person)
    assert codes(done) == ["FORBIDDEN"]
    assert (await office.ask(SEEN, person))["company"]["name"] == "Acme"
    assert await office.told(company) == ["created"]


async def test_one_company_sees_its_own_settings_and_no_others(office, company, rival):
    assert (await rival.ask(SEEN))["company"] is None
    theirs = await rival.found()
    assert (await rival.ask(SEEN))["company"]["id"] == theirs
    done = await rival.change("Company", FIELDS, company, {"name": "Stolen"})
    assert codes(done) == ["NOT_FOUND"]
    assert await office.told(company) == ["created"]
