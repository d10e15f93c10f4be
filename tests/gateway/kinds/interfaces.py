"""Interfaces and unions over several subgraphs."""

from tests.gateway.kinds import Kind
from tests.gateway.worlds import Object, World


def obj(type: str, /, **fields: object) -> Object:
    return {"__typename": type, **fields}


INVENTORY = "".join(
    f"""
      type {name} implements Product @key(fields: "id") {{
        id: ID!  dimensions: Dimension @external
        delivery(zip: String): Delivery @requires(fields: "dimensions {{ size weight }}")
      }}"""
    for name in ("Book", "Magazine")
)
INVENTORY_TYPES = """
      interface Product { id: ID! dimensions: Dimension  delivery(zip: String): Delivery }
      type Dimension @shareable { size: String weight: Float }
      type Delivery { time: String fast: String }
    """
PRODUCT_SDLS = {
    "products": """
            type Query { products: [Product!]!  similar(id: ID!): [Product!]! }
            interface Product { id: ID! sku: String dimensions: Dimension createdBy: Account hidden: Boolean }
            interface Similar { similar: [Product] }
            union Account = User | Admin
            type Dimension @shareable { size: String weight: Float }
            type Book implements Product & Similar @key(fields: "id") {
              id: ID! sku: String dimensions: Dimension @shareable createdBy: Account hidden: Boolean
              similar: [Book] publisherType: Publisher }
            type Magazine implements Product & Similar @key(fields: "id") {
              id: ID! sku: String dimensions: Dimension @shareable createdBy: Account hidden: Boolean
              similar: [Product] publisherType: Publisher }
            union Publisher = Agency | Self | Group
            type Agency @key(fields: "id") { id: ID! }
            type Self { email: String }
            type Group @key(fields: "id") { id: ID! }
            type User @key(fields: "id") { id: ID!  email: ID! }
            type Admin @key(fields: "id") { id: ID! }
            """.replace("similar: [Book]", "similar: [Product]"),
    "inventory": INVENTORY_TYPES + INVENTORY,
    "titles": """
            type Book @key(fields: "id") { id: ID! title: String }
            type Magazine @key(fields: "id") { id: ID! title: String }
            """,
    "users": """
            type User @key(fields: "id") { id: ID! name: String totalProductsCreated: Int @shareable }
            type Admin @key(fields: "id") { id: ID! name: String }
            type Agency @key(fields: "id") { id: ID! companyName: String email: String }
            type Group @key(fields: "id") { id: ID! name: String }
            """,
    "reviews": """
            type Query { review(id: Int!): Review }
            type Review { id: Int! body: String! product: Product }
            interface Product @key(fields: "id") { id: ID! reviewsCount: Int! reviewsScore: Float! reviews: [Review!]! }
            type Book implements Product @key(fields: "id") {
              id: ID! reviewsCount: Int! reviewsScore: Float! reviews: [Review!]! }
            type Magazine implements Product @key(fields: "id") {
              id: ID! reviewsCount: Int! reviewsScore: Float! reviews: [Review!]! }
            """,
}
PRODUCT_QUERIES = [
    '{ products { id reviewsCount delivery(zip: "1") { time } } }',
    "{ products { ... on Book { id title dimensions { size } } ... on Magazine { sku title } } }",
    '{ similar(id: "p1") { id ... on Book { title } delivery(zip: "2") { fast } } }',
    "{ products { createdBy { ... on User { name email } ... on Admin { name } } } }",
    "{ products { ... on Book { publisherType { ... on Agency { companyName } ... on Self { email } } } } }",
    "{ review(id: 1) { body product { sku ... on Magazine { title } ... on Book { reviewsCount } } } }",
    "{ products { reviews { product { id reviewsScore reviews { id } } } } }",
    "{ products { ... on Similar { similar { id delivery { time } } } } }",
]


