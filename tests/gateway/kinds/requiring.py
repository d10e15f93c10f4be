"""Fields that require others: from other subgraphs, in chains, with arguments, in circles."""

from tests.gateway.kinds import Kind
from tests.gateway.kinds.interfaces import obj
from tests.gateway.worlds import World


def requires_requires() -> Kind:
    """A chain: what is required requires something itself, over three subgraphs."""
    product = obj("Product", id="p1", price=10.5, hasDiscount=True)
    product["isExpensive"] = lambda told: told["price"] > 5
    product["canAfford"] = lambda told: not told["isExpensive"]
    return Kind(
        {
            "a": """
            type Query { product: Product }
            type Product @key(fields: "id") {
              id: ID!  price: Float! @shareable  hasDiscount: Boolean! @external
              isExpensiveWithDiscount: String! @requires(fields: "hasDiscount") }
            """,
            "b": """
            type Product @key(fields: "id") {
              id: ID!  price: Float! @external  hasDiscount: Boolean!
              isExpensive: Boolean! @requires(fields: "price")
              isExpensiveWithDiscount: String! @external
              canAffordWithDiscount2: String! @requires(fields: "isExpensiveWithDiscount") }
            """,
            "c": """
            type Product @key(fields: "id") {
              id: ID!  isExpensive: Boolean! @external  isExpensiveWithDiscount: String! @external
              canAfford: Boolean! @requires(fields: "isExpensive")
              canAffordWithDiscount: String! @requires(fields: "isExpensiveWithDiscount") }
            """,
            "d": """
            type Product @key(fields: "id") {
              id: ID!  canAfford: Boolean! @external  canAffordWithDiscount: String! @external
              price: Float! @external
              final: String! @requires(fields: "canAfford canAffordWithDiscount price") }
            """,
        },
        World({"product": product}, [product]),
        [
            "{ product { canAfford } }",
            "{ product { isExpensive } }",
            "{ product { canAffordWithDiscount } }",
            "{ product { canAfford isExpensive canAffordWithDiscount canAffordWithDiscount2 final } }",
            "{ product { final } }",
        ],
    )


def requires_from_another_root() -> Kind:
    """What is required stands in the subgraph that is asked first, and in a third."""
    user = obj("User", id="u1", name="Ada", birthday="1815")
    post = obj("Post", id="p1", title="T", author=user)
    user["posts"] = [post]
    return Kind(
        {
            "a": """
            type Query { user: User }
            type User @key(fields: "id") {
              id: ID!  name: String  birthday: String @external
              greeting: String @requires(fields: "birthday")
              posts: [Post] }
            type Post @key(fields: "id") { id: ID! title: String @external
              slug: String @requires(fields: "title author { name }") author: User @external }
            """.replace("name: String ", "name: String @shareable "),
            "b": """
            type User @key(fields: "id") { id: ID! birthday: String name: String @shareable }
            type Post @key(fields: "id") { id: ID! title: String author: User }
            """,
        },
        World({"user": user}, [user, post]),
        [
            "{ user { greeting } }",
            "{ user { id greeting posts { slug } } }",
            "{ user { posts { slug author { greeting } } } }",
        ],
    )


def requires_with_argument_conflict() -> Kind:
    def price(currency: str = "EUR") -> int:
        return {"USD": 110, "EUR": 100}[currency]

    product = obj("Product", upc="p1", price=price, weight=2, name="Lamp", category=None)
    category = obj("Category", averagePrice=price)
    product["category"] = category
    return Kind(
        {
            "a": """
            type Query { products: [Product] }
            type Product @key(fields: "upc") {
              upc: ID!  name: String
              weight: Int @external
              price(currency: String): Int @external
              shipping: String @requires(fields: "price(currency: \\"USD\\") weight")
              shippingEUR: String @requires(fields: "price(currency: \\"EUR\\") weight")
              category: Category @external
              expensive: String @requires(fields: "category { averagePrice(currency: \\"USD\\") }")
              cheap: String @requires(fields: "category { averagePrice(currency: \\"EUR\\") }")
            }
            type Category { averagePrice(currency: String): Int @external }
            """,
            "b": """
            type Product @key(fields: "upc") {
              upc: ID!  weight: Int  price(currency: String): Int  category: Category }
            type Category { averagePrice(currency: String): Int }
            """,
            "c": """
            type Product @key(fields: "upc") {
              upc: ID!  price(currency: String): Int @external
              tax: String @requires(fields: "price(currency: \\"USD\\")") }
            """,
        },
        World({"products": [product]}, [product]),
        [
            "{ products { shipping shippingEUR } }",
            '{ products { price(currency: "EUR") shipping } }',
            '{ products { price(currency: "USD") shippingEUR expensive cheap } }',
            '{ products { expensive cheap category { averagePrice(currency: "EUR") } } }',
            "{ products { price: weight shipping tax } }",
        ],
        {"Product.price": '(currency: "USD")', "Category.averagePrice": '(currency: "EUR")'},
    )


