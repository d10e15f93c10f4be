"""Fields that are taken over, shared, provided, hidden; first-generation subgraphs."""

from tests.gateway.kinds import Kind
from tests.gateway.kinds.interfaces import obj
from tests.gateway.worlds import World

FIRST = "first generation"


def override_type_interface() -> Kind:
    image = obj("ImagePost", id="i1", createdAt="1")
    text = obj("TextPost", id="t1", createdAt="2", body="B")
    return Kind(
        {
            "a": """
            type Query { feed: [Post] }
            interface Post { id: ID! createdAt: String! }
            type ImagePost implements Post @key(fields: "id") { id: ID! createdAt: String! @external }
            type TextPost implements Post @key(fields: "id") { id: ID! createdAt: String! body: String! }
            """.replace(" @external", ""),
            "b": """
            type Query { anotherFeed: [AnotherPost] }
            interface AnotherPost { id: ID! createdAt: String! }
            type ImagePost implements AnotherPost @key(fields: "id") {
              id: ID! createdAt: String! @override(from: "a") }
            """,
        },
        World({"feed": [image, text], "anotherFeed": [image]}, [image, text]),
        [
            "{ feed { id createdAt } }",
            "{ feed { ... on TextPost { id body } } }",
            "{ feed { id createdAt ... on TextPost { body } } }",
            "{ anotherFeed { createdAt id ... on ImagePost { createdAt } __typename } }",
            "{ anotherFeed { ... on Post { createdAt } } }",
        ],
    )


def unavailable_override() -> Kind:
    feed = [obj("Post", id="1", createdAt="x"), obj("Post", id="2", createdAt="y")]
    return Kind(
        {
            "a": """
            type Query { feed: [Post] @shareable  aFeed: [Post] }
            type Post @key(fields: "id") { id: ID! createdAt: String! @override(from: "noexisting") }
            """,
            "b": """
            type Query { feed: [Post] @override(from: "nonexisting")  bFeed: [Post] }
            type Post @key(fields: "id") { id: ID! }
            """.replace('feed: [Post] @override(from: "nonexisting")', "feed: [Post] @shareable"),
        },
        World({"feed": feed, "aFeed": feed, "bFeed": feed}, feed),
        ["{ feed { id createdAt } }", "{ bFeed { id createdAt } aFeed { createdAt } }"],
    )


def override_root() -> Kind:
    feed = [obj("Post", id="1", createdAt="x", likes=1)]
    return Kind(
        {
            "a": """
            type Query { feed: [Post] @override(from: "b") }
            type Post @key(fields: "id") { id: ID! createdAt: String @override(from: "b") }
            """,
            "b": """
            type Query { feed: [Post] bFeed: [Post] }
            type Post @key(fields: "id") { id: ID! createdAt: String likes: Int }
            """,
        },
        World({"feed": feed, "bFeed": feed}, feed),
        ["{ feed { createdAt likes } }", "{ bFeed { createdAt likes } }"],
    )


def override_requires_key() -> Kind:
    """What was taken over stays known where a key or @requires still names it."""
    user = obj("User", id="u1", aName="A", name="N", email="e@x")
    return Kind(
        {
            "a": """
            type Query { userInA: User }
            type User @key(fields: "id") { id: ID! name: String! @external
              aName: String! @requires(fields: "name") email: String }
            """,
            "b": """
            type Query { userInB: User }
            type User @key(fields: "id") { id: ID! name: String! email: String @override(from: "a")
              cName: String! @external } """.replace("cName: String! @external", ""),
            "c": """
            type Query { userInC: User }
            type User @key(fields: "id") { id: ID! name: String! @override(from: "b")
              email: String @external
              cName: String! @requires(fields: "email") }
            """,
        },
        World({"userInA": user, "userInB": user, "userInC": user}, [user]),
        [
            "{ userInA { id aName name email cName } }",
            "{ userInB { aName name cName } }",
            "{ userInC { aName cName email } }",
        ],
    )


