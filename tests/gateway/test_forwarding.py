"""An answer that one subgraph gives whole goes on as its bytes; any other is completed."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from gateway import planner
from gateway.composition import SubgraphSource, compose
from gateway.executor import compile_is_answer
from gateway.supergraph import Supergraph
from tests.gateway.live import products

SDL = """
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@inaccessible"])
  type Query { user: User! all: [User!] things: [Thing] grid: [[Int!]!] }
  type User implements Thing { id: ID! name: String color: Color boss: User }
  type Robot implements Thing { id: ID! }
  interface Thing { id: ID! }
  enum Color { RED BLUE HIDDEN @inaccessible }
"""
GRAPH = Supergraph.parse(compose({"one": SubgraphSource("http://x", SDL)}))


def is_answer(query: str, data: Any) -> bool:
    document = parse(query)
    node = document.definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    operation = planner.normalise(GRAPH, document, node, {})
    holds = compile_is_answer(GRAPH, operation, planner.plan(GRAPH, operation))
    assert holds is not None
    return holds(data)


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ user { id name } }", {"user": {"id": "1", "name": None}}),
        ("{ user { id } all { id } }", {"user": {"id": "1"}, "all": None}),
        ("{ a: all { n: name boss { id } } }", {"a": [{"n": "x", "boss": None}]}),
        ("{ user { color } }", {"user": {"color": "RED"}}),
        ("{ grid }", {"grid": [[1, 2], []]}),
        ("{ user { __typename id } }", {"user": {"__typename": "User", "id": "1"}}),
        (
            "{ things { __typename ... on User { name } } }",
            {"things": [{"__typename": "User", "name": "a"}, {"__typename": "Robot"}, None]},
        ),
    ],
)
def test_what_is_as_it_was_asked_for_goes_on(query: str, data: Any):
    assert is_answer(query, data)


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ user { id name } }", {"user": {"name": "a", "id": "1"}}),
        ("{ user { id } }", {"user": {"id": "1", "secret": 2}}),
        ("{ user { id } }", {"user": {"id": None}}),
        ("{ user { id } }", {"user": None}),
        ("{ user { id } }", {"user": [1]}),
        ("{ user { id } }", {}),
        ("{ user { id } }", None),
        ("{ all { id } }", {"all": [{"id": "1"}, None]}),
        ("{ all { id } }", {"all": {"id": "1"}}),
        ("{ user { color } }", {"user": {"color": "HIDDEN"}}),
        ("{ user { color } }", {"user": {"color": ["RED"]}}),
        ("{ grid }", {"grid": [[1, None]]}),
        ("{ grid }", {"grid": [1]}),
        ("{ user { __typename } }", {"user": {"__typename": "Robot"}}),
        ("{ things { id } }", {"things": [{"id": "1"}]}),
        ("{ things { __typename } }", {"things": [{"__typename": "Query"}]}),
    ],
)
def test_what_is_otherwise_does_not(query: str, data: Any):
    assert not is_answer(query, data)


async def test_its_bytes_are_not_written_anew(fronts: Any):
    front = await fronts({"products": products()})
    body = b'{"data":{"something":  "as it came"}}'
    front.subgraphs["products"].says = 200, body
    async with front.client.post(f"{front.url}/graphql", json={"query": "{ something }"}) as got:
        assert await got.read() == body
