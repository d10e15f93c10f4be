"""What is chosen before it counts: all at once, none again, and back to where it began."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import ticking
from services.chassis.permissions import SharePermission

PEOPLE = st.sampled_from(["usr_1", "usr_2", "tea_1"])
ACTS = st.frozensets(st.sampled_from(SharePermission))
TICKS = st.dictionaries(PEOPLE, ACTS.filter(bool).map(ticking.closed))
CHOSEN = st.lists(PEOPLE, min_size=1, unique=True)


def of(ticks, person):
    return ticks.get(person, ticking.NONE)


@pytest.mark.rule("BR-31")
@given(TICKS, CHOSEN)
def test_toggled_twice_nothing_is_ticked_unless_all_was_before(ticks, people):
    was_full = all(of(ticks, it) == ticking.ALL for it in people)
    once = ticking.toggled(ticks, people)
    twice = ticking.toggled(once, people)
    assert {of(once, it) for it in people} == {ticking.NONE if was_full else ticking.ALL}
    assert {of(twice, it) for it in people} == {ticking.ALL if was_full else ticking.NONE}
    others = {it: acts for it, acts in ticks.items() if it not in people}
    for found in (once, twice):
        assert {it: acts for it, acts in found.items() if it not in people} == others


@given(TICKS, CHOSEN, ACTS)
def test_whoever_may_do_anything_may_view_and_whoever_may_do_nothing_is_not_named(
    ticks, people, acts
):
    found = ticking.chosen(ticks, people, acts)
    assert all(SharePermission.VIEW in it for it in found.values())
    assert (set(people) <= found.keys()) == bool(acts)
    assert {of(found, it) for it in people} == {ticking.closed(acts)}


@given(TICKS, TICKS)
def test_what_is_different_and_nothing_else_leads_from_one_to_the_other(before, after):
    changed = ticking.changes(before, after)
    assert {k: v for k, v in {**before, **changed}.items() if v} == after
    assert all(of(before, it) != acts for it, acts in changed.items())
    assert ticking.changes(before, before) == {}


@given(TICKS)
def test_what_is_written_down_is_read_back_as_it_was(ticks):
    assert ticking.read_ticks(ticking.written_ticks(ticks)) == ticks