def catalogue() -> tuple[list[Object], list[Object], list[Object]]:
    """Give products, whom they belong to, and their reviews."""
    size = obj("Dimension", size="small", weight=0.5)
    big = obj("Dimension", size="big", weight=2.5)
    user = obj("User", id="u1", email="u@x", name="Ada", totalProductsCreated=4)
    admin = obj("Admin", id="a1", name="Root")
    agency = obj("Agency", id="g1", companyName="Press", email=None)
    solo = obj("Self", email="self@x")
    group = obj("Group", id="g2", name="Group")
    review = [obj("Review", id=n, body=f"r{n}") for n in (1, 2)]
    book = obj(
        "Book",
        id="p1",
        sku="s1",
        title="Emma",
        dimensions=size,
        createdBy=user,
        hidden=False,
        publisherType=agency,
        reviewsCount=1,
        reviewsScore=3.5,
        reviews=[review[0]],
    )
    magazine = obj(
        "Magazine",
        id="p2",
        sku="s2",
        title="Wired",
        dimensions=big,
        createdBy=admin,
        hidden=True,
        publisherType=solo,
        reviewsCount=0,
        reviewsScore=0,
        reviews=[review[1]],
    )
    other = obj(
        "Book",
        id="p3",
        sku=None,
        title=None,
        dimensions=None,
        createdBy=None,
        hidden=None,
        publisherType=group,
        reviewsCount=2,
        reviewsScore=1.0,
        reviews=[],
    )
    for each in (book, magazine, other):
        each["similar"] = [book, magazine]
        each["delivery"] = lambda told: obj("Delivery", time=str(told), fast="yes")
    review[0]["product"], review[1]["product"] = book, magazine
    products = [book, magazine, other]
    return products, [user, admin, agency, group], review


def abstract_types() -> Kind:
    products, people, review = catalogue()
    return Kind(
        PRODUCT_SDLS,
        World(
            {
                "products": products,
                "similar": lambda id: [p for p in products if p["id"] != id],
                "review": lambda id: review[id - 1],
            },
            [*products, *people],
        ),
        PRODUCT_QUERIES,
        {
            "Query.similar": '(id: "p2")',
            "Query.review": "(id: 2)",
            "Product.delivery": '(zip: "1")',
            "Book.delivery": '(zip: "1")',
            "Magazine.delivery": '(zip: "1")',
        },
    )


def child_type_mismatch() -> Kind:
    users = [obj("User", id="u1", name="Ada"), obj("User", id="u2", name="Grace")]
    admin = obj("Admin", id="a1", name="Root")
    admin["similarAccounts"] = [users[0], admin]
    for each in users:
        each["similarAccounts"] = [admin, users[1]]
    return Kind(
        {
            "a": """
            type Query { users: [User!]! }
            type User @key(fields: "id") { id: ID! name: String @shareable }
            """,
            "b": """
            union Account = User | Admin
            type User @key(fields: "id") { id: ID similarAccounts: [Account!]! name: String @external }
            type Admin { id: ID! name: String similarAccounts: [Account!]! }
            type Query { accounts: [Account!]! }
            """.replace(" name: String @external", ""),
        },
        World({"users": users, "accounts": [*users, admin]}, users),
        [
            "{ users { id name } }",
            "{ accounts { ... on User { id name } ... on Admin { key: id name } } }",
            """{ accounts { ... on User { id similarAccounts { ... on User { id name } ... on Admin { key: id
               similarAccounts { ... on User { id name } } } } } ... on Admin { key: id } } }""",
            "{ users { id similarAccounts { ... on User { id name } ... on Admin { name } } } }",
        ],
    )


def child_type_mismatch_hidden() -> Kind:
    """Types differ in one subgraph only: clients see a merge that they may ask for as it is."""
    users = [obj("User", id="u1", name="Ada"), obj("User", id="u2", name="Grace")]
    admin = obj("Admin", id="a1", name="Root")
    admin["similarAccounts"] = [users[0], admin]
    for each in users:
        each["similarAccounts"] = [admin, users[1]]
    return Kind(
        {
            "a": """
            type Query { users: [User!]! }
            type User @key(fields: "id") { id: ID! name: String! @shareable }
            type Admin @key(fields: "id") { id: ID }
            """.replace(
                '@key(fields: "id") { id: ID }', "{ id: ID @shareable name: String @shareable }"
            ),
            "b": """
            union Account = User | Admin
            type User @key(fields: "id") { id: ID similarAccounts: [Account!]! }
            type Admin { id: ID! @shareable name: String @shareable similarAccounts: [Account!]! }
            type Query { accounts: [Account!]! }
            """,
        },
        World({"users": users, "accounts": [*users, admin]}, users),
        [
            "{ accounts { ... on User { id } ... on Admin { id } } }",
            """{ accounts { ... on User { id similarAccounts { ... on User { id name } ... on Admin { id
               similarAccounts { ... on User { id } ... on Admin { id } } } } } ... on Admin { id } } }""",
        ],
    )


def circular_reference_interface() -> Kind:
    one, two = obj("Book", id="b1", price=10.5), obj("Book", id="b2", price=10.5)
    one["samePriceProduct"] = lambda told: two
    two["samePriceProduct"] = lambda told: one
    return Kind(
        {
            "a": """
            type Query { product: Product }
            interface Product { samePriceProduct: Product }
            type Book implements Product @key(fields: "id") {
              id: ID!  samePriceProduct: Book @provides(fields: "price") @requires(fields: "price")
              price: Float @external }
            """.replace(' @provides(fields: "price")', ""),
            "b": """type Book @key(fields: "id") { id: ID! price: Float @shareable }""",
        },
        World({"product": one}, [one, two]),
        [
            "{ product { samePriceProduct { __typename samePriceProduct { __typename } } } }",
            "{ product { samePriceProduct { ... on Book { id price } samePriceProduct { ... on Book { id } } } } }",
            """{ product { __typename samePriceProduct { __typename ... on Book { id }
              samePriceProduct { __typename ... on Book { id samePriceProduct { id } } } } } }""",
        ],
    )


