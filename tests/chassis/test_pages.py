"""Cursors: what was made comes back as it was, and what was not made here is refused."""

import base64
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from services.chassis.pages import Cursor, InvalidCursor, stamp_of
from services.chassis.refusals import Code

STAMP = stamp_of([("name", False)], None, None)
VALUES = some.lists(
    some.none() | some.booleans() | some.integers() | some.text(), min_size=1, max_size=5
)


def encoded(body):
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


@given(VALUES)
def test_a_cursor_comes_back_as_it_was(values):
    cursor = Cursor(STAMP, tuple(values))
    text = cursor.encoded()
    assert Cursor.decoded(text, stamp=STAMP) == cursor
    assert text.isascii()
    assert "=" not in text


@given(VALUES, some.text(max_size=20))
def test_a_cursor_of_another_list_is_refused(values, other):
    assume(other != STAMP)
    text = Cursor(other, tuple(values)).encoded()
    with pytest.raises(InvalidCursor) as refused:
        Cursor.decoded(text, stamp=STAMP)
    assert refused.value.code is Code.INVALID


@given(some.text() | some.binary().map(lambda it: base64.urlsafe_b64encode(it).decode()))
def test_what_was_not_made_here_is_refused(text):
    with pytest.raises(InvalidCursor):
        Cursor.decoded(text, stamp=STAMP)


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", "null", "1", '"text"', "[1", "[NaN]", "[[[", "[" * 100_000, '{"a": 1}'],
    ids=lambda it: it[:8],
)
def test_whatever_stands_in_a_cursor_that_is_none_is_refused(body):
    with pytest.raises(InvalidCursor):
        Cursor.decoded(encoded(body), stamp=STAMP)


@given(VALUES, some.data())
def test_a_cursor_that_was_cut_is_refused(values, data):
    text = Cursor(STAMP, tuple(values)).encoded()
    cut = text[: data.draw(some.integers(0, len(text) - 2))]
    with pytest.raises(InvalidCursor):
        Cursor.decoded(cut, stamp=STAMP)


def test_a_cursor_keeps_to_its_sort_its_filter_and_its_parent():
    name, city = [("name", False)], [("city", False)]
    stamps = [
        stamp_of(name, None, None),
        stamp_of(city, None, None),
        stamp_of([("name", True)], None, None),
        stamp_of(name, {"name": {"eq": "Ann"}}, None),
        stamp_of(name, {"name": {"eq": "Bea"}}, None),
        stamp_of(name, None, "orders"),
    ]
    assert len(set(stamps)) == len(stamps)
    assert stamp_of(name, {"name": {"eq": "Ann"}}, None) == stamps[3]
    assert json.dumps(stamps).isascii()
