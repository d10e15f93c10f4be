"""Chance queries over chance graphs are answered as by one schema; nonsense is refused."""

import json
import os
import re
from random import Random

import pytest
from graphql import OperationDefinitionNode, OperationType

from gateway import parsing, validation
from gateway.errors import RequestRefused
from gateway.limits import Limits

from .asking import Asker
from .chance_graphs import ChanceGraph
from .chance_wider import WiderGraph

GRAPHS = int(os.environ.get("CHANCE_GRAPHS", "10"))
WIDER = int(os.environ.get("CHANCE_GRAPHS", "5"))
FIRST = int(os.environ.get("CHANCE_GRAPHS_FROM", "0"))
QUERIES = 6
LIMITS = Limits(10_000, 25, 300, 100, 300)
NONSENSE = 25
FLAGS = {"yes": True, "no": False}
TOKEN = re.compile(r"\w+|[^\w\s]")


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GRAPHS))
async def test_a_split_graph_answers_as_one_schema(seed: int):
    await assert_same(ChanceGraph(seed), seed)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + WIDER))
async def test_a_wider_graph_answers_as_one_schema(seed: int):
    await assert_same(WiderGraph(seed), seed)


async def assert_same(graph: ChanceGraph, seed: int) -> None:
    split = graph.split
    assert split is not None, graph.refused
    asker = Asker(split.graph.schema, Random(seed), graph.arguments)
    for number in range(QUERIES):
        text, document = asker.query()
        split.labels = split.graph.labels if number % 2 else frozenset()
        found, errors, plan = await split.ask(document, FLAGS)
        assert errors == [], f"{text}\n{plan}"
        assert json.dumps(found) == json.dumps(split.whole(document, FLAGS)), f"{text}\n{plan}"


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GRAPHS))
async def test_a_document_is_answered_or_refused_but_never_a_fault(seed: int):
    chance = Random(seed)
    split = ChanceGraph(seed).split
    assert split is not None
    schema = split.graph.schema
    asker = Asker(schema, chance)
    for _ in range(NONSENSE):
        text = spoilt(asker.document(), chance)
        asker.fragments.clear()
        try:
            document = parsing.parse_document(text, LIMITS)
            validation.validate_document(schema, document, introspection=True)
            node = parsing.pick_operation(document, None)
        except RequestRefused:
            continue  # only this: a fault would end the test
        assert isinstance(node, OperationDefinitionNode)
        if node.operation is OperationType.QUERY and document.definitions[0] is node:
            found, errors, _ = await split.ask(document, FLAGS)
            assert errors == [], text
            assert json.dumps(found) == json.dumps(split.whole(document, FLAGS)), text


def spoilt(text: str, chance: Random) -> str:
    """Leave out, double or exchange some words of a document."""
    words = TOKEN.findall(text)
    for _ in range(chance.choice([0, 1, 1, 2, 5])):
        at, other = chance.randrange(len(words)), chance.randrange(len(words))
        match chance.randrange(4):
            case 0:
                del words[at]
            case 1:
                words.insert(at, words[other])
            case 2:
                words[at], words[other] = words[other], words[at]
            case _:
                names = [n for n in range(len(words)) if words[n].isidentifier()]
                words[chance.choice(names)] = words[chance.choice(names)]
    return " ".join(words)
