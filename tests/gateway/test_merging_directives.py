"""Directives that any element may carry are merged by the strategy that each has."""

from graphql import parse, print_schema, validate

from gateway.composition import SubgraphSource, compose
from gateway.supergraph import Supergraph

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key",
  "@shareable", "@cacheTag", "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize",
  "Scope"])
scalar Scope
"""


def composed(**sdls: str) -> str:
    text = compose({name: SubgraphSource("", LINK + sdl) for name, sdl in sdls.items()})
    Supergraph.parse(text)
    return text


def test_who_may_see_is_whom_every_subgraph_lets():
    text = composed(
        a='type Query { x: Int @shareable @requiresScopes(scopes: [["p"], ["q"]]) }',
        b='type Query { x: Int @shareable @requiresScopes(scopes: [["p", "r"]]) @authenticated }',
        c='type Query { x: Int @shareable @policy(policies: [["z"]]) }',
    )
    line = next(each for each in text.splitlines() if each.startswith("  x: Int"))
    scopes, policies = '[["p", "r"]]', '[["z"]]'
    assert line == (
        f"  x: Int @authenticated @requiresScopes(scopes: {scopes}) @policy(policies: {policies})"
    )
    assert 'specs.apollo.dev/requiresScopes/v0.1", for: SECURITY' in text
    assert "Scope" not in Supergraph.parse(text).schema.type_map


def test_what_a_field_costs_is_the_most_that_a_subgraph_says():
    text = composed(
        a="type Query { x: [Int] @shareable @cost(weight: 2) @listSize(assumedSize: 3) }",
        b="""type Query { x(n: Int): [Int] @shareable @cost(weight: 5)
             @listSize(assumedSize: 2, slicingArguments: ["n"], requireOneSlicingArgument: false) }
          """,
    )
    line = next(each for each in text.splitlines() if each.startswith("  x: [Int]"))
    assert "@cost(weight: 5)" in line
    sizes = 'assumedSize: 3, slicingArguments: ["n"], requireOneSlicingArgument: false'
    assert f"@listSize({sizes})" in line
    assert 'specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]' in text


def test_what_routers_read_is_handed_on_with_who_says_it():
    tag = '@cacheTag(format: "x-{$args.id}")'
    text = composed(
        a=f"type Query {{ x(id: ID): Int @shareable {tag} }}",
        b=f"type Query {{ x(id: ID): Int @shareable {tag} }}"
        ' type T @cacheTag(format: "t") { y: Int }',
    )
    said = 'name: "federation__cacheTag", args: {format: "x-{$args.id}"}'
    assert f"@join__directive(graphs: [A, B], {said})" in text
    assert (
        '@join__directive(graphs: [B], name: "federation__cacheTag", args: {format: "t"})' in text
    )
    assert "specs.apollo.dev/join/v0.5" in text
    assert "cacheTag" not in print_schema(Supergraph.parse(text).schema)


def test_directives_on_operations_are_those_of_all_subgraphs_with_what_all_take():
    text = composed(
        a="""directive @trace(name: String, deep: Boolean = false) repeatable on
               FIELD | QUERY | OBJECT
             directive @only(here: Int) on FIELD  type Query { x: Int @shareable }""",
        b="""directive @trace(name: String!) on FIELD | MUTATION
             type Query { x: Int @shareable }""",
    )
    assert "directive @trace(\n  name: String!\n) on FIELD\n" in text
    assert "@only" not in text
    schema = Supergraph.parse(text).schema
    assert not validate(schema, parse('{ x @trace(name: "n") }'))
    assert validate(schema, parse("{ x @trace }"))
