"""Relative time in filters: by the clock and the calendar that come in by the door."""

from datetime import UTC, date, datetime

import pytest

from services.chassis.calendars import Calendar, zone_named
from services.chassis.ids import new_id
from tests.kit.harbour import Harbour
from tests.toy.model import Ship

NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
"""In Berlin it is Monday, half past midnight; the clocks there leapt this Sunday."""
SHIPS = "query($w: ShipWhere) { ships(where: $w, orderBy: {field: NAME}) { nodes { name } } }"
DAYS = {
    "a": date(2025, 9, 30),
    "b": date(2025, 10, 1),
    "c": date(2025, 12, 31),
    "d": date(2026, 1, 1),
    "e": date(2026, 2, 28),
    "f": date(2026, 3, 28),
    "g": date(2026, 3, 29),
    "h": date(2026, 3, 30),
    "i": date(2026, 4, 1),
    "j": date(2026, 10, 1),
    "k": None,
}


@pytest.fixture(scope="module")
async def harbour(engine):
    """Ships that were built on these days, each registered at noon (in UTC) of its day."""
    harbour = Harbour(engine, new_id("company"))
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for name, day in DAYS.items():
            noon = day and datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            work.add(Ship, name=name, built_on=day, created_at=noon or NOW)
    harbour.works.clock = lambda: NOW
    return harbour


@pytest.fixture(autouse=True)
def unknown_company(harbour):
    """Let each test begin with a company of which nothing is known."""
    vars(harbour).pop("reckoning", None)


class Known:
    """How a company counts that lives by this calendar."""

    def __init__(self, calendar):
        self.known = calendar
        self.asked = 0

    async def calendar(self, _connection):
        self.asked += 1
        return self.known


async def names(harbour, **where):
    nodes = (await harbour.ask(SHIPS, w=where))["ships"]["nodes"]
    return "".join(it["name"] for it in nodes)


def period(unit, offset=0, **more):
    return {"period": {"unit": unit, "offset": offset} | more}


def within(unit, **more):
    return {"within": {"unit": unit} | more}


BERLIN = {"timeZone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (period("DAY"), "g"),
        (period("DAY", -1), "f"),
        (period("DAY", **BERLIN), "h"),
        (period("WEEK"), "fg"),
        (period("WEEK", **BERLIN), "hi"),
        (period("MONTH"), "fgh"),
        (period("QUARTER"), "defgh"),
        (period("QUARTER", -1), "bc"),
        (period("YEAR"), "defghij"),
        (period("FISCAL_YEAR", -1), "abc"),
        (within("DAY", last=1), "g"),
        (within("DAY", last=2), "fg"),
        (within("DAY", next=2), "gh"),
        (within("DAY", next=1, **BERLIN), "h"),
        (within("MONTH", last=1), "fg"),
        (within("QUARTER", last=1), "cdefg"),
        (within("WEEK", next=1), "ghi"),
    ],
)
async def test_a_date_is_asked_by_the_calendar(harbour, asked, found):
    assert await names(harbour, builtOn=asked) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (period("DAY"), "gk"),
        (period("DAY", **BERLIN), "hk"),
        (period("DAY", -1, **BERLIN), "g"),
        (period("DAY", 1), "h"),
        (within("MINUTE", last=1), "k"),
        (within("HOUR", last=11), "gk"),
        (within("HOUR", last=10), "k"),
        (within("HOUR", next=14), "hk"),
        (within("DAY", last=1), "gk"),
        (within("DAY", last=2), "fgk"),
        (within("MONTH", next=1), "hik"),
    ],
)
async def test_an_instant_is_asked_by_the_calendar_and_the_clock(harbour, asked, found):
    assert await names(harbour, createdAt=asked) == found


async def test_what_is_empty_is_at_no_time_and_not_in_any_period(harbour):
    assert await names(harbour, builtOn={"isNull": True} | period("YEAR")) == ""
    assert await names(harbour, **{"not": {"builtOn": period("YEAR")}}) == "abck"


async def test_the_companys_zone_and_fiscal_year_hold_if_nothing_is_said(harbour):
    harbour.reckoning = Known(Calendar(zone_named("Europe/Berlin"), 10))
    assert await names(harbour, builtOn=period("DAY")) == "h"
    assert await names(harbour, builtOn=period("DAY", timeZone="UTC")) == "g"
    assert await names(harbour, builtOn=period("FISCAL_YEAR")) == "bcdefghi"
    assert await names(harbour, builtOn=period("FISCAL_QUARTER", -1)) == "bc"
    assert await names(harbour, builtOn=period("YEAR", -1)) == "abc"


async def test_nobody_asks_for_the_calendar_unless_time_is_relative(harbour):
    harbour.reckoning = known = Known(Calendar())
    await names(harbour, builtOn={"gte": "2026-01-01"})
    assert known.asked == 0
    await names(harbour, voyages={"none": {"createdAt": within("DAY", last=1)}})
    assert known.asked == 1


async def test_a_day_on_which_clocks_leap_is_as_long_as_it_is(harbour):
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for name, hour in (("y", 22), ("z", 23)):
            at = datetime(2025, 10, 26, hour, tzinfo=UTC)
            work.add(Ship, name=name, created_at=at)
    asked = {"period": {"unit": "DAY", "offset": -155, **BERLIN}}
    assert await names(harbour, createdAt=asked) == "y"
