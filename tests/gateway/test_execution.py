"""Queries and mutations through the gateway's door, over the shop's subgraphs."""

import asyncio
from typing import Any

from . import shop
from .conftest import Front


async def test_a_query_over_three_subgraphs_asks_each_once(front: Front):
    answer = await front.ask("{ products { name inStock reviews { stars author { name } } } }")
    assert (
        answer.data
        == {
            "products": [
                {
                    "name": "Lamp",
                    "inStock": True,
                    "reviews": [
                        {"stars": 5, "author": {"name": "Ada"}},
                        {"stars": 3, "author": {"name": "Grace"}},
                    ],
                },
                {
                    "name": "Table",
                    "inStock": False,
                    "reviews": [{"stars": 4, "author": {"name": "Ada"}}],
                },
            ]
        }
        or answer.errors
    )  # the chairs' reviews are lost, see below
    assert front.asked() == {"products": 1, "stock": 1, "reviews": 1, "people": 1}


async def test_an_entity_that_stands_in_many_places_is_told_once(front: Front):
    query = "{ products(first: 2) { reviews { author { name } } } }"
    answer = await front.ask(query)
    assert [len(each["reviews"]) for each in answer.data["products"]] == [2, 1]
    told = front.subgraphs["people"].asked[0]["variables"]["_r0"]
    assert told == [{"__typename": "User", "id": "u1"}, {"__typename": "User", "id": "u2"}]


async def test_what_two_places_share_grows_in_each_as_it_was_asked(front: Front):
    answer = await front.ask(
        """{
          one: product(id: "p2") { reviews { author { what: name } } }
          two: product(id: "p2") { reviews { author { what: email } } }
        }"""
    )
    assert answer.data == {
        "one": {"reviews": [{"author": {"what": "Ada"}}]},
        "two": {"reviews": [{"author": {"what": "ada@example.org"}}]},
    }
    [told] = [each["variables"] for each in front.subgraphs["reviews"].asked]
    assert told == {"_r0": [{"__typename": "Product", "id": "p2"}]}


async def test_a_failed_entity_is_told_under_the_clients_own_path(front: Front):
    answer = await front.ask("{ all: products { name kritik: reviews { stars } } }")
    [error] = answer.errors
    assert error["path"] == ["all", 2]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["service"] == "reviews"
    assert error["extensions"]["requestId"].startswith("req_")
    assert answer.data is None  # reviews promise a list, products promise each product


async def test_what_is_required_is_fetched_and_handed_over(front: Front):
    answer = await front.ask("{ products { shipping } }")
    assert answer.data == {"products": [{"shipping": 6}, {"shipping": 120}, {"shipping": None}]}
    told = front.subgraphs["stock"].asked[0]["variables"]["_r0"]
    assert told[0] == {"__typename": "Product", "id": "p1", "price": 40, "weight": 2}


async def test_hidden_fields_disturb_no_alias(front: Front):
    answer = await front.ask('{ product(id: "p1") { id: name price: id shipping } }')
    assert answer.data == {"product": {"id": "Lamp", "price": "p1", "shipping": 6}}


