"""State machines: what cannot be is refused when it is declared, or when it is tried."""

import enum

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.process import BrokenProcessError, Process
from services.chassis.refusals import Code, InvalidTransition


class Light(enum.Enum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Door(enum.Enum):
    OPEN = "open"


NOTHING = frozenset[Light]()
MOVES = {
    Light.OFF: frozenset({Light.ON, Light.BROKEN}),
    Light.ON: frozenset({Light.OFF, Light.BROKEN}),
    Light.BROKEN: NOTHING,
}
LIFE = Process(Light.OFF, MOVES)


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({Light.OFF: frozenset({Light.ON}), Light.ON: NOTHING}, "BROKEN"),
        (MOVES | {Door.OPEN: NOTHING}, "OPEN"),
        (MOVES | {Light.OFF: frozenset({Light.ON}), Light.ON: frozenset({Light.OFF})}, "BROKEN"),
        (MOVES | {Light.BROKEN: frozenset({Door.OPEN})}, "OPEN"),
        ({}, "OFF"),
    ],
    ids=["a state without moves", "a foreign state", "unreachable", "a foreign end", "nothing"],
)
def test_what_cannot_be_is_refused_when_it_is_declared(moves, said):
    with pytest.raises(BrokenProcessError, match=said):
        Process(Light.OFF, moves)


def test_nothing_leads_out_of_a_start_that_is_an_end():
    with pytest.raises(BrokenProcessError, match="nothing leads to"):
        Process(Light.BROKEN, MOVES)


@given(some.sampled_from(Light), some.sampled_from(Light))
def test_a_move_is_made_if_it_was_declared_and_else_refused_by_both_its_ends(state, to):
    if to in MOVES[state]:
        assert LIFE.moved(state, to) is to
        return
    with pytest.raises(InvalidTransition) as refused:
        LIFE.moved(state, to)
    assert refused.value.code is Code.INVALID_TRANSITION
    assert refused.value.message == f"{state.value} cannot become {to.value}"


def test_an_end_is_where_nothing_follows():
    assert [it for it in Light if LIFE.is_final(it)] == [Light.BROKEN]


@given(
    some.fixed_dictionaries(
        {it: some.frozensets(some.sampled_from(Light), max_size=3) for it in Light}
    ),
    some.lists(some.sampled_from(Light), max_size=10),
)
def test_whatever_is_declared_every_walk_stays_among_what_is_reachable(moves, walk):
    try:
        process = Process(Light.OFF, moves)
    except BrokenProcessError:
        return
    state = process.start
    for to in walk:
        try:
            state = process.moved(state, to)
        except InvalidTransition:
            assert to not in moves[state]
    assert process.reachable() == set(Light)