def input_object_intersection() -> Kind:
    users = [obj("User", id="u1")]
    return Kind(
        {
            "a": """
            type Query { usersInA(filter: Filter!): [User] shared(filter: Filter, first: Int): [User] @shareable }
            type User @key(fields: "id") { id: ID! }
            input Filter { offset: Int first: Int! nested: Nested }
            input Nested { a: Int b: Int }
            """,
            "b": """
            type Query { usersInB(filter: Filter!): [User] shared(filter: Filter): [User] @shareable }
            type User @key(fields: "id") { id: ID! }
            input Filter { first: Int nested: Nested }
            input Nested { a: Int }
            """,
        },
        World(
            {
                "usersInA": lambda filter: users[: filter["first"]],
                "usersInB": lambda filter: users[: filter["first"]],
                "shared": lambda filter=None: users,
            },
            users,
        ),
        [
            "{ usersInA(filter: { first: 1 }) { id } usersInB(filter: { first: 0 }) { id } }",
            "query ($f: Filter = { first: 1, nested: { a: 1 } }) { usersInA(filter: $f) { id } }",
            "query ($n: Int = 1) { usersInA(filter: { first: $n }) { id } shared(filter: {first: $n}) { id } }",
        ],
        {
            "Query.usersInA": "(filter: { first: 1 })",
            "Query.usersInB": "(filter: { first: 1 })",
            "Query.shared": "(filter: { first: 1 })",
        },
    )


def simple_inaccessible() -> Kind:
    one, two = obj("User", id="u1"), obj("User", id="u2")
    for user, other in ((one, two), (two, one)):
        user["friends"] = lambda type="FAMILY", other=other: [other] if type == "FAMILY" else []
        user["type"] = "FRIEND"
    return Kind(
        {
            "a": """
            type Query { usersInA: [User!]! }
            type User @key(fields: "id") { id: ID @inaccessible  secret: Hidden }
            type Hidden @inaccessible { id: ID }
            """.replace(" secret: Hidden", " secret: Hidden @inaccessible"),
            "b": """
            type Query { usersInB: [User!]! }
            enum FriendType { FAMILY @inaccessible FRIEND }
            type User @key(fields: "id") {
              id: ID  friends(type: FriendType = FAMILY @inaccessible): [User!]!  type: FriendType }
            """,
        },
        World({"usersInA": [one, two], "usersInB": [one, two]}, [one, two]),
        [
            "{ usersInA { friends { __typename type } } }",
            "{ usersInB { friends { __typename friends { type } } } }",
        ],
    )


def fed1_extends_resolvable() -> Kind:
    product = obj("Product", id="p1", upc="u1", name="N", price=3.5, inStock=True)
    return Kind(
        {
            "a": FIRST
            + """
            type Product @extends @key(fields: "id") {
              id: ID! @external  upc: String @external  name: String }
            """.replace("upc: String @external", ""),
            "b": FIRST
            + """
            extend type Query { product: Product }
            type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: String! price: Float }
            """,
            "c": FIRST
            + """
            extend type Product @key(fields: "upc") { upc: String! @external  inStock: Boolean }
            """,
        },
        World({"product": product}, [product]),
        ["{ product { id upc name price inStock } }", "{ product { inStock } }"],
    )


def mysterious_external() -> Kind:
    """External fields that nothing needs, of fields whose owner gives them."""
    product = obj("Product", id="p1", price=obj("Price", amount=10, currency="EUR"))
    return Kind(
        {
            "a": FIRST
            + """
            type Query { product: Product }
            type Product @key(fields: "id") { id: ID! }
            """,
            "b": FIRST
            + """
            extend type Product @key(fields: "id") {
              id: ID! @external  price: Price }
            type Price { amount: Int @external currency: String }
            """.replace("amount: Int @external", "amount: Int"),
            "c": FIRST
            + """
            extend type Product @key(fields: "id") {
              id: ID! @external  price: Price @external
              label: String @requires(fields: "price { amount }") }
            type Price { amount: Int currency: String @external }
            """,
        },
        World({"product": product}, [product]),
        ["{ product { id price { amount currency } label } }", "{ product { label } }"],
    )


def fed1_value_types() -> Kind:
    product = obj(
        "Product", upc="1", size=obj("Size", w=1), status="NEW", tags=[obj("Tag", t="x")]
    )
    order = obj("Order", id="o", product=product, size=obj("Size", w=2))
    return Kind(
        {
            "a": FIRST
            + """
            directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
            scalar _FieldSet
            schema { query: MyQuery }
            type MyQuery { product: Product }
            type Product @key(fields: "upc") { upc: String! size: Size status: Status tags: [Tag] }
            type Size { w: Int }
            enum Status { NEW OLD }
            type Tag { t: String }
            """,
            "b": FIRST
            + """
            type Query { order: Order }
            type Order @key(fields: "id") { id: ID! product: Product size: Size }
            extend type Product @key(fields: "upc") { upc: String! @external  status: Status @external
              label: String @requires(fields: "status") }
            type Size { w: Int }
            enum Status { NEW OLD }
            """,
        },
        World({"product": product, "order": order}, [product, order]),
        [
            "{ product { label size { w } tags { t } } order { product { label status } size { w } } }",
        ],
    )