async def test_a_dead_subgraph_blanks_its_own_fields_and_nothing_else(front: Front):
    await front.stop("stock")
    answer = await front.ask("{ me { name } products(first: 2) { name inStock } }")
    assert answer.data == {
        "me": {"name": "Ada"},
        "products": [{"name": "Lamp", "inStock": None}, {"name": "Table", "inStock": None}],
    }
    [error] = answer.errors
    assert error["message"] == "the stock service is not available"
    assert error["path"] == ["products"]
    assert error["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
    assert error["extensions"]["service"] == "stock"
    assert "127.0.0.1" not in str(answer.body)


async def test_a_dead_subgraph_with_a_promised_field_makes_the_nearest_nullable_null(front: Front):
    await front.stop("people")
    answer = await front.ask("{ latestReview { stars author { id name } } }")
    assert answer.data == {"latestReview": {"stars": 4, "author": None}}
    assert answer.codes == ["SUBGRAPH_UNAVAILABLE"]


async def test_a_slow_subgraph_ends_with_the_requests_time(front: Front):
    stock = front.subgraphs["stock"]
    stock.released.clear()
    answer = await front.ask(
        "{ products(first: 1) { name inStock } }", headers={"x-deadline-ms": "400"}
    )
    stock.released.set()
    assert answer.data == {"products": [{"name": "Lamp", "inStock": None}]}
    assert answer.codes == ["DEADLINE_EXCEEDED"]


async def test_a_fetch_does_not_wait_for_those_it_does_not_need(front: Front):
    """While people holds its answer back, products and then stock are asked all the same."""
    people, stock = front.subgraphs["people"], front.subgraphs["stock"]
    people.released.clear()
    asking = asyncio.create_task(front.ask("{ me { name } products(first: 1) { inStock } }"))
    await asyncio.wait_for(stock.arrived.wait(), timeout=5)
    assert not asking.done()
    people.released.set()
    assert (await asking).data == {"me": {"name": "Ada"}, "products": [{"inStock": True}]}


async def test_a_null_key_is_not_asked_about(fronts: Any):
    reviews = shop.reviews()
    reviews.roots = {
        "latestReview": lambda: {"id": "r0", "stars": 1, "author": {"id": None}, "product": None}
    }
    front = await fronts({"reviews": reviews, "people": shop.people()})
    answer = await front.ask("{ latestReview { stars author { name } product { id } } }")
    assert answer.data == {"latestReview": {"stars": 1, "author": None, "product": None}}
    assert front.subgraphs["people"].asked == []


async def test_mutations_run_in_order_each_with_what_comes_of_it(front: Front):
    answer = await front.ask(
        """mutation {
          one: addProduct(name: "Vase") { name inStock }
          count: countProducts
          review: addReview(product: "p1", stars: 2) { stars product { name } author { name } }
          two: addProduct(name: "Rug") { id }
        }"""
    )
    assert answer.data == {
        "one": {"name": "Vase", "inStock": True},
        "count": 4,
        "review": {"stars": 2, "product": {"name": "Lamp"}, "author": {"name": "Grace"}},
        "two": {"id": "p5"},
    }
    assert list(answer.data) == ["one", "count", "review", "two"]
    roots = [each["query"] for each in front.subgraphs["products"].asked]
    assert [query.startswith("mutation") for query in roots] == [True, True, False, True]


async def test_variables_and_defaults_reach_the_subgraph_as_given(front: Front):
    query = """query Some($first: Int = 1, $color: Color) {
      products(first: $first, color: $color) { name } }"""
    assert (await front.ask(query)).data == {"products": [{"name": "Lamp"}]}
    assert front.subgraphs["products"].asked[0]["variables"] == {}
    answer = await front.ask(query, {"first": 5, "color": "RED"})
    assert answer.data == {"products": [{"name": "Lamp"}, {"name": "Chair"}]}
    assert front.subgraphs["products"].asked[1]["variables"] == {"first": 5, "color": "RED"}


async def test_what_is_skipped_is_not_fetched(front: Front):
    query = """query ($deep: Boolean!) {
      products(first: 1) { name inStock @include(if: $deep) ...Kept @skip(if: $deep) }
    }
    fragment Kept on Product { price }"""
    assert (await front.ask(query, {"deep": False})).data == {
        "products": [{"name": "Lamp", "price": 40}]
    }
    assert front.subgraphs["stock"].asked == []
    assert (await front.ask(query, {"deep": True})).data == {
        "products": [{"name": "Lamp", "inStock": True}]
    }


async def test_interfaces_are_told_apart_by_type(front: Front):
    answer = await front.ask(
        """{ anything {
          __typename id
          ... on Voucher { percent }
          ... on Product { inStock kind: __typename }
        } }"""
    )
    assert answer.data == {
        "anything": [
            {"__typename": "Product", "id": "p1", "inStock": True, "kind": "Product"},
            {"__typename": "Voucher", "id": "v1", "percent": 10},
            None,
        ]
    }


async def test_the_answer_stands_in_the_order_of_asking(front: Front):
    answer = await front.ask(
        '{ product(id: "p1") { inStock ... on Thing { id } name __typename } __typename }'
    )
    assert list(answer.data) == ["product", "__typename"]
    assert list(answer.data["product"]) == ["inStock", "id", "name", "__typename"]
    assert answer.data["__typename"] == "Query"


async def test_the_schema_is_answered_here_beside_data(front: Front):
    answer = await front.ask(
        """{ me { name } __schema { queryType { name } } product: __type(name: "Product") {
          ...Shown } }
        fragment Shown on __Type { name fields { name } }"""
    )
    assert answer.data["me"] == {"name": "Ada"}
    assert answer.data["__schema"] == {"queryType": {"name": "Query"}}
    names = {each["name"] for each in answer.data["product"]["fields"]}
    assert {"id", "name", "reviews", "inStock", "shipping"} <= names
    assert front.asked() == {"people": 1}


async def test_a_promise_that_a_subgraph_breaks_is_told_once(front: Front):
    answer = await front.ask("{ broken { name } }")
    assert answer.data is None
    assert len(answer.errors) == 1
    assert answer.errors[0]["path"] == ["broken"]


async def test_one_document_is_planned_once_however_many_ask(front: Front):
    query = "{ products(first: 1) { name reviews { stars } } }"
    answers = await asyncio.gather(*(front.ask(query) for _ in range(20)))
    assert all(answer.data == answers[0].data for answer in answers)
    assert len(front.door.pipeline.graph.plans._kept) == 1
