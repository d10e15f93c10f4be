"""Money: exact, of one currency, rounded without a drift."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.money import CENT, EXACT, CurrencyMismatchError, Money

AMOUNTS = some.decimals(-(10**12), 10**12, places=4)
FACTORS = some.decimals(0, 1000, places=4)


def euros(amount):
    return Money(Decimal(amount), "EUR")


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_sum_does_not_depend_on_its_order(one, other, third):
    one, other, third = euros(one), euros(other), euros(third)
    assert one + other == other + one
    assert (one + other) + third == one + (other + third)
    assert one + Money.zero("EUR") == one


@pytest.mark.parametrize("other", ["USD", "eur", ""])
def test_two_currencies_never_meet_in_one_sum(other):
    with pytest.raises(CurrencyMismatchError):
        euros(1) + Money(Decimal(1), other)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.00"),
        ("0.015", "0.02"),
        ("0.025", "0.02"),
        ("-0.005", "0.00"),
        ("-0.015", "-0.02"),
        ("1.0049", "1.00"),
        ("1.0051", "1.01"),
    ],
)
def test_half_a_cent_goes_to_the_even_one(amount, rounded):
    assert euros(amount).rounded() == euros(rounded)


@given(AMOUNTS, some.sampled_from([CENT, EXACT]))
def test_rounding_moves_by_half_a_step_at_most_and_only_once(amount, step):
    rounded = euros(amount).rounded(step)
    assert abs(rounded.amount - amount) <= step / 2
    assert rounded.rounded(step) == rounded
    assert rounded.amount.as_tuple().exponent == step.as_tuple().exponent


@given(AMOUNTS)
def test_rounding_treats_what_is_owed_as_what_is_had(amount):
    assert euros(-amount).rounded().amount == -euros(amount).rounded().amount


@given(AMOUNTS, FACTORS)
def test_a_multiple_is_exact_and_keeps_its_currency(amount, factor):
    multiple = euros(amount).times(factor)
    assert multiple == Money(amount * factor, "EUR")
    assert multiple.times(Decimal(1)) == multiple
