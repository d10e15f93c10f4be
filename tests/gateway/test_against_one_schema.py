"""Chance queries over four subgraphs, held against one schema that has all of the data itself."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
)

from gateway import planner
from gateway.answers import Answer
from gateway.composition import SubgraphSource, compose
from gateway.executor import Run, compile_projection, compile_steps
from gateway.planner import Fetch
from gateway.supergraph import Supergraph

from . import shop
from .serving import Subgraph

SDLS = {
    "a": """
    type Query { products: [Product!]  things: [Thing]  first: Product }
    interface Thing { id: ID! }
    type Product implements Thing @key(fields: "id") {
      id: ID!  name: String!  related: [Product]  tag: Tag @shareable  grid: [[Product]!]
    }
    type Album implements Thing @key(fields: "id") { id: ID! }
    type Tag { label: String! @shareable }
    """,
    "b": """
    type Query { anyone: Party }
    interface Thing { id: ID! }
    union Party = User | Firm
    type Product implements Thing @key(fields: "id") {
      id: ID!  price: Int  owner: User  sellers: [Party!]  tag: Tag @shareable
    }
    type Album implements Thing @key(fields: "id") { id: ID!  cover: Product }
    type User @key(fields: "id") { id: ID!  liked: [Thing]  best: Thing }
    type Firm @key(fields: "id code") { id: ID!  code: Int! }
    type Tag { label: String! @shareable }
    """,
    "c": """
    type Query { users: [User] }
    type User @key(fields: "id") { id: ID!  name: String  friends: [User!]! }
    type Product @key(fields: "id") {
      id: ID!
      price: Int @external
      owner: User @external
      tax: Int @requires(fields: "price")
      greeting: String @requires(fields: "owner { id }")
    }
    """,
    "d": """
    type Product @key(fields: "id") { id: ID!  weight: Int  load: Int @requires(fields: "tax")
      tax: Int @external }
    type Album @key(fields: "id") { id: ID!  title: String  by: User }
    type Firm @key(fields: "id code") { id: ID!  code: Int!  boss: User }
    type User @key(fields: "id", resolvable: false) { id: ID! }
    """,
}


class World:
    """The data, as plain objects that point at each other by (type, id)."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        for type, count in (("Product", 6), ("User", 5), ("Album", 3), ("Firm", 2)):
            for number in range(count):
                at = (type, f"{type[0].lower()}{number}")
                self.objects[at] = {"__typename": type, "id": at[1]}
        for value in self.objects.values():
            getattr(self, f"_fill_{value['__typename'].lower()}")(value)

    def _one(self, *types: str) -> dict[str, Any] | None:
        if self.chance.random() < 0.2:
            return None
        return self.chance.choice([o for (t, _), o in self.objects.items() if t in types])

    def _some(self, *types: str) -> list[dict[str, Any]]:
        found = [self._one(*types) for _ in range(self.chance.randrange(4))]
        return [each for each in found if each]

    def _fill_product(self, value: dict[str, Any]) -> None:
        price = self.chance.choice([None, 1, 2, 3])
        owner = self._one("User")
        tax = None if price is None else price * 2
        value |= {
            "name": f"product {value['id']}",
            "related": [self._one("Product") for _ in range(3)],
            "tag": self.chance.choice([None, {"label": "new"}]),
            "grid": [self._some("Product"), [], self._some("Product")],
            "price": price,
            "owner": owner,
            "sellers": self._some("User", "Firm"),
            "tax": tax,
            "greeting": f"hello {owner['id']}" if owner else "hello nobody",
            "weight": self.chance.choice([None, 5]),
            "load": None if tax is None else tax + 1,
        }

    def _fill_user(self, value: dict[str, Any]) -> None:
        value |= {
            "name": self.chance.choice([None, f"user {value['id']}"]),
            "friends": self._some("User"),
            "liked": [self._one("Product", "Album") for _ in range(2)],
            "best": self._one("Product", "Album"),
        }

    def _fill_album(self, value: dict[str, Any]) -> None:
        value |= {"title": value["id"], "by": self._one("User"), "cover": self._one("Product")}

    def _fill_firm(self, value: dict[str, Any]) -> None:
        value |= {"code": 7, "boss": self._one("User")}

    def roots(self) -> dict[str, Any]:
        all = list(self.objects.values())
        return {
            "products": [each for each in all if each["__typename"] == "Product"],
            "things": self._some("Product", "Album"),
            "first": all[0],
            "anyone": self._one("User", "Firm"),
            "users": [each for each in all if each["__typename"] == "User"],
        }

    def subgraph(self, sdl: str, roots: Mapping[str, Any]) -> Subgraph:
        entities = {
            name: lambda told, name=name: self._told(name, told)
            for name in ("Product", "User", "Album", "Firm")
            if f"type {name} " in sdl and f'type {name} @key(fields: "id", resolv' not in sdl
        }
        answers = {name: lambda name=name: roots[name] for name in roots}
        return Subgraph(shop.LINK + sdl, answers, entities)

    def _told(self, type: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as a subgraph would: what is required counts only if it was handed over."""
        value = dict(self.objects[type, told["id"]])
        if type == "Product":
            price, tax, owner = told.get("price"), told.get("tax"), told.get("owner")
            value["tax"] = None if price is None else price * 2
            value["load"] = None if tax is None else tax + 1
            value["greeting"] = f"hello {owner['id']}" if owner else "hello nobody"
        return value


class Asker:
    """Makes up queries that the schema allows."""

    def __init__(self, schema: GraphQLSchema, chance: Random) -> None:
        self.schema = schema
        self.chance = chance
        self.fragments: list[str] = []

    def document(self) -> str:
        body = self.selections(self.schema.query_type, 3)
        used = "a: __typename @include(if: $yes) b: __typename @skip(if: $no)"
        text = f"query ($yes: Boolean = true, $no: Boolean = false) {{ {used} {body[1:]}"
        return "\n".join([text, *self.fragments])

    def selections(self, type: Any, depth: int) -> str:
        fields = list(getattr(type, "fields", {}).items())
        chosen = self.chance.sample(fields, len(fields))[: self.chance.randrange(1, 5)]
        picked = [self.field(name, field, depth) for name, field in chosen]
        parts = [each for each in picked if each]
        if self.chance.random() < 0.3:
            parts.append("__typename")
        if is_abstract_type(type):
            parts += [self.on(each, depth) for each in self.schema.get_possible_types(type)]
        self.chance.shuffle(parts)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def on(self, type: Any, depth: int) -> str:
        inner = self.selections(type, depth)
        if self.chance.random() < 0.3:
            self.fragments.append(f"fragment F{len(self.fragments)} on {type.name} {inner}")
            return f"...F{len(self.fragments) - 1}"
        return f"... on {type.name}{self.condition()} {inner}"

    def field(self, name: str, field: Any, depth: int) -> str:
        inner = get_named_type(field.type)
        if is_composite_type(inner) and depth == 0:
            return ""
        alias = f"{self.chance.choice('xyz')}_{name}: " if self.chance.random() < 0.2 else ""
        below = f" {self.selections(inner, depth - 1)}" if is_composite_type(inner) else ""
        return f"{alias}{name}{self.condition()}{below}"

    def condition(self) -> str:
        if self.chance.random() < 0.9:
            return ""
        word, variable = self.chance.choice(["skip", "include"]), self.chance.choice(["yes", "no"])
        return f" @{word}(if: ${variable})"


@pytest.mark.parametrize("seed", range(12))
async def test_the_answer_is_the_same_as_from_one_schema(seed: int):
    chance = Random(seed)
    world = World(chance)
    roots = world.roots()
    sources = {name: SubgraphSource("http://x", shop.LINK + sdl) for name, sdl in SDLS.items()}
    graph = Supergraph.parse(compose(sources))
    subgraphs = {name: world.subgraph(sdl, roots) for name, sdl in SDLS.items()}

    async def ask(fetch: Fetch, body: bytes) -> Answer:
        _, text = subgraphs[fetch.subgraph]._answer(json.loads(body))
        answer: Mapping[str, Any] = json.loads(text)
        assert not answer.get("errors"), (fetch, answer)
        return Answer.of(answer)

    for _ in range(25):
        text = Asker(graph.schema, chance).document()
        document = parse(text)
        assert validate(graph.schema, document) == []
        expected = execute_sync(
            graph.schema, document, roots, type_resolver=lambda value, *_: value["__typename"]
        )
        node = document.definitions[0]
        assert isinstance(node, OperationDefinitionNode)
        operation = planner.normalise(graph, document, node, {"yes": True, "no": False})
        run = Run(compile_steps(planner.plan(graph, operation)), {}, ask)
        await run.finish()
        found, _notes = compile_projection(graph, operation).apply(run.data)
        assert json.dumps(found) == json.dumps(expected.data), text
