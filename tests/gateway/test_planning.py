"""Plans, as text: which fetches, in which order, with what told of each entity."""

from collections.abc import Mapping
from textwrap import dedent

import pytest
from graphql import OperationDefinitionNode, parse, validate

from gateway import planner
from gateway.composition import SubgraphSource, compose
from gateway.supergraph import Supergraph

from . import shop

LINK = shop.LINK.replace('"@shareable"]', '"@shareable", "@provides"]')


@pytest.fixture(scope="module")
def graph() -> Supergraph:
    return composed(
        products=shop.products().sdl,
        reviews=shop.reviews().sdl,
        people=shop.people().sdl,
        stock=shop.stock().sdl,
    )


def composed(**sdls: str) -> Supergraph:
    return Supergraph.parse(
        compose({name: SubgraphSource(f"http://{name}", sdl) for name, sdl in sdls.items()})
    )


def planned(graph: Supergraph, query: str, flags: Mapping[str, bool] | None = None) -> str:
    document = parse(query)
    assert validate(graph.schema, document) == []
    node = document.definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return str(planner.plan(graph, planner.normalise(graph, document, node, flags or {})))


def text(block: str) -> str:
    return dedent(block).strip()


def test_fields_of_one_subgraph_are_one_fetch(graph: Supergraph):
    assert planned(graph, "query Two { me { id name } }") == text(
        """
        1. people, at once
           query Two__people__1 { me { id name } }
        """
    )


def test_sibling_jumps_to_different_subgraphs_go_at_the_same_time(graph: Supergraph):
    assert planned(graph, "{ products { inStock reviews { stars } } }") == text(
        """
        1. products, at once
           query query__products__1 { products { id } }
        2. stock, after 1
           Product at products by { id }
              { ... on Product { inStock } }
        3. reviews, after 1
           Product at products by { id }
              { ... on Product { reviews { stars } } }
        """
    )


def test_jumps_to_one_subgraph_that_wait_for_the_same_share_a_request(graph: Supergraph):
    query = "{ latestReview { author { name } product { name } } products { reviews { id } } }"
    assert planned(graph, query) == text(
        """
        1. reviews, at once
           query query__reviews__1 { latestReview { author { id } product { id } } }
        2. products, at once
           query query__products__2 { products { id } }
        3. people, after 1
           User at latestReview.author by { id }
              { ... on User { name } }
        4. products, after 1
           Product at latestReview.product by { id }
              { ... on Product { name } }
        5. reviews, after 2
           Product at products by { id }
              { ... on Product { reviews { id } } }
        """
    )


def test_equal_jumps_at_several_paths_are_told_together(graph: Supergraph):
    query = '{ a: product(id: "1") { inStock } b: product(id: "2") { inStock } }'
    assert planned(graph, query) == text(
        """
        1. products, at once
           query query__products__1 { a: product(id: "1") { id } b: product(id: "2") { id } }
        2. stock, after 1
           Product at a, b by { id }
              { ... on Product { inStock } }
        """
    )


def test_jumps_to_one_subgraph_that_are_equally_far_share_a_request(graph: Supergraph):
    query = "{ latestReview { product { inStock shipping } } products { inStock } }"
    assert planned(graph, query) == text(
        """
        1. reviews, at once
           query query__reviews__1 { latestReview { product { id } } }
        2. products, at once
           query query__products__2 { products { id } }
        3. stock, after 1, 2
           Product at latestReview.product, products by { id }
              { ... on Product { inStock } }
        4. products, after 1
           Product at latestReview.product by { id }
              { ... on Product { price weight } }
        5. stock, after 4
           Product at latestReview.product by { id price weight }
              { ... on Product { shipping } }
        """
    )


def test_a_jump_that_nothing_waits_for_goes_with_a_later_one_of_the_same_objects(
    graph: Supergraph,
):
    """Each is told apart in it: what the later one lacks costs the other nothing."""
    assert planned(graph, "{ latestReview { product { inStock shipping } } }") == text(
        """
        1. reviews, at once
           query query__reviews__1 { latestReview { product { id } } }
        2. products, after 1
           Product at latestReview.product by { id }
              { ... on Product { price weight } }
        3. stock, after 1, 2
           Product at latestReview.product by { id price weight }
              { ... on Product { shipping } }
           Product at latestReview.product by { id }
              { ... on Product { inStock } }
        """
    )


def test_different_jumps_to_one_subgraph_stand_side_by_side_in_a_request(graph: Supergraph):
    query = '{ a: product(id: "1") { inStock } b: product(id: "2") { shipping } }'
    plan = planned(graph, query)
    assert plan.count("stock, after 1") == 1
    assert "Product at a by { id }" in plan
    assert "Product at b by { id price weight }" in plan


def test_what_is_required_is_fetched_under_free_keys(graph: Supergraph):
    assert planned(graph, "{ products { price: name shipping } }") == text(
        """
        1. products, at once
           query query__products__1 { products { price: name id _1_price: price weight } }
        2. stock, after 1
           Product at products by { id price from _1_price weight }
              { ... on Product { shipping } }
        """
    )


def test_conditions_are_settled_before_planning(graph: Supergraph):
    query = "query ($a: Boolean!) { me { name @include(if: $a) id @skip(if: $a) } }"
    assert "{ me { name } }" in planned(graph, query, {"a": True})
    assert "{ me { id } }" in planned(graph, query, {"a": False})


def test_a_selection_that_is_left_empty_still_asks_whether_there_is_something(graph: Supergraph):
    query = "query ($a: Boolean!) { me { name @include(if: $a) } }"
    assert "{ me { __nothing: __typename } }" in planned(graph, query, {"a": False})


