"""Ids: one spelling, which sorts as they were minted, and is known when it is seen."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.chassis.ids import ALPHABET, SUFFIX_LENGTH, checked_id, new_id, spelled, uuid7
from services.chassis.refusals import Invalid

TIMES = some.integers(0, 2**48 - 1)
CHANCE = some.binary(min_size=10, max_size=10)


@given(TIMES, CHANCE, TIMES, CHANCE)
def test_ids_sort_by_the_time_in_which_they_were_minted(one, chance, other, another):
    earlier, later = spelled(uuid7(one, chance)), spelled(uuid7(other, another))
    if one != other:
        assert (earlier < later) == (one < other)


@given(TIMES, CHANCE)
def test_an_id_is_a_uuid_of_version_7(time, chance):
    value = uuid.UUID(int=uuid7(time, chance))
    assert value.version == 7
    assert value.variant == uuid.RFC_4122
    assert value.int >> 80 == time


@given(some.integers(0, 2**128 - 1), some.integers(0, 2**128 - 1))
def test_a_spelling_sorts_as_its_value_and_no_two_share_one(one, other):
    assert (spelled(one) < spelled(other)) == (one < other)
    assert (spelled(one) == spelled(other)) == (one == other)


def test_a_uuid_is_spelled_as_typeids_are():
    """A pair from the TypeID specification."""
    value = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    assert spelled(value.int) == "01h455vb4pex5vsknk084sn02q"


def test_no_two_ids_are_the_same():
    assert len({new_id("opp") for _ in range(10_000)}) == 10_000


@given(some.from_regex(r"[a-z][a-z_]{0,10}[a-z]", fullmatch=True))
def test_an_id_that_was_minted_here_is_known(prefix):
    id = new_id(prefix)
    assert checked_id(prefix, id) == id
    assert len(id) == len(prefix) + 1 + SUFFIX_LENGTH


SUFFIX = "01h455vb4pex5vsknk084sn02q"


@pytest.mark.parametrize(
    "id",
    [
        *("", "cus", "cus_", "_", f"opp_{SUFFIX}", f"cus_{SUFFIX[:-1]}", f"cus_{SUFFIX}0"),
        *(f"CUS_{SUFFIX.upper()}", f" cus_{SUFFIX}", f"cus-{SUFFIX}"),
        *(f"cus_{SUFFIX[:9]}!{SUFFIX[10:]}", f"cus_{'l' * 26}", f"cus_8{SUFFIX[1:]}"),
    ],
)
def test_what_is_no_id_of_its_kind_is_refused(id):
    with pytest.raises(Invalid):
        checked_id("cus", id)


@given(some.text(max_size=40))
def test_only_what_could_have_been_minted_is_an_id(text):
    try:
        checked_id("cus", f"cus_{text}")
    except Invalid:
        return
    value = 0
    for letter in text:
        value = value << 5 | ALPHABET.index(letter)
    assert spelled(value) == text
