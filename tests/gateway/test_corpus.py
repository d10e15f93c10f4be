"""Public federation suites, where FEDERATION_CORPUS says they are: composing and planning.

Each suite is a folder with `subgraphs/*.graphql`, the `supergraph.graphql` that a reference
composer made of them, and `tests.json` with queries. What we compose is held against the
reference, and every fetch against its subgraph's schema; `test_corpus_answers.py` holds the
answers.
"""

import json
import os
import re
from pathlib import Path

import pytest
from graphql import (
    BooleanValueNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationDefinitionNode,
    build_ast_schema,
    lexicographic_sort_schema,
    parse,
    print_schema,
    validate,
)

from gateway import planner
from gateway.composition import SubgraphSource, compose
from gateway.supergraph import Supergraph

CORPUS = Path(os.environ.get("FEDERATION_CORPUS", "/nowhere"))
SUITES = sorted(each.parent for each in CORPUS.glob("*/supergraph.graphql"))

pytestmark = pytest.mark.skipif(
    not SUITES, reason="FEDERATION_CORPUS names no folder with federation suites"
)


def sources(suite: Path) -> dict[str, SubgraphSource]:
    return {
        each.stem: SubgraphSource(f"http://{each.stem}", each.read_text())
        for each in suite.glob("subgraphs/*.graphql")
    }


def printed(schema: GraphQLSchema) -> str:
    return print_schema(lexicographic_sort_schema(schema))


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_clients_see_the_same_as_through_the_reference(suite: Path):
    ours = Supergraph.parse(compose(sources(suite)))
    theirs = Supergraph.parse((suite / "supergraph.graphql").read_text())
    assert printed(ours.schema) == printed(theirs.schema)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_the_same_subgraphs_own_the_same_fields(suite: Path):
    ours = Supergraph.parse(compose(sources(suite)))
    theirs = Supergraph.parse((suite / "supergraph.graphql").read_text())
    assert ours.types.keys() == theirs.types.keys()
    for name, owned in ours.types.items():
        other = theirs.types[name]
        assert owned.members == other.members
        assert owned.keys.keys() == other.keys.keys()
        for field, mine in owned.fields.items():
            assert mine.joins.keys() == other.fields[field].joins.keys()


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_query_is_planned_into_fetches_that_their_subgraphs_allow(suite: Path):
    graph = Supergraph.parse((suite / "supergraph.graphql").read_text())
    schemas = {name: executable(source.sdl) for name, source in sources(suite).items()}
    for case in json.loads((suite / "tests.json").read_text()):
        document = parse(case["query"])
        if validate(graph.schema, document):
            assert case["expected"].get("errors")
            continue
        node = document.definitions[0]
        assert isinstance(node, OperationDefinitionNode)
        flags = {
            each.variable.name.value: each.default_value.value
            for each in node.variable_definitions or ()
            if isinstance(each.default_value, BooleanValueNode)
        }
        plan = planner.plan(graph, planner.normalise(graph, document, node, flags))
        for fetch in plan.fetches:
            assert validate(schemas[fetch.subgraph], parse(fetch.document)) == [], str(plan)


def executable(sdl: str) -> GraphQLSchema:
    """Make of a subgraph's SDL the schema that it serves."""
    objects = [
        node
        for node in parse(sdl).definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
    ]
    entities = [
        node.name.value
        for node in objects
        if any(each.name.value == "key" for each in node.directives or ())
    ]
    known = {n.name.value for n in objects if isinstance(n, ObjectTypeDefinitionNode)}
    base = re.sub(r"extend type (\w+)", lambda m: m[0] if m[1] in known else f"type {m[1]}", sdl)
    text = base if "type Query" in base else f"{base}\ntype Query"
    text += "\nextend type Query { _service: String }"
    if entities:
        text += f"\nunion _Entity = {' | '.join(dict.fromkeys(entities))}\nscalar _Any"
        text += "\nextend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
    return build_ast_schema(parse(text), assume_valid_sdl=True)
