"""Calendars: periods that leave no gap, and spans that keep the hour, in every zone and year."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.calendars import Calendar, PeriodUnit, TimeUnit, moved, zone_named
from services.chassis.refusals import Invalid, OutOfRange

ZONES = (
    *("UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Australia/Lord_Howe"),
    *("Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca", "Asia/Tehran"),
)
zones = st.sampled_from(ZONES).map(zone_named)
calendars = st.builds(Calendar, zones, st.integers(1, 12))
days = st.dates(date(1971, 1, 1), date(2036, 12, 31))
units = st.sampled_from(PeriodUnit)
offsets = st.integers(-400, 400)
counts = st.integers(1, 900)
moments = st.builds(
    lambda seconds: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds),
    st.integers(0, 65 * 365 * 86_400),
)
ONE = timedelta(microseconds=1)


@given(calendars, units, days)
def test_a_day_stands_in_its_period(calendar, unit, day):
    begin, end = calendar.period(unit, day)
    assert begin <= day < end


@given(calendars, units, days, st.integers(0, 400))
def test_every_day_of_a_period_has_the_same_one(calendar, unit, day, more):
    begin, end = calendar.period(unit, day)
    other = min(begin + timedelta(days=more), end - timedelta(days=1))
    assert calendar.period(unit, other) == (begin, end)


@given(calendars, units, days, offsets)
def test_a_period_ends_where_the_next_begins(calendar, unit, day, offset):
    _begin, end = calendar.period(unit, day, offset)
    assert calendar.period(unit, day, offset + 1)[0] == end


@given(calendars, units, days, offsets)
def test_a_period_beside_is_the_period_of_its_own_days(calendar, unit, day, offset):
    begin, end = calendar.period(unit, day, offset)
    assert calendar.period(unit, begin) == (begin, end)


@given(calendars, days)
def test_a_fiscal_year_is_twelve_months_from_its_first_one(calendar, day):
    begin, end = calendar.period(PeriodUnit.FISCAL_YEAR, day)
    assert begin == date(begin.year, calendar.fiscal_month, 1)
    assert end == begin.replace(year=begin.year + 1)
    quarters = {calendar.period(PeriodUnit.FISCAL_QUARTER, begin, n)[0] for n in range(4)}
    assert min(quarters) == begin
    assert len(quarters) == 4
    assert max(quarters) < end


@given(calendars, days)
def test_a_day_begins_at_the_first_instant_at_which_clocks_show_it(calendar, day):
    begins = calendar.beginning_of(day)
    assert begins.astimezone(calendar.zone).date() >= day
    assert (begins - ONE).astimezone(calendar.zone).date() < day


@given(calendars, moments)
def test_now_lies_in_today(calendar, now):
    today = calendar.today(now)
    assert calendar.beginning_of(today) <= now < calendar.beginning_of(today + timedelta(days=1))


@given(days, counts, st.sampled_from([it for it in TimeUnit if it.name not in ("MINUTE", "HOUR")]))
def test_a_day_moved_by_more_comes_no_earlier(day, count, unit):
    assert day < moved(day, count, unit) <= moved(day, count + 1, unit)
    assert moved(day, -count - 1, unit) <= moved(day, -count, unit) < day


@given(calendars, moments, st.integers(-900, 900), st.sampled_from(TimeUnit))
def test_an_instant_moved_shows_the_hour_that_its_unit_keeps(calendar, now, count, unit):
    then = calendar.moved(now, count, unit)
    if unit in (TimeUnit.MINUTE, TimeUnit.HOUR):
        length = timedelta(minutes=1 if unit is TimeUnit.MINUTE else 60)
        assert then - now == count * length
        return
    local, reached = now.astimezone(calendar.zone), then.astimezone(calendar.zone)
    wanted = datetime.combine(moved(local.date(), count, unit), local.time())
    leapt = reached.replace(tzinfo=None) - wanted  # this hour may be one that clocks leap over
    assert timedelta(0) <= leapt <= timedelta(days=1)
    if leapt:
        assert (
            then.astimezone(calendar.zone).utcoffset()
            != (then - timedelta(days=1)).astimezone(calendar.zone).utcoffset()
        )


def test_a_leap_day_moves_to_the_last_day_of_a_shorter_month():
    assert moved(date(2024, 2, 29), -1, TimeUnit.YEAR) == date(2023, 2, 28)
    assert moved(date(2024, 2, 29), 4, TimeUnit.YEAR) == date(2028, 2, 29)
    assert moved(date(2024, 5, 31), -3, TimeUnit.MONTH) == date(2024, 2, 29)
    assert moved(date(2024, 5, 31), -1, TimeUnit.QUARTER) == date(2024, 2, 29)


def test_a_day_of_a_clock_change_is_as_long_as_it_is():
    berlin = Calendar(zone_named("Europe/Berlin"))
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25)):
        following = day + timedelta(days=1)
        assert berlin.beginning_of(following) - berlin.beginning_of(day) == timedelta(hours=hours)


def test_where_clocks_leap_over_midnight_the_day_begins_at_the_leap():
    paulo = Calendar(zone_named("America/Sao_Paulo"))
    begins = paulo.beginning_of(date(2017, 10, 15)).astimezone(paulo.zone)
    assert begins.time() == time(1)


def test_a_week_begins_on_monday():
    monday, sunday = date(2026, 11, 16), date(2026, 11, 22)
    assert Calendar().period(PeriodUnit.WEEK, sunday) == (monday, sunday + timedelta(days=1))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../etc/passwd", "/etc/hosts"])
def test_a_zone_that_there_is_not_is_refused(name):
    with pytest.raises(Invalid):
        zone_named(name)


def test_what_lies_beyond_the_calendar_is_refused():
    today, now = date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)
    for period in PeriodUnit:
        with pytest.raises(OutOfRange):
            Calendar().period(period, today, 10**9)
    for span in TimeUnit:
        with pytest.raises(OutOfRange):
            Calendar().moved(now, 10**10, span)
    with pytest.raises(OutOfRange):
        moved(today, -(10**9), TimeUnit.DAY)
    with pytest.raises(Invalid):
        moved(today, 1, TimeUnit.HOUR)