def requires_with_keys_nested() -> Kind:
    """Keys that are nested, compound and several; a key known to a third subgraph only."""
    a1 = obj(
        "A",
        id="1",
        pid="10",
        compositeId=obj("Composite", one="1", two="2", three="3"),
        name="a1",
        inC=1,
    )
    a2 = obj(
        "A",
        id="2",
        pid="20",
        compositeId=obj("Composite", one="4", two="5", three="6"),
        name="a2",
        inC=2,
    )
    b1 = obj("B", id="b1", a=[a1, a2], inD=4)
    return Kind(
        {
            "a": """
            type Query { as: [A!]! }
            type A @key(fields: "id") @key(fields: "pid") @key(fields: "compositeId { two three }")
              @key(fields: "id compositeId { two three }") {
              id: ID!  pid: ID!  compositeId: Composite!  name: String! }
            type Composite { one: ID! two: ID! three: ID! }
            """.replace("type Composite {", "type Composite @shareable {"),
            "b": """
            type Query { b: B }
            type B @key(fields: "id") { id: ID!  a: [A!]! }
            type A @key(fields: "id compositeId { two three }") @extends {
              id: ID! @external  compositeId: Composite! @external  name: String! @external
              nameInB: String! @requires(fields: "name") }
            type Composite @shareable { two: ID! three: ID! }
            """,
            "c": """
            type A @key(fields: "pid", resolvable: true) { pid: ID!  inC: Int }
            """,
            "d": """
            type B @key(fields: "id a { id }", resolvable: true) { id: ID! a: [A!]! @shareable inD: Int }
            type A @key(fields: "id", resolvable: false) { id: ID! }
            """.replace(
                '@key(fields: "id a { id }", resolvable: true)', '@key(fields: "id")'
            ).replace("a: [A!]! @shareable", ""),
        },
        World(
            {"as": [a1, a2], "b": b1},
            [a1, a2, b1],
        ),
        [
            "{ b { id a { id name nameInB inC } inD } }",
            "{ as { nameInB inC compositeId { one two } } }",
            "{ as { id } b { a { compositeId { three } } } }",
        ],
    )


def entity_in_key() -> Kind:
    """The parent's entity is needed since the child is none (parent-entity-call)."""
    category = obj("Category", details="Details for p1", products=3, id="c1")
    product = obj("Product", id="p1", pid="p1-pid", category=category, name="N")
    return Kind(
        {
            "a": """
            type Query { productFromA: Product }
            type Product @key(fields: "id") { id: ID! name: String category: Category @shareable }
            type Category { details: String }
            """,
            "b": """
            type Query { productFromB: Product }
            type Product @key(fields: "id pid") { id: ID! pid: ID! category: Category @shareable }
            type Category { products: Int }
            """,
            "c": """
            type Query { productFromC: Product }
            type Product @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID! }
            """,
            "d": """
            type Product @key(fields: "id") { id: ID! category: Category @shareable }
            type Category @key(fields: "id", resolvable: false) { id: ID! }
            """.replace('@key(fields: "id", resolvable: false) { id: ID! }', "{ id: ID }"),
        },
        World(
            {"productFromA": product, "productFromB": product, "productFromC": product},
            [product],
        ),
        [
            "{ productFromA { category { details products } } }",
            "{ productFromB { category { details products id } name } }",
            "{ productFromC { id pid name category { details products id } } }",
        ],
    )


