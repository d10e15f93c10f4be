"""Patterns of numbers: those that are allowed give a number of its own to each count and year."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.numbers import LONGEST_NUMBER, MOST, check_pattern, write_number
from services.chassis.refusals import Invalid

pieces = st.lists(
    st.one_of(
        st.sampled_from(["{number}", "{number:5}", "{year}"]),
        st.text("AZaz09-./_ ", min_size=1, max_size=6),
    ),
    max_size=6,
).map("".join)
years = st.integers(1970, 9999)
numbers = st.integers(1, MOST)


def is_allowed(pattern):
    try:
        check_pattern(pattern)
    except Invalid:
        return False
    return True


@given(pieces, years, numbers, years, numbers)
def test_an_allowed_pattern_writes_different_numbers_differently(
    pattern, year, number, other_year, other
):
    if not is_allowed(pattern):
        return
    one = write_number(pattern, year=year, number=number)
    two = write_number(pattern, year=other_year, number=other)
    is_same = number == other and (year == other_year or "{year}" not in pattern)
    assert (one == two) is is_same
    assert len(one) <= LONGEST_NUMBER


@given(pieces)
def test_a_pattern_is_allowed_where_it_has_one_number_and_one_year_at_most(pattern):
    fits = len(re.sub(r"\{number(:.)?\}", "9" * 9, pattern).replace("{year}", "9999")) <= 40
    is_right = pattern.count("{number") == 1 and pattern.count("{year}") <= 1
    assert is_allowed(pattern) is (is_right and fits)


@pytest.mark.parametrize("pattern", ["", "{", "{number", "{number:10}", "{Number}", "n\n{number}"])
def test_what_only_looks_like_a_pattern_is_refused(pattern):
    assert not is_allowed(pattern)
