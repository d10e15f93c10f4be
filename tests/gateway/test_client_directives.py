"""Directives that clients write on operations, and that every subgraph knows, reach subgraphs."""

from graphql import OperationDefinitionNode, parse, validate

from gateway import planner
from gateway.composition import SubgraphSource, compose
from gateway.planner import Plan
from gateway.supergraph import Supergraph

from .worlds import FEDERATION

KNOWN = """
directive @trace(name: String = "none", level: Level = LOW) on
  FIELD | INLINE_FRAGMENT | FRAGMENT_SPREAD | FRAGMENT_DEFINITION | QUERY
directive @often(n: Int!) repeatable on FIELD
directive @writing on MUTATION
directive @checked on VARIABLE_DEFINITION
enum Level { LOW HIGH }
"""
A = """
type Query { me: User find(n: Int): User }
type Mutation { make: User }
type User @key(fields: "id") { id: ID! name: String }
"""
B = 'type User @key(fields: "id") { id: ID! points(n: Int): Int }'


def planned(query: str) -> Plan:
    sources = {
        name: SubgraphSource("", FEDERATION + KNOWN + sdl) for name, sdl in (("a", A), ("b", B))
    }
    graph = Supergraph.parse(compose(sources))
    document = parse(query)
    assert validate(graph.schema, document) == []
    node = document.definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return planner.plan(graph, planner.normalise(graph, document, node, {}))


def documents(query: str) -> list[str]:
    return [fetch.document for fetch in planned(query).fetches]


def test_a_directive_on_a_field_goes_where_the_field_goes():
    first, second = documents(
        '{ me @trace(name: "x") { name @often(n: 1) @often(n: 2) points(n: 3) @trace } }'
    )
    assert first.endswith('{ me @trace(name: "x") { name @often(n: 1) @often(n: 2) id } }')
    assert second.endswith("{ points(n: 3) @trace } } }")


def test_its_variables_go_with_it_and_only_there():
    plan = planned(
        """query ($level: Level @checked, $n: Int! = 2) {
          me { name @trace(level: $level) points @often(n: $n) } }"""
    )
    first, second = plan.fetches
    assert first.variables == ("level",)
    assert first.document.startswith("query query__a__1($level: Level @checked) {")
    assert second.variables == ("n",)


def test_a_directive_on_the_operation_is_on_each_fetch_that_it_may_stand_on():
    [first, second] = documents("query Who @trace(level: HIGH) { me { name points } }")
    assert first.startswith("query Who__a__1 @trace(level: HIGH) {")
    assert second.startswith("query Who__b__2($_r0: [_Any!]!) @trace(level: HIGH) {")
    [first, second] = documents("mutation @writing { make { points } }")
    assert first.startswith("mutation mutation__a__1 @writing {")
    assert "@" not in second


def test_a_directive_on_a_fragment_stays_around_its_fields():
    first, second = documents(
        """{ me { id ... @trace { name points } ...F @trace(name: "s") } }
        fragment F on User @trace(name: "f") { p: points }"""
    )
    assert first.endswith("{ me { id ... @trace { name } } }")
    assert '... @trace { points } ... @trace(name: "s") { p: points }' in second


def test_equal_fields_are_one_field_with_what_is_said_of_each():
    [only] = documents("{ me { name @often(n: 1) } me @trace { name @often(n: 2) name } }")
    assert only.endswith("{ me @trace { name @often(n: 1) @often(n: 2) } }")
    [only] = documents('{ me @trace { name } me @trace(name: "other") { id } }')
    assert only.endswith("{ me @trace { name id } }")


def test_what_settles_a_query_here_is_not_handed_on():
    [only] = documents("query @trace { me { name @include(if: true) @trace } }")
    assert "@include" not in only
    assert only.endswith("{ me { name @trace } }")


def test_a_key_is_fetched_beside_a_field_that_carries_a_directive():
    """What a subgraph makes of a directive is for the client, not for the next subgraph."""
    first, second = documents("{ me { id @trace points } }")
    assert first.endswith("{ me { id @trace _1_id: id } }")
    assert second.endswith("{ points } } }")