def fed1_provides() -> Kind:
    user = obj("User", id="u1", username="ada", name="Ada")
    product = obj("Product", upc="p1", name="Lamp", weight=10, price=5, inStock=True)
    review = obj("Review", id="r1", body="good", author=user, product=product)
    user["reviews"], product["reviews"] = [review], [review]
    return Kind(
        {
            "accounts": FIRST
            + """
            extend type Query { me: User }
            type User @key(fields: "id") { id: ID! name: String username: String }
            """,
            "products": FIRST
            + """
            extend type Query { topProducts(first: Int = 5): [Product] }
            type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
            """,
            "reviews": FIRST
            + """
            type Review @key(fields: "id") { id: ID! body: String
              author: User @provides(fields: "username") product: Product }
            extend type User @key(fields: "id") { id: ID! @external username: String @external reviews: [Review] }
            extend type Product @key(fields: "upc") { upc: String! @external reviews: [Review] }
            """,
            "inventory": FIRST
            + """
            extend type Product @key(fields: "upc") { upc: String! @external weight: Int @external
              price: Int @external inStock: Boolean
              shippingEstimate: String @requires(fields: "price weight") }
            """,
        },
        World({"me": user, "topProducts": lambda first: [product]}, [user, product, review]),
        [
            "{ me { reviews { author { username id } product { shippingEstimate inStock } } } }",
            "{ topProducts { name reviews { body author { name username reviews { id } } } shippingEstimate } }",
        ],
        {"Query.topProducts": "(first: 1)"},
    )


def fed2_extends() -> Kind:
    product = obj("Product", id="p1", upc="u1", name="N", price=3.5, inStock=True)
    user = obj("User", id="u1", rid="r1", name="A")
    return Kind(
        {
            "a": """
            type Query { product: Product randomUser: User userById(id: ID): User }
            type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: String! price: Float }
            type User @extends @key(fields: "id") { id: ID! @external  rid: ID }
            """,
            "b": """
            type Product @extends @key(fields: "id") { id: ID! @external name: String }
            type User @key(fields: "id") { id: ID! @shareable name: String! }
            extend type Query { providedUser: User }
            """,
            "c": """
            extend type Product @key(fields: "upc") { upc: String! @external inStock: Boolean }
            extend type User @key(fields: "id") { id: ID! @external name: String! @external
              upper: String @requires(fields: "name") }
            """,
        },
        World(
            {
                "product": product,
                "randomUser": user,
                "userById": lambda id=None: user,
                "providedUser": user,
            },
            [product, user],
        ),
        [
            "{ product { id upc name price inStock } randomUser { id name rid upper } }",
            '{ userById(id: "u1") { name } providedUser { id name rid upper } }',
        ],
        {"Query.userById": '(id: "u1")'},
    )


def renamed_root_and_directives() -> Kind:
    user = obj("User", id="u1", name="A", mail="m")
    return Kind(
        {
            "a": """
            schema @link(url: "https://specs.apollo.dev/link/v1.0")
              @link(url: "https://specs.apollo.dev/federation/v2.5", as: "fed",
                import: ["FieldSet", {name: "@key", as: "@primary"}]) { query: RootA }
            type RootA { user: User self: RootA2 }
            type RootA2 { x: Int }
            type User @primary(fields: "id") { id: ID! name: String @fed__shareable }
            """,
            "b": """
            extend schema @link(url: "https://specs.apollo.dev/federation/v2.0")
            directive @federation__key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
            scalar federation__FieldSet
            type User @federation__key(fields: "id") { id: ID! name: String @federation__shareable mail: String }
            """,
        },
        World({"user": user, "self": obj("RootA2", x=1)}, [user]),
        ["{ user { id name mail } self { x __typename } __typename }"],
    )


KINDS = {
    each.__name__: each
    for each in (
        override_type_interface,
        unavailable_override,
        override_root,
        override_requires_key,
        input_object_intersection,
        simple_inaccessible,
        fed1_extends_resolvable,
        mysterious_external,
        fed1_value_types,
        fed1_provides,
        fed2_extends,
        renamed_root_and_directives,
    )
}