def parent_entity_call_complex() -> Kind:
    product = obj(
        "Product", id="p1", category=obj("Category", id="c1", name="Cat", details="D"), d=4
    )
    return Kind(
        {
            "a": """
            type Query { productFromA(id: ID): Product }
            type Product @key(fields: "id") { id: ID! category: Category @shareable }
            type Category { id: ID @shareable }
            """,
            "b": """
            type Product @key(fields: "id") { id: ID! category: Category @shareable }
            type Category { id: ID @shareable details: String }
            """,
            "c": """
            type Category @key(fields: "id") { id: ID! name: String }
            """.replace("id: ID!", "id: ID! @shareable"),
            "d": """
            type Query { productFromD(id: ID): Product }
            type Product @key(fields: "id") { id: ID! d: Int }
            """,
        },
        World(
            {
                "productFromA": lambda id=None: product,
                "productFromD": lambda id=None: product,
            },
            [product, product["category"]],
        ),
        [
            '{ productFromD(id: "1") { id category { id name details } } }',
            '{ productFromA(id: "1") { d category { details name } } }',
        ],
        {"Query.productFromA": '(id: "1")', "Query.productFromD": '(id: "1")'},
    )


def requires_circular() -> Kind:
    author = obj("Author", id="a1", name="Ada", yearsOfExperience=lambda told: 5)
    post = obj("Post", id="p1", author=author, title="T", byNovice=None)
    author["posts"] = [post]
    post["byNovice"] = lambda told: told["author"]["yearsOfExperience"] < 10
    post["byExpert"] = lambda told: not told["byNovice"]
    author["yearsOfExperience"] = 5
    return Kind(
        {
            "a": """
            type Query { feed: [Post] }
            type Post @key(fields: "id") { id: ID!  author: Author  byNovice: Boolean @external
              byExpert: Boolean @requires(fields: "byNovice") }
            type Author @key(fields: "id") { id: ID! name: String  yearsOfExperience: Int }
            """,
            "b": """
            type Post @key(fields: "id") { id: ID!  author: Author @external
              byNovice: Boolean @requires(fields: "author { yearsOfExperience }") }
            type Author @key(fields: "id") { id: ID! yearsOfExperience: Int @external }
            """,
        },
        World({"feed": [post]}, [post, author]),
        [
            "{ feed { byNovice } }",
            "{ feed { byExpert } }",
            "{ feed { byExpert byNovice author { name } } }",
        ],
    )


def requires_list_and_nulls() -> Kind:
    parts = [obj("Part", sku="1", weight=2), None, obj("Part", sku="2", weight=None)]
    product = obj("Product", id="p1", parts=parts, tags=[["a"], None, []])
    empty = obj("Product", id="p2", parts=None, tags=None)
    return Kind(
        {
            "a": """
            type Query { products: [Product] }
            type Product @key(fields: "id") { id: ID! }
            """,
            "b": """
            type Product @key(fields: "id") { id: ID! parts: [Part] tags: [[String]] }
            type Part { sku: ID! weight: Int }
            """,
            "c": """
            type Product @key(fields: "id") { id: ID! parts: [Part] @external tags: [[String]] @external
              load: String @requires(fields: "parts { weight } tags") }
            type Part { weight: Int @external }
            """,
        },
        World({"products": [product, empty]}, [product, empty]),
        ["{ products { load } }", "{ products { parts { sku } load tags } }"],
    )


def requires_scalars_of_any_shape() -> Kind:
    """A scalar may be an object or a list: to the gateway it is one value."""
    shapes = [{"a": {"b": [1, {"c": None}]}, "id": "x"}, [{"a": 1}, {}], {}, None, "text"]
    things = [
        obj("Thing", id=f"t{n}", shape=shape, part=obj("Part", shape=shape))
        for n, shape in enumerate(shapes)
    ]
    return Kind(
        {
            "a": """
            scalar Json
            type Query { things: [Thing] }
            type Thing @key(fields: "id") { id: ID! shape: Json part: Part }
            type Part { shape: Json }
            """,
            "b": """
            scalar Json
            type Thing @key(fields: "id") { id: ID! shape: Json @external part: Part @external
              told: String @requires(fields: "shape part { shape }") }
            type Part { shape: Json @external }
            """,
        },
        World({"things": things}, things),
        ["{ things { told } }", "{ things { id shape told part { shape } } }"],
    )


KINDS = {
    each.__name__: each
    for each in (
        requires_requires,
        requires_from_another_root,
        requires_with_argument_conflict,
        requires_with_keys_nested,
        entity_in_key,
        parent_entity_call_complex,
        requires_circular,
        requires_list_and_nulls,
        requires_scalars_of_any_shape,
    )
}
