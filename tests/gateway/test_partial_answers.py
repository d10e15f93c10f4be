"""Subgraphs that fail, answer half, or answer garbage: the rest of the answer stands."""

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest
from graphql import parse

from .asking import Asker
from .chance_graphs import ChanceGraph
from .kinds.interfaces import obj
from .worlds import FEDERATION, Split, World

FLAGS = {"yes": True, "no": False}
GARBAGE: tuple[Any, ...] = (None, 7, "x", [], {}, [[]], [None], {"__typename": []}, True)
Spoil = Callable[[str, dict[str, Any]], Any]


def shop() -> Split:
    lamp = obj("Product", id="p1", name="Lamp", price=3, color="RED")
    desk = obj("Product", id="p2", name="Desk", price=5, color="GREY")
    sdls = {
        "a": """type Query { products: [Product] things: [Thing] }
             enum Color { RED GREY @inaccessible }
             union Thing = Product | Secret
             type Secret @inaccessible { kept: Int }
             type Product @key(fields: "id") { id: ID! name: String color: Color }""",
        "b": 'type Product @key(fields: "id") { id: ID! price: Int }',
        "c": """type Product @key(fields: "id") { id: ID! price: Int @external
             tax: String @requires(fields: "price") }""",
    }
    linked = {name: FEDERATION + sdl for name, sdl in sdls.items()}
    things = [lamp, obj("Secret", kept=1)]
    return Split(linked, World({"products": [lamp, desk], "things": things}, [lamp, desk]))


def spoiling(split: Split, subgraph: str, spoil: Callable[[dict[str, Any]], Any]) -> list[Any]:
    """Have a subgraph's answers spoilt; give the list of what it is told of entities."""
    told: list[Any] = []
    inner = split.subgraphs[subgraph].answer

    def answer(text: str, variables: Mapping[str, Any]) -> Any:
        told.append(variables)
        return spoil(dict(inner(text, variables)))

    split.subgraphs[subgraph].answer = answer  # type: ignore[method-assign]  # that is the point
    return told


async def test_a_value_that_failed_is_told_to_nobody():
    split = shop()

    def spoil(answer: dict[str, Any]) -> Any:
        answer["data"]["e0"][0]["price"] = None
        return {**answer, "errors": [{"message": "lost", "path": ["e0", 0, "price"]}]}

    spoiling(split, "b", spoil)
    told = spoiling(split, "c", lambda answer: answer)
    found, errors, _ = await split.ask(parse("{ products { name tax } }"))
    assert found["products"][0] == {"name": "Lamp", "tax": None}
    assert found["products"][1] == {"name": "Desk", "tax": '{"price": 5}'}
    assert told == [{"_r0": [{"__typename": "Product", "id": "p2", "price": 5}]}]
    assert [(e["message"], e["path"]) for e in errors] == [("lost", ["products", 0, "price"])]


async def test_a_null_that_is_true_is_told():
    split = shop()

    def spoil(answer: dict[str, Any]) -> Any:
        answer["data"]["e0"][0]["price"] = None
        return answer

    spoiling(split, "b", spoil)
    found, errors, _ = await split.ask(parse("{ products { tax } }"))
    assert found["products"][0] == {"tax": '{"price": null}'}
    assert errors == []


@pytest.mark.parametrize("entities", [None, 7, [], [{"price": 3}], {"0": {}}])
async def test_other_entities_than_were_asked_for_are_an_error(entities: Any):
    split = shop()
    spoiling(split, "b", lambda _: {"data": {"e0": entities}})
    found, errors, _ = await split.ask(parse("{ products { name price } }"))
    assert found["products"] == [{"name": "Lamp", "price": None}, {"name": "Desk", "price": None}]
    assert [(e["extensions"]["code"], e["extensions"]["service"]) for e in errors] == [
        ("SUBGRAPH_UNAVAILABLE", "b")
    ]


async def test_what_clients_may_not_see_is_null_and_no_error():
    split = shop()
    found, errors, _ = await split.ask(parse("{ products { color } things { __typename } }"))
    assert found == {
        "products": [{"color": "RED"}, {"color": None}],
        "things": [{"__typename": "Product"}, None],
    }
    assert errors == []


async def test_a_value_and_a_type_that_nobody_knows_are_null_and_errors():
    split = shop()

    def spoil(answer: dict[str, Any]) -> Any:
        answer["data"]["products"][0]["color"] = "LOUD"
        answer["data"]["things"][0]["__typename"] = "Ghost"
        return answer

    spoiling(split, "a", spoil)
    found, errors, _ = await split.ask(parse("{ products { color } things { __typename } }"))
    assert found == {"products": [{"color": None}, {"color": None}], "things": [None, None]}
    assert [each["extensions"]["code"] for each in errors] == ["INTERNAL"] * 2


async def test_what_subgraphs_say_besides_is_merged_under_the_clients_paths():
    split = shop()
    said = {"cost": {"actual": 2}, "redacted": [["e0", 1, "price"]], "trace": "secret"}
    spoiling(split, "a", lambda answer: {**answer, "extensions": {"cost": {"actual": 1}}})
    spoiling(split, "b", lambda answer: {**answer, "extensions": said})
    await split.ask(parse("{ products { cost: price } }"))
    assert split.extensions == {"cost": {"actual": 3}, "redacted": [["products", 1, "price"]]}


@pytest.mark.parametrize("seed", range(12))
async def test_garbage_is_never_a_fault(seed: int):
    chance = Random(seed)
    graph = ChanceGraph(seed)
    assert graph.split is not None
    for name in graph.names:
        spoiling(graph.split, name, lambda answer: garbled(answer, chance))
    asker = Asker(graph.split.graph.schema, chance, graph.arguments)
    for _ in range(6):
        text, document = asker.query()
        found, errors, _ = await graph.split.ask(document, FLAGS)
        json.dumps([found, errors])
        assert all(each["extensions"]["code"] for each in errors), text


def garbled(value: Any, chance: Random) -> Any:
    """Put something else in some places, but for the top, which is held at the door."""
    errors = [{"message": chance.choice(GARBAGE), "path": chance.choice(GARBAGE)}, 7]
    told = {"data": _garbled(value["data"], chance)}
    return told if chance.random() < 0.5 else {**told, "errors": errors, "extensions": [1]}


def _garbled(value: Any, chance: Random) -> Any:
    if chance.random() < 0.05:
        return chance.choice(GARBAGE)
    if isinstance(value, dict):
        return {key: _garbled(each, chance) for key, each in value.items()}
    if isinstance(value, list):
        return [_garbled(each, chance) for each in value]
    return value
