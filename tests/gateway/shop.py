"""A shop in four subgraphs: products, reviews, people and stock."""

from typing import Any

from graphql import GraphQLError

from .serving import Subgraph

LINK = """
extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@external", "@requires", "@shareable"]
)
"""

PRODUCTS = [
    {"id": "p1", "name": "Lamp", "price": 40, "weight": 2, "color": "RED"},
    {"id": "p2", "name": "Table", "price": 900, "weight": 30, "color": "GREEN"},
    {"id": "p3", "name": "Chair", "price": 90, "weight": None, "color": "RED"},
]
PEOPLE = {
    "u1": {"id": "u1", "name": "Ada", "email": "ada@example.org"},
    "u2": {"id": "u2", "name": "Grace", "email": None},
}
REVIEWS = [
    {"id": "r1", "stars": 5, "product": "p1", "author": "u1"},
    {"id": "r2", "stars": 3, "product": "p1", "author": "u2"},
    {"id": "r3", "stars": 4, "product": "p2", "author": "u1"},
]


def products() -> Subgraph:
    made: list[dict[str, Any]] = []

    def add(name: str) -> dict[str, Any]:
        made.append({"id": f"p{len(PRODUCTS) + len(made) + 1}", "name": name, "price": 1})
        return made[-1]

    return Subgraph(
        LINK
        + """
        type Query {
          products(first: Int = 10, color: Color): [Product!]!
          product(id: ID!): Product
          broken: Product!
          anything: [Thing]
        }
        type Mutation { addProduct(name: String!): Product!  countProducts: Int! }
        enum Color { RED GREEN }
        interface Thing { id: ID! }
        type Product implements Thing @key(fields: "id") {
          id: ID!  name: String!  price: Int  weight: Int  color: Color
        }
        type Voucher implements Thing { id: ID!  percent: Int }
        """,
        {
            "products": lambda first, color=None: [
                each for each in PRODUCTS if color in (None, each["color"])
            ][:first],
            "product": _by_id,
            "broken": lambda: None,
            "anything": lambda: [
                {"__typename": "Product", **PRODUCTS[0]},
                {"__typename": "Voucher", "id": "v1", "percent": 10},
                None,
            ],
            "addProduct": add,
            "countProducts": lambda: len(PRODUCTS) + len(made),
        },
        {"Product": lambda told: _by_id(told["id"])},
    )


def _by_id(id: str) -> dict[str, Any] | None:
    return next((each for each in PRODUCTS if each["id"] == id), None)


def reviews() -> Subgraph:
    def review(each: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": each["id"],
            "stars": each["stars"],
            "author": {"id": each["author"]},
            "product": {"id": each["product"]},
        }

    def of(name: str, id: str) -> dict[str, Any]:
        if id == "p3":
            raise GraphQLError("reviews of chairs are lost", extensions={"code": "NOT_FOUND"})
        return {"id": id, "reviews": [review(each) for each in REVIEWS if each[name] == id]}

    return Subgraph(
        LINK
        + """
        type Query { latestReview: Review }
        type Mutation { addReview(product: ID!, stars: Int!): Review! }
        type Review { id: ID!  stars: Int!  author: User  product: Product }
        type Product @key(fields: "id") { id: ID!  reviews: [Review!]! }
        type User @key(fields: "id") { id: ID!  reviews: [Review!] }
        """,
        {
            "latestReview": lambda: review(REVIEWS[-1]),
            "addReview": lambda product, stars: {
                "id": "r9",
                "stars": stars,
                "product": {"id": product},
                "author": {"id": "u2"},
            },
        },
        {
            "Product": lambda told: of("product", told["id"]),
            "User": lambda told: of("author", told["id"]),
        },
    )


def people() -> Subgraph:
    return Subgraph(
        LINK
        + """
        type Query { me: User }
        type User @key(fields: "id") { id: ID!  name: String!  email: String }
        """,
        {"me": lambda: PEOPLE["u1"]},
        {"User": lambda told: PEOPLE[told["id"]]},
    )


def stock() -> Subgraph:
    def product(told: dict[str, Any]) -> dict[str, Any]:
        price, weight = told.get("price"), told.get("weight")
        return {
            "id": told["id"],
            "inStock": told["id"] != "p2",
            "shipping": None if price is None or weight is None else price // 10 + weight,
        }

    return Subgraph(
        LINK
        + """
        type Product @key(fields: "id") {
          id: ID!
          price: Int @external
          weight: Int @external
          inStock: Boolean
          shipping: Int @requires(fields: "price weight")
        }
        """,
        {},
        {"Product": product},
    )