def test_each_mutation_waits_for_all_that_came_of_the_one_before(graph: Supergraph):
    query = """mutation {
      one: addProduct(name: "a") { inStock }  two: addProduct(name: "b") { id }  countProducts
    }"""
    assert planned(graph, query) == text(
        """
        1. products, at once
           mutation mutation__products__1 { one: addProduct(name: "a") { id } }
        2. stock, after 1
           Product at one by { id }
              { ... on Product { inStock } }
        3. products, after 2
           mutation mutation__products__3 { two: addProduct(name: "b") { id } countProducts }
        """
    )


def test_variables_are_defined_where_they_are_used(graph: Supergraph):
    query = """query P($first: Int = 3, $id: ID!) {
      products(first: $first) { id }  me { id }  product(id: $id) { inStock }
    }"""
    plan = planned(graph, query)
    assert "query P__products__1($first: Int = 3, $id: ID!)" in plan
    assert "query P__people__2 {" in plan


def test_a_type_condition_narrows_the_path_of_a_jump(graph: Supergraph):
    plan = planned(graph, "{ anything { id ... on Product { inStock } } }")
    assert "Product at anything<Product> by { id }" in plan
    assert "{ anything { id __typename ... on Product { id } } }" in plan


def test_a_key_that_is_known_elsewhere_only_is_fetched_first():
    graph = composed(
        a=LINK + 'type Query { t: T } type T @key(fields: "code") { code: ID! }',
        b=LINK + 'type T @key(fields: "code") @key(fields: "id") { code: ID! id: ID! }',
        c=LINK + 'type T @key(fields: "id") { id: ID! name: String }',
    )
    assert planned(graph, "{ t { name } }") == text(
        """
        1. a, at once
           query query__a__1 { t { code } }
        2. b, after 1
           T at t by { code }
              { ... on T { id } }
        3. c, after 2
           T at t by { id }
              { ... on T { name } }
        """
    )


def test_nested_and_compound_keys_are_told_whole():
    graph = composed(
        a=LINK + 'type Query { t: T } type T @key(fields: "id owner { id }") '
        '{ id: ID! owner: O! } type O @key(fields: "id") { id: ID! }',
        b=LINK + 'type T @key(fields: "id owner { id }") { id: ID! owner: O! n: Int } '
        'type O @key(fields: "id") { id: ID! }',
    )
    assert "T at t by { id owner { id } }" in planned(graph, "{ t { n } }")


def test_requirements_of_requirements_are_fetched_in_turn():
    graph = composed(
        a=LINK + 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        b=LINK + 'type T @key(fields: "id") { id: ID! x: Int @external '
        'y: Int @requires(fields: "x") }',
        c=LINK + 'type T @key(fields: "id") { id: ID! y: Int @external '
        'z: Int @requires(fields: "y") }',
    )
    plan = planned(graph, "{ t { z } }")
    assert plan.index("b, after 1") < plan.index("c, after 2")
    assert "T at t by { id y }" in plan


def test_what_a_subgraph_needs_of_others_for_its_own_root_comes_back_to_it():
    graph = composed(
        a=LINK + 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external '
        'y: Int @requires(fields: "x") }',
        b=LINK + 'type T @key(fields: "id") { id: ID! x: Int }',
    )
    plan = planned(graph, "{ t { y } }")
    assert [
        line.split(".")[1].split(",")[0].strip() for line in plan.splitlines() if "after" in line
    ] == ["b", "a"]


def test_what_is_provided_on_the_way_is_not_fetched_again():
    graph = composed(
        a=LINK + 'type Query { t: T @provides(fields: "name") u: T } '
        'type T @key(fields: "id") { id: ID! name: String @external }',
        b=LINK + 'type T @key(fields: "id") { id: ID! name: String @shareable }',
    )
    assert "b, " not in planned(graph, "{ t { name } }")
    assert "b, after 1" in planned(graph, "{ u { name } }")


def test_value_types_whose_parts_are_spread_are_put_together_from_all_roots():
    graph = composed(
        a=LINK + "type Query { v: V @shareable } type V { a: Int }",
        b=LINK + "type Query { v: V @shareable } type V { b: Int }",
    )
    assert planned(graph, "{ v { a b } }") == text(
        """
        1. a, at once
           query query__a__1 { v { a } }
        2. b, at once
           query query__b__2 { v { b } }
        """
    )


def test_the_same_field_with_other_arguments_is_another_field():
    graph = composed(
        a=LINK + 'type Query { t: T } type T @key(fields: "id") { id: ID! cost(in: String): Int }',
        b=LINK + 'type T @key(fields: "id") { id: ID! cost(in: String): Int @external '
        'tax: Int @requires(fields: "cost(in: \\"EUR\\")") }',
    )
    plan = planned(graph, '{ t { cost(in: "USD") tax } }')
    assert '{ t { cost(in: "USD") id _1_cost: cost(in: "EUR") } }' in plan
    assert "by { id cost from _1_cost }" in plan


def test_an_interface_field_that_one_type_gets_elsewhere_is_asked_type_by_type():
    graph = composed(
        a=LINK
        + """
        type Query { things: [Thing] }
        interface Thing { id: ID! note: String }
        type Cup implements Thing { id: ID! note: String }
        type Pot implements Thing @key(fields: "id") { id: ID! note: String @external }
        """,
        b=LINK + 'type Pot @key(fields: "id") { id: ID! note: String }',
    )
    assert planned(graph, "{ things { id note } }") == text(
        """
        1. a, at once
           query query__a__1 { things { id __typename ... on Cup { note } ... on Pot { id } } }
        2. b, after 1
           Pot at things<Pot> by { id }
              { ... on Pot { note } }
        """
    )
