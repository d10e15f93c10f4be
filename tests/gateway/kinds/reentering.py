"""Fields of the type Query inside an answer: the way back to every root."""

from tests.gateway.kinds import Kind
from tests.gateway.kinds.interfaces import obj
from tests.gateway.worlds import World


def query_inside() -> Kind:
    user, item = obj("User", id="u1", name="Ada"), obj("Item", id="i1", title="T")
    query = obj("Query", me=user, items=[item, item])
    user["query"], user["queries"] = query, [query, None, query]
    item["owner"] = user
    item["query"] = None
    return Kind(
        {
            "a": """
            type Query { me: User }
            type User @key(fields: "id") { id: ID! name: String query: Query queries: [Query] }
            """,
            "b": """
            type Query { items: [Item] }
            type Item @key(fields: "id") { id: ID! title: String owner: User query: Query }
            type User @key(fields: "id", resolvable: false) { id: ID! }
            """,
        },
        World({"me": user, "items": [item, item]}, [user, item]),
        [
            "{ me { query { me { name } items { title } } } }",
            "{ me { queries { items { owner { name query { __typename items { id } } } } } } }",
            "{ items { query { me { id } } title } }",
        ],
    )


KINDS = {"query_inside": query_inside}
