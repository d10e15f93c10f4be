"""Each kind of graph that federation allows answers as one schema with all the data would."""

import json
from collections.abc import Callable
from random import Random

import pytest
from graphql import build_schema, parse

from .asking import Asker
from .kinds import Kind, interfaces, mixing, moving, reentering, requiring, standing_in, taking
from .worlds import Split

KINDS = {
    **interfaces.KINDS,
    **mixing.KINDS,
    **moving.KINDS,
    **reentering.KINDS,
    **requiring.KINDS,
    **standing_in.KINDS,
    **taking.KINDS,
}
FLAGS = {"yes": True, "no": False}
CHANCE_QUERIES = 15


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
async def test_what_is_asked_is_answered_as_by_one_schema(make: Callable[[], Kind]):
    kind = make()
    split = Split(kind.linked(), kind.world)
    for text in kind.queries:
        await assert_same(split, text)


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
async def test_chance_queries_are_answered_as_by_one_schema(make: Callable[[], Kind]):
    kind = make()
    split = Split(kind.linked(), kind.world)
    asker = Asker(split.graph.schema, Random(kind.queries[0]), kind.arguments)
    for _ in range(CHANCE_QUERIES):
        await assert_same(split, asker.query()[0])


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_the_supergraph_is_valid_as_it_stands(make: Callable[[], Kind]):
    """Other routers hold it against its own definitions of the directives that it uses."""
    kind = make()
    assert build_schema(Split(kind.linked(), kind.world).supergraph_text).query_type


async def assert_same(split: Split, text: str) -> None:
    document = parse(text)
    found, errors, plan = await split.ask(document, FLAGS)
    assert errors == [], f"{text}\n{plan}\n{errors}"
    assert json.dumps(found) == json.dumps(split.whole(document, FLAGS)), f"{text}\n{plan}"
