"""Arguments whose values stand above: in the same subgraph, elsewhere, far away."""

from tests.gateway.kinds import Kind
from tests.gateway.kinds.interfaces import obj
from tests.gateway.worlds import World


def trades() -> list[dict[str, object]]:
    return [
        obj("Trade", id=f"t{n}", base=n, price=lambda x=None, n=1, id=n: f"{id} {x} {n}")
        for n in (1, 2)
    ]


def taken_from_an_interface() -> Kind:
    """The interface sets the context; clients name the value otherwise, or never ask for it."""
    one, two = trades()
    users = [
        obj("User", id="u1", cur="EUR", trades=[one, two], best=one),
        obj("User", id="u2", cur=None, trades=[two, None], best=two),
    ]
    group = obj("Group", id="g", cur="GBP", users=users, best=two)
    return Kind(
        {
            "a": """
            type Query { users: [User] group: Group holder: Holder }
            interface Holder @context(name: "c") { id: ID! cur: String best: Trade }
            type User implements Holder @key(fields: "id") {
              id: ID! cur: String trades: [Trade] best: Trade }
            type Group implements Holder @key(fields: "id") {
              id: ID! cur: String users: [User] best: Trade }
            type Trade @key(fields: "id") {
              id: ID! price(x: String @fromContext(field: "$c { cur }"), n: Int = 1): String }
            """,
            "b": 'type Trade @key(fields: "id") { id: ID! base: Int } type Query { b: Int }',
        },
        World(
            {"users": users, "group": group, "holder": group, "b": 1}, [*users, group, one, two]
        ),
        [
            "{ users { trades { price base } } }",
            "{ group { best { price(n: 2) p: price } users { best { price } trades { id } } } }",
            "{ holder { cur: id best { cur: price } ... on Group { users { best { price } } } } }",
            "{ holder { ... on User { best { price } } best { id } } }",
        ],
    )


def taken_from_far_away() -> Kind:
    """The value is external where it is taken; another subgraph stands between."""
    one, two = trades()
    middles = [
        obj("Middle", id="m1", trade=one, trades=[[one], None, [two, None]]),
        obj("Middle", id="m2", trade=one, trades=[]),
    ]
    users = [
        obj("User", id=f"u{n}", cur=f"c{n}", middle=middle) for n, middle in enumerate(middles)
    ]
    return Kind(
        {
            "a": """
            type Query { users: [User] }
            type User @key(fields: "id") { id: ID! middle: Middle }
            type Middle @key(fields: "id") { id: ID! }
            """,
            "b": """
            type Middle @key(fields: "id") { id: ID! trade: Trade trades: [[Trade]] }
            type Trade @key(fields: "id", resolvable: false) { id: ID! }
            """,
            "c": """
            type User @key(fields: "id") @context(name: "c") { id: ID! cur: String @external }
            type Trade @key(fields: "id") {
              id: ID! price(x: String @fromContext(field: "$c { cur }"), n: Int = 1): String }
            """,
            "d": 'type User @key(fields: "id") { id: ID! cur: String }',
        },
        World({"users": users}, [*users, *middles, one, two]),
        [
            "{ users { middle { trade { price } trades { id price(n: 2) } } } }",
            "{ users { cur middle { trade { price } } } }",
        ],
    )


def taken_by_an_interface_object() -> Kind:
    one = obj("One", id="a", cur="E", val=lambda x=None: f"a {x}")
    two = obj("Two", id="b", cur="F", val=lambda x=None: f"b {x}")
    box = obj("Box", id="p", cur="P", first=one, items=[one, two, None])
    return Kind(
        {
            "a": """
            type Query { box: Box }
            type Box @key(fields: "id") { id: ID! cur: String items: [Item] first: Item }
            interface Item @key(fields: "id") { id: ID! cur: String }
            type One implements Item @key(fields: "id") { id: ID! cur: String }
            type Two implements Item @key(fields: "id") { id: ID! cur: String }
            """,
            "b": """
            type Query { other: Box }
            type Box @key(fields: "id") @context(name: "c") { id: ID! cur: String @external }
            type Item @interfaceObject @key(fields: "id") {
              id: ID! val(x: String @fromContext(field: "$c { cur }")): String }
            """,
        },
        World({"box": box, "other": box}, [one, two, box]),
        [
            "{ box { first { val } } }",
            "{ box { items { val id ... on One { cur val } } } }",
            "{ other { items { ... on Two { val } } first { id val cur } } }",
        ],
    )


KINDS = {
    each.__name__: each
    for each in (taken_from_an_interface, taken_from_far_away, taken_by_an_interface_object)
}