def node_ids_apart() -> Kind:
    """Entities of an interface that two subgraphs answer for, each with types of its own."""
    account = obj("Account", id="a1", username="ada")
    chat = obj("Chat", id="c1", text="hi", account=account)
    account["chats"] = [chat]
    return Kind(
        {
            "a": """
            type Query { node(id: ID!): Node @shareable account(id: String!): Account @shareable }
            interface Node { id: ID! }
            type Account implements Node @key(fields: "id") { id: ID! username: String! }
            type Chat implements Node @key(fields: "id") { id: ID! account: Account! }
            """,
            "b": """
            type Query { chat(id: String!): Chat @shareable  account(id: String!): Account @shareable }
            interface Node { id: ID! }
            type Account implements Node @key(fields: "id") { id: ID! chats: [Chat!]! }
            type Chat implements Node @key(fields: "id") { id: ID! text: String! }
            """,
        },
        World(
            {
                "node": lambda id: {"a1": account, "c1": chat}.get(id),
                "account": lambda id: account,
                "chat": lambda id: chat,
            },
            [account, chat],
        ),
        [
            '{ account(id: "a1") { id username chats { id text account { username } } } }',
            '{ node(id: "a1") { id ... on Account { chats { text } username } ... on Chat { text } } }',
            '{ node(id: "c1") { ... on Account { id } ... on Chat { id text account { id chats { id } } } } }',
            '{ chat(id: "c1") { account { id } ... on Node { id } } node(id: "c1") { __typename } }',
        ],
        {"Query.node": '(id: "c1")', "Query.account": '(id: "a1")', "Query.chat": '(id: "c1")'},
    )


def provides_on_union() -> Kind:
    book = obj("Book", id="m1", title="Emma", animals=[])
    movie = obj("Movie", id="m2", title="Metropolis")
    cat = obj("Cat", id="c1", name="Tom", age=3)
    dog = obj("Dog", id="d1", name="Rex", age=5)
    book["animals"], movie["animals"] = [cat, dog], [dog]
    return Kind(
        {
            "a": """
            type Query { media: [Media] @shareable @provides(fields: "... on Book { title }") }
            union Media = Book | Movie
            type Book @key(fields: "id") { id: ID! title: String @external }
            type Movie @key(fields: "id") { id: ID! }
            """,
            "b": """
            type Query { media: [Media] @shareable @provides(fields: "... on Movie { title animals { ... on Dog { name } } }") }
            union Media = Book | Movie
            union Animal = Cat | Dog
            type Book @key(fields: "id") { id: ID! animals: [Animal] @shareable }
            type Movie @key(fields: "id") { id: ID! title: String @external animals: [Animal] @external }
            type Cat @key(fields: "id") { id: ID! }
            type Dog @key(fields: "id") { id: ID! name: String @external }
            """,
            "c": """
            union Animal = Cat | Dog
            type Book @key(fields: "id") { id: ID! title: String @shareable animals: [Animal] @shareable }
            type Movie @key(fields: "id") { id: ID! title: String @shareable animals: [Animal] @shareable }
            type Cat @key(fields: "id") { id: ID! name: String @shareable age: Int }
            type Dog @key(fields: "id") { id: ID! name: String @shareable age: Int }
            """,
        },
        World({"media": [book, movie]}, [book, movie, cat, dog]),
        [
            "{ media { ... on Book { title } } }",
            "{ media { ... on Movie { title } ... on Book { title } } }",
            "{ media { ... on Movie { id animals { ... on Dog { name } ... on Cat { name } } } } }",
            "{ media { __typename ... on Movie { animals { __typename ... on Dog { name age } } } } }",
        ],
    )


