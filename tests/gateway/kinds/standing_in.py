"""Interface objects: an interface that a subgraph knows as one object."""

from tests.gateway.kinds import Kind
from tests.gateway.kinds.interfaces import obj
from tests.gateway.worlds import World


def simple_interface_object() -> Kind:
    user = obj("User", id="u1", name="u1-name", username="u1-u", age=11, isActive=True)
    admin = obj("Admin", id="u2", name="u2-name", username="u2-u", age=22, isActive=False)
    return Kind(
        {
            "a": """
            type Query { users: [NodeWithName!]! }
            interface NodeWithName @key(fields: "id") { id: ID! name: String }
            type User implements NodeWithName @key(fields: "id") { id: ID! name: String age: Int }
            type Admin implements NodeWithName @key(fields: "id") { id: ID! name: String age: Int }
            """,
            "b": """
            type NodeWithName @key(fields: "id") @interfaceObject { id: ID! username: String }
            type Query { anotherUsers: [NodeWithName] }
            """,
            "c": """
            interface Account @key(fields: "id") { id: ID! }
            type Query { accounts: [Account] }
            type User implements Account @key(fields: "id") { id: ID! }
            type Admin implements Account @key(fields: "id") { id: ID! }
            """,
            "d": """
            type Account @key(fields: "id") @interfaceObject { id: ID! isActive: Boolean }
            """,
        },
        World(
            {"users": [user, admin], "anotherUsers": [user, admin], "accounts": [user, admin]},
            [user, admin],
        ),
        [
            "{ users { id name username } }",
            "{ anotherUsers { id name username } }",
            "{ users { id name username ... on User { age } } }",
            "{ anotherUsers { ... on User { age } } }",
            "{ anotherUsers { __typename id ... on User { age id name username } ... on Admin { age } } }",
            "{ users { ... on User { age name username } } anotherUsers { username } }",
            "{ accounts { id isActive ... on Admin { isActive } __typename } }",
            "{ accounts { ... on NodeWithName { username } isActive } }",
            "{ accounts { ... on User { username age isActive } } }",
        ],
    )


def indirect_extension() -> Kind:
    """A field of an interface object on a value that stands in a third subgraph as a type."""
    one = obj("ProductA", id="1", data="d1", name="n1")
    two = obj("ProductB", id="2", data="d2", name="n2")
    return Kind(
        {
            "a": """
            interface Product @key(fields: "id") { id: ID! name: String }
            type ProductA implements Product @key(fields: "id") { id: ID! name: String }
            type ProductB implements Product @key(fields: "id") { id: ID! name: String }
            """,
            "b": """
            type Product @key(fields: "id") @interfaceObject { id: ID! data: String }
            type Query { anyB: Product }
            """,
            "c": """
            type Query { productA: ProductA wrapped: Wrapper }
            type Wrapper { product: ProductA any: Any }
            type ProductA @key(fields: "id") { id: ID! }
            type ProductB @key(fields: "id") { id: ID! }
            union Any = ProductA | ProductB
            """,
        },
        World(
            {
                "productA": one,
                "anyB": two,
                "wrapped": obj("Wrapper", product=one, any=two),
            },
            [one, two],
        ),
        [
            "{ productA { id data } }",
            "{ wrapped { product { data name } any { ... on ProductB { data } ... on Product { name data } } } }",
            "{ anyB { id data name __typename ... on ProductB { name data } } }",
        ],
    )


def non_resolvable_interface_object() -> Kind:
    bread, pasta = (
        obj("Bread", id="p1", name="bread", kind="x"),
        obj("Pasta", id="p2", name="pasta", kind="y"),
    )
    node = obj("Node1", id="n1", field="f")
    return Kind(
        {
            "a": """
            type Query { product: Product  products: [Product] }
            type Product @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
            """,
            "b": """
            interface Product @key(fields: "id") { id: ID! }
            type Bread implements Product @key(fields: "id") { id: ID! name: String }
            type Pasta implements Product @key(fields: "id") { id: ID! name: String }
            interface Node @key(fields: "id") { id: ID! field: String }
            type Node1 implements Node @key(fields: "id") { id: ID! field: String }
            type Query { node: Node }
            """,
            "c": """
            type Query { b: Node  c: [Node] }
            type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }
            """,
        },
        World(
            {"product": bread, "products": [bread, pasta], "b": node, "c": [node], "node": node},
            [bread, pasta, node],
        ),
        [
            "{ product { id ... on Bread { id } } }",
            "{ product { __typename id ... on Bread { name } ... on Pasta { name } } }",
            "{ products { ... on Pasta { name } } b { field __typename } c { id } node { id field } }",
        ],
    )


def interface_object_requires() -> Kind:
    user = obj("User", id="u1", name="N1", age=1)
    bot = obj("Bot", id="u2", name="N2", owner=user, best=user)
    user["best"] = bot
    return Kind(
        {
            "a": """
            type Query { users: [NodeWithName!]! }
            interface NodeWithName @key(fields: "id") { id: ID! name: String }
            type User implements NodeWithName @key(fields: "id") { id: ID! name: String age: Int }
            type Bot implements NodeWithName @key(fields: "id") { id: ID! name: String owner: User }
            """,
            "b": """
            type NodeWithName @key(fields: "id") @interfaceObject {
              id: ID! name: String @external username: String @requires(fields: "name") }
            type Query { anotherUsers: [NodeWithName] }
            """,
            "c": """
            type NodeWithName @key(fields: "id") @interfaceObject {
              id: ID! username: String @external  handle: String @requires(fields: "username")
              best: NodeWithName }
            """,
        },
        World(
            {"users": [user, bot], "anotherUsers": [bot, user]},
            [user, bot],
        ),
        [
            "{ users { username } }",
            "{ users { id name username handle } }",
            "{ anotherUsers { username ... on User { age username } } }",
            "{ anotherUsers { handle best { name handle ... on Bot { owner { username } } } } }",
        ],
    )


KINDS = {
    each.__name__: each
    for each in (
        simple_interface_object,
        indirect_extension,
        non_resolvable_interface_object,
        interface_object_requires,
    )
}
