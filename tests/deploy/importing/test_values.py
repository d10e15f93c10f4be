"""A cell becomes the value that the graph wants, or is refused with its reason."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.importing.intake import Kind
from deploy.cli.importing.mapping import FieldRule
from deploy.cli.importing.values import Unfit, value_of

STATUS = Kind("Status", values=("OPEN", "DONE"))


def value(cell, kind, **rule):
    kind = Kind(kind) if isinstance(kind, str) else kind
    return value_of(FieldRule(column="it", **rule), kind, {"it": cell, "currency": "EUR"})


@pytest.mark.parametrize(
    ("cell", "kind", "rule", "wanted"),
    [
        ("  Acme ", "String", {}, "Acme"),
        ("Ann@ACME.example", "String", {"lower": True}, "ann@acme.example"),
        ("007", "String", {}, "007"),
        ("12", "Int", {}, 12),
        ("12.0", "Int", {}, 12),
        ("9.80000019", "Decimal", {"round": 2}, "9.80"),
        ("0.150000006", "Decimal", {"scale": Decimal(100), "round": 2}, "15.00"),
        ("1E+3", "Decimal", {}, "1000"),
        ("-0.5", "Decimal", {"round": 0}, "-0"),
        ("yes", "Boolean", {}, True),
        ("0", "Boolean", {}, False),
        ("1996-07-04", "Date", {}, "1996-07-04"),
        ("04.07.1996", "Date", {"format": "%d.%m.%Y"}, "1996-07-04"),
        ("1996-07-04 10:00:00+02:00", "DateTime", {}, "1996-07-04T08:00:00+00:00"),
        ("1996-07-04", "DateTime", {}, "1996-07-04T00:00:00+00:00"),
        ("DONE", STATUS, {}, "DONE"),
        ("x", STATUS, {"map": {"x": "OPEN"}}, "OPEN"),
        ("1998-01-01", STATUS, {"filled": "DONE", "empty": "OPEN"}, "DONE"),
        ("", STATUS, {"filled": "DONE", "empty": "OPEN"}, "OPEN"),
        ("", "String", {}, None),
        ("a; b", Kind("String", is_list=True), {"separator": ";"}, ["a", "b"]),
        ("a; b", Kind("String", is_list=True), {}, ["a; b"]),
        ("1.005", "MoneyInput", {"currency": "USD"}, {"amount": "1.005", "currency": "USD"}),
        ("1", "MoneyInput", {"currency": "{currency}"}, {"amount": "1", "currency": "EUR"}),
    ],
)
def test_a_cell_becomes_a_value(cell, kind, rule, wanted):
    assert value(cell, kind, **rule) == wanted


@pytest.mark.parametrize(
    ("cell", "kind", "rule", "reason"),
    [
        ("1,200.50", "Decimal", {}, "'1,200.50' is no number"),
        ("NaN", "Decimal", {"round": 2}, "'NaN' is no number"),
        ("Infinity", "Int", {}, "'Infinity' is no number"),
        ("1.5", "Int", {}, "'1.5' is no whole number of at most 2147483647"),
        ("99999999999", "Int", {}, "'99999999999' is no whole number of at most 2147483647"),
        ("1e999999", "Decimal", {"round": 2}, "'1e999999' is no number"),
        ("maybe", "Boolean", {}, "'maybe' is neither yes nor no"),
        ("1996-02-30", "Date", {}, "'1996-02-30' is no date of the form year-month-day"),
        ("4/7/96", "Date", {"format": "%d.%m.%Y"}, "'4/7/96' is no date of the form %d.%m.%Y"),
        ("done", STATUS, {}, "'done' is none of OPEN, DONE"),
        ("y", STATUS, {"map": {"x": "OPEN"}}, "'y' is not in the mapping's table"),
        ("x" * 99, STATUS, {}, f"'{'x' * 40}…' is none of OPEN, DONE"),
    ],
)
def test_a_cell_that_is_no_value_says_why(cell, kind, rule, reason):
    with pytest.raises(Unfit) as unfit:
        value(cell, kind, **rule)
    assert str(unfit.value) == reason


def test_a_text_takes_in_columns_and_is_empty_where_one_is():
    rule = FieldRule(text="{first}.{last}@acme.example", lower=True)
    kind = Kind("String")
    assert value_of(rule, kind, {"first": "Ann", "last": "Lee"}) == "ann.lee@acme.example"
    assert value_of(rule, kind, {"first": "Ann", "last": " "}) is None


@given(st.decimals(-(10**9), 10**9, places=2))
def test_cents_that_went_through_a_float_come_back(cents):
    noisy = f"{float(cents):.17g}"
    assert Decimal(value(noisy, "Decimal", round=2)) == cents


@given(st.text(max_size=30))
def test_whatever_stands_in_a_cell_is_a_value_or_a_reason(cell):
    for kind in ("String", "Int", "Decimal", "Boolean", "Date", "DateTime", STATUS):
        with suppress(Unfit):
            value(cell, kind, round=2)