def requires_interface() -> Kind:
    """What is required lies behind an interface, with fragments and without."""
    home, work, school = (
        obj("HomeAddress", id="h1", city="Rome"),
        obj("WorkAddress", id="w1", city="Paris"),
        obj("SchoolAddress", id="s1"),
    )
    users = [
        obj("User", id="u1", name="A", address=home),
        obj("User", id="u2", name="B", address=work),
        obj("User", id="u3", name="C", address=school),
        obj("User", id="u4", name="D", address=None),
    ]
    types = """
      interface Address { id: ID! }
      type HomeAddress implements Address @key(fields: "id") { id: ID! city: String @shareable }
      type WorkAddress implements Address @key(fields: "id") { id: ID! city: String @shareable }
      type SchoolAddress implements Address @key(fields: "id") { id: ID! }
    """
    return Kind(
        {
            "a": types
            + """
            type Query { a: [User] }
            type User @key(fields: "id") {
              id: ID!  name: String! @shareable  address: Address @external
              city: String @requires(fields: "address { id }")
              country: String @requires(fields: "address { ... on WorkAddress { id city } ... on HomeAddress { city } }")
            }
            """.replace("city: String @shareable", "city: String @external"),
            "b": types
            + """
            type Query { b: [User] }
            type User @key(fields: "id") { id: ID! name: String! @shareable address: Address @shareable }
            """,
        },
        World({"a": users, "b": users}, [*users, home, work, school]),
        [
            "{ a { id name city } }",
            "{ a { country } }",
            "{ b { country city address { __typename id } } }",
            "{ a { address { ... on HomeAddress { city } __typename } city country } }",
        ],
    )


def union_interface_distributed() -> Kind:
    oven, toaster = obj("Oven", id="o1", warranty=2), obj("Toaster", id="t1", warranty=3)
    products = [oven, toaster]
    return Kind(
        {
            "a": """
            type Query { products: [Product]  node(id: ID!): Node  toasters: [Toaster] }
            interface Node { id: ID! }
            union Product = Oven | Toaster
            type Oven @key(fields: "id") { id: ID! }
            type Toaster implements Node @key(fields: "id") { id: ID! warranty: Int }
            """,
            "b": """
            interface Node { id: ID! }
            type Oven implements Node @key(fields: "id") { id: ID! warranty: Int }
            type Toaster @key(fields: "id") { id: ID! }
            """,
        },
        World(
            {"products": products, "toasters": [toaster], "node": lambda id: toaster},
            products,
        ),
        [
            "{ products { ... on Node { id } } }",
            "{ products { ... on Node { id __typename ... on Oven { warranty } } ... on Toaster { warranty } } }",
            '{ node(id: "t1") { id ... on Oven { warranty } ... on Toaster { warranty } } }',
            "{ toasters { ... on Node { id } } products { __typename ... on Oven { id } } }",
        ],
        {"Query.node": '(id: "t1")'},
    )


def partial_union() -> Kind:
    """Both know the union, each with members that the other does not know."""
    book, song, movie = (
        obj("Book", id="b1", title="B", aTitle="a", bTitle="b"),
        obj("Song", id="s1", title="S", aTitle="a"),
        obj("Movie", id="m1", title="M", bTitle="b"),
    )
    viewer = obj("Viewer", media=book, aMedia=song, bMedia=movie, book=book, song=song)
    return Kind(
        {
            "a": """
            union Media = Book | Song
            type Book @key(fields: "id") { id: ID! title: String! @shareable aTitle: String! }
            type Song @key(fields: "id") { id: ID! title: String! @shareable aTitle: String! }
            type Query { media: Media @shareable aMedia: Media book: Book @shareable song: Media viewer: Viewer @shareable }
            type Viewer @shareable { media: Media aMedia: Media book: Book song: Media }
            """,
            "b": """
            union Media = Book | Movie
            type Movie @key(fields: "id") { id: ID! title: String! @shareable bTitle: String! }
            type Book @key(fields: "id") { id: ID! title: String! @shareable bTitle: String! }
            type Query { media: Media @shareable bMedia: Media book: Media @shareable viewer: Viewer @shareable }
            type Viewer @shareable { media: Media bMedia: Media book: Media }
            """,
        },
        World(
            {
                "media": book,
                "aMedia": song,
                "bMedia": movie,
                "book": book,
                "song": song,
                "viewer": viewer,
            },
            [book, song, movie],
        ),
        [
            "{ media { ... on Movie { title } } viewer { media { ... on Song { aTitle } } } }",
            "{ media { ... on Book { title aTitle bTitle } ... on Movie { bTitle } } }",
            "{ viewer { media { __typename ... on Book { aTitle bTitle } } aMedia { ... on Song { aTitle } } bMedia { ... on Movie { bTitle } } } }",
            "{ book { __typename ... on Book { bTitle aTitle } ... on Song { id } } }",
        ],
    )


KINDS = {
    each.__name__: each
    for each in (
        abstract_types,
        child_type_mismatch,
        child_type_mismatch_hidden,
        circular_reference_interface,
        node_ids_apart,
        provides_on_union,
        requires_interface,
        union_interface_distributed,
        partial_union,
    )
}
