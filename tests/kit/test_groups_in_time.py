"""Periods of groups: by the company's calendar and clock, and as a list can ask for them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.calendars import zone_named
from services.chassis.ids import new_id
from tests.kit.harbour import Harbour
from tests.toy.model import Ship

GROUPS = """
    query($by: [ShipGroupBy!]) {
      found: shipGroups(groupBy: $by, first: 200) {
        nodes {
          count
          key {
            builtOn { unit start end startsAt endsAt } createdAt { unit start end startsAt endsAt }
          }
          records { nodes { name } }
        }
      }
    }
"""
LISTED = "query($w: ShipWhere) { ships(where: $w) { count(mode: EXACT) { value } } }"
SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=UTC), datetime(2025, 10, 26, tzinfo=UTC)
INSTANTS = {
    "a": SPRING.replace(day=28, hour=22, minute=59),
    "b": SPRING.replace(day=28, hour=23),
    "c": SPRING.replace(hour=21, minute=59),
    "d": SPRING.replace(hour=22),
    "e": AUTUMN.replace(day=25, hour=21, minute=59),
    "f": AUTUMN.replace(day=25, hour=22),
    "g": AUTUMN.replace(hour=22, minute=59),
    "h": AUTUMN.replace(hour=23),
}
"""The days on which clocks leap in Berlin, 23 and 25 hours long, and what lies beside them."""
DAYS = {
    "a": date(2025, 9, 30),
    "b": date(2025, 10, 1),
    "c": date(2025, 12, 31),
    "d": date(2026, 1, 1),
    "e": date(2024, 2, 29),
    "f": date(2026, 9, 30),
    "g": date(2026, 10, 1),
    "h": None,
}


@pytest.fixture(scope="module")
async def harbour(engine):
    harbour = Harbour(engine, new_id("company"))
    await harbour.settle(time_zone="Europe/Berlin", fiscal_month=10)
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for name, at in INSTANTS.items():
            work.add(Ship, name=name, created_at=at, built_on=DAYS[name])
    return harbour


async def grouped(harbour, **by):
    return (await harbour.ask(GROUPS, by=[by]))["found"]["nodes"]


async def names(harbour, **by):
    found = await grouped(harbour, **by)
    return ["".join(sorted(n["name"] for n in it["records"]["nodes"])) for it in found]


@pytest.mark.parametrize(
    ("unit", "found"),
    [
        ("DAY", ["e", "a", "b", "c", "d", "f", "g", "h"]),
        ("MONTH", ["e", "a", "b", "c", "d", "f", "g", "h"]),
        ("QUARTER", ["e", "a", "bc", "d", "f", "g", "h"]),
        ("YEAR", ["e", "abc", "dfg", "h"]),
        ("FISCAL_QUARTER", ["e", "a", "bc", "d", "f", "g", "h"]),
        ("FISCAL_YEAR", ["e", "a", "bcdf", "g", "h"]),
    ],
)
async def test_dates_are_put_into_the_companys_periods(harbour, unit, found):
    assert await names(harbour, field="BUILT_ON", unit=unit) == found


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ({"unit": "DAY"}, ["e", "fg", "h", "a", "bc", "d"]),
        ({}, ["e", "fg", "h", "a", "bc", "d"]),
        ({"unit": "DAY", "timeZone": "UTC"}, ["ef", "gh", "ab", "cd"]),
        ({"unit": "DAY", "timeZone": "CET"}, ["e", "fg", "h", "a", "bc", "d"]),
        ({"unit": "DAY", "timeZone": "Asia/Shanghai"}, ["ef", "gh", "ab", "cd"]),
        ({"unit": "WEEK"}, ["efg", "h", "abc", "d"]),
        ({"unit": "FISCAL_YEAR"}, ["abcdefgh"]),
        ({"unit": "FISCAL_QUARTER"}, ["efgh", "abcd"]),
    ],
)
async def test_instants_are_put_into_the_days_of_a_zone(harbour, by, found):
    assert await names(harbour, field="CREATED_AT", **by) == found


@pytest.mark.parametrize("zone", ["CET", "MET", "EET", "WET", "EST", "HST", "Europe/London"])
async def test_a_zone_that_has_a_short_name_has_its_summer_too(engine, zone):
    """PostgreSQL reads some of these names as a time without summer."""
    harbour = Harbour(engine, new_id("company"))
    midnights = [datetime(2026, month, 1, tzinfo=zone_named(zone)) for month in (1, 7)]
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for at in midnights:
            work.add(Ship, name="x", created_at=at)
            work.add(Ship, name="y", created_at=at - timedelta(seconds=1))
    found = await grouped(harbour, field="CREATED_AT", timeZone=zone)
    days = ["2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"]
    assert [(it["key"]["createdAt"]["start"], it["count"]) for it in found] == [
        (day, 1) for day in days
    ]
    starts = [datetime.fromisoformat(it["key"]["createdAt"]["startsAt"]) for it in found]
    assert starts[1::2] == midnights


async def test_a_day_on_which_clocks_leap_says_when_it_begins_and_ends(harbour):
    found = await grouped(harbour, field="CREATED_AT", unit="DAY")
    days = {it["key"]["createdAt"]["start"]: it["key"]["createdAt"] for it in found}
    assert days["2026-03-29"] == {
        "unit": "DAY",
        "start": "2026-03-29",
        "end": "2026-03-30",
        "startsAt": "2026-03-28T23:00:00+00:00",
        "endsAt": "2026-03-29T22:00:00+00:00",
    }
    assert days["2025-10-26"]["startsAt"] == "2025-10-25T22:00:00+00:00"
    assert days["2025-10-26"]["endsAt"] == "2025-10-26T23:00:00+00:00"


@pytest.mark.parametrize("unit", ["DAY", "WEEK", "MONTH", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"])
async def test_a_list_takes_the_records_of_a_period_by_its_bounds(harbour, unit):
    for field, name in (("BUILT_ON", "builtOn"), ("CREATED_AT", "createdAt")):
        for it in await grouped(harbour, field=field, unit=unit):
            key = it["key"][name]
            bounds = {"isNull": True}
            if key is not None:
                instants = field == "CREATED_AT"
                assert (key["startsAt"] is not None) is instants
                first, end = ("startsAt", "endsAt") if instants else ("start", "end")
                bounds = {"gte": key[first], "lt": key[end]}
            listed = await harbour.ask(LISTED, w={name: bounds})
            assert listed["ships"]["count"]["value"] == it["count"]


async def test_the_calendars_own_ends_can_be_grouped_by(engine):
    harbour = Harbour(engine, new_id("company"))
    await harbour.settle(time_zone="Asia/Shanghai", fiscal_month=4)
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for day in (date.min, date.max):
            at = datetime(day.year, day.month, day.day, 23 if day == date.max else 0, tzinfo=UTC)
            work.add(Ship, name=str(day.year), built_on=day, created_at=at)
    for unit in ("DAY", "WEEK", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"):
        for field, name in (("BUILT_ON", "builtOn"), ("CREATED_AT", "createdAt")):
            first, last = await grouped(harbour, field=field, unit=unit)
            assert [it["records"]["nodes"][0]["name"] for it in (first, last)] == ["1", "9999"]
            assert first["key"][name]["start"] == "0001-01-01"
            assert first["key"][name]["end"] > "0001-01-01"
    assert last["key"]["createdAt"]["endsAt"] is None


async def test_relative_time_is_asked_by_the_companys_calendar_too(harbour):
    harbour.works.clock = lambda: datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    document = """{
      day: shipGroups(where: {createdAt: {period: {unit: DAY}}}) { nodes { count } }
      year: shipGroups(where: {builtOn: {period: {unit: FISCAL_YEAR}}}) { nodes { count } }
      having: shipGroups(
        groupBy: {field: NAME}
        having: {measures: {builtOn: {max: {period: {unit: FISCAL_YEAR, offset: 1}}}}}
      ) { nodes { key { name } } }
    }"""
    found = await harbour.ask(document)
    assert found["day"]["nodes"] == [{"count": 1}]
    assert found["year"]["nodes"] == [{"count": 4}]
    assert found["having"]["nodes"] == [{"key": {"name": "g"}}]
