"""Mutations over several subgraphs run one after the other, each with all that comes of it."""

from typing import Any

from graphql import parse

from .kinds.interfaces import obj
from .worlds import FEDERATION, Object, Split, World

SDLS = {
    "a": """type Query { ok: Boolean }
         type Mutation { add(n: Int!): Count! @shareable  both(n: Int!): Count! @shareable }
         type Count @key(fields: "id") { id: ID! }""",
    "b": """type Mutation { take(n: Int!): Count  both(n: Int!): Count! @shareable }
         type Count @key(fields: "id") { id: ID!  value: Int!  log: [String!]! }""",
    "c": """type Mutation { lose: Count }
         type Count @key(fields: "id") { id: ID! value: Int! @external
           double: Int! @requires(fields: "value") }""",
}


def split() -> tuple[Split, list[str]]:
    """Give a count that remembers what was done to it, and that memory."""
    log: list[str] = []
    count = obj("Count", id="c1", value=0, log=log, double=lambda told: told["value"] * 2)

    def change(sign: int, word: str) -> Any:
        def changed(n: int) -> Object:
            log.append(f"{word} {n}")
            count["value"] += sign * n
            return count

        return changed

    def lose() -> None:
        log.append("lose")

    roots = {
        "ok": True,
        "add": change(1, "add"),
        "both": change(1, "both"),
        "take": change(-1, "take"),
        "lose": lose,
    }
    linked = {name: FEDERATION + sdl for name, sdl in SDLS.items()}
    return Split(linked, World(roots, [count])), log


async def test_each_sees_what_those_before_it_did_and_nothing_later():
    world, log = split()
    found, errors, _ = await world.ask(
        parse("""mutation {
          one: add(n: 5) { value double log }
          two: take(n: 2) { double value }
          three: add(n: 1) { log }
          four: both(n: 4) { double }
        }""")
    )
    assert errors == []
    assert found == {
        "one": {"value": 5, "double": 10, "log": ["add 5"]},
        "two": {"double": 6, "value": 3},
        "three": {"log": ["add 5", "take 2", "add 1"]},
        "four": {"double": 16},
    }
    assert log == ["add 5", "take 2", "add 1", "both 4"]


async def test_one_that_gives_nothing_does_not_stop_those_behind_it():
    world, log = split()
    found, errors, _ = await world.ask(
        parse("mutation { lose { value } add(n: 1) { value } t: __typename take(n: 9) { value } }")
    )
    assert errors == []
    assert found == {
        "lose": None,
        "add": {"value": 1},
        "t": "Mutation",
        "take": {"value": -8},
    }
    assert log == ["lose", "add 1", "take 9"]


async def test_what_is_skipped_is_not_done():
    world, log = split()
    found, _, _ = await world.ask(
        parse("mutation ($no: Boolean!) { add(n: 1) @include(if: $no) { id } lose { id } }"),
        {"no": False},
    )
    assert found == {"lose": None}
    assert log == ["lose"]
