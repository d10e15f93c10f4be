"""Several constructs at once: keys of many shapes, shared values, requires through what differs."""

from tests.gateway.kinds import Kind
from tests.gateway.kinds.interfaces import obj
from tests.gateway.worlds import World


def keys_of_many_shapes() -> Kind:
    """One entity with five keys; each subgraph knows some of them, and not the same ones."""
    parts = [
        obj("Part", id=f"p{n}", code=n, of=obj("Of", one=f"o{n}", two=n, three=f"t{n}"))
        for n in (1, 2)
    ]
    for part in parts:
        part |= {"name": f"name {part['id']}", "weight": part["code"] * 5, "rank": "high"}
        part["label"] = lambda told: f"part {told['name']}"
    box = obj("Box", id="b1", parts=parts, first=parts[0], lid=None)
    return Kind(
        {
            "a": """
            type Query { box: Box }
            type Box @key(fields: "id") { id: ID! parts: [Part!]! @shareable first: Part lid: Part }
            type Part @key(fields: "of { one two }") { of: Of! }
            type Of { one: ID! @shareable two: Int! @shareable }
            """,
            "b": """
            type Part @key(fields: "of { two one }") @key(fields: "id of { three }") @key(fields: "code") {
              id: ID! code: Int! of: Of! name: String! }
            type Of @shareable { one: ID! two: Int! three: ID! }
            """,
            "c": """
            type Part @key(fields: "id of { three }") {
              id: ID! of: Of! name: String! @external label: String @requires(fields: "name")
              rank: String }
            type Of { three: ID! @shareable }
            """,
            "d": """
            type Part @key(fields: "code") { code: Int! weight: Int }
            type Box @key(fields: "parts { code }") { parts: [Part!]! total: String }
            """,
        },
        World({"box": box | {"total": "all"}}, [*parts, box | {"total": "all"}]),
        [
            "{ box { first { name weight rank label } lid { label } } }",
            "{ box { id total parts { weight } } }",
            "{ box { total } }",
            "{ box { parts { __typename code id of { one two three } label } } }",
        ],
    )


def shared_values_in_shared_values() -> Kind:
    """No keys at all: what is beneath a shared field is put together level by level."""

    def node(n: int, *beneath: object) -> object:
        inner = obj("Inner", p=f"p{n}", q=n, r=[obj("Deep", x=n, y=f"y{n}", z=None)])
        return obj("Value", a=n, b=f"b{n}", c=None, inner=inner, list=[inner, inner], more=beneath)

    values = [node(1), node(2)]
    sdls = {
        name: f"""
        type Query {{ value: Value @shareable  values: [Value!]! @shareable }}
        type Value {{ {own}  inner: Inner @shareable  list: [Inner] @shareable }}
        type Inner {{ {inner}  r: [Deep!] @shareable }}
        type Deep {{ {deep} }}
        """
        for name, own, inner, deep in (
            ("a", "a: Int", "p: String", "x: Int"),
            ("b", "b: String", "q: Int", "y: String"),
            ("c", "c: Int", "s: Int", "z: Int @shareable x: Int @shareable"),
        )
    }
    sdls["a"] = sdls["a"].replace("x: Int", "x: Int @shareable")
    return Kind(
        sdls,
        World({"value": values[0], "values": values}),
        [
            "{ value { a b c inner { p q r { x y z } } } }",
            "{ values { list { q r { z y } } } }",
            "{ value { inner { r { y } } } values { b } }",
        ],
    )


def requires_what_differs() -> Kind:
    """Requires through a union and an interface, with arguments, of entities known elsewhere."""
    person = obj("Person", id="w1", name="Ann", city="Bern")
    firm = obj("Firm", id="w2", name="Acme", code=9)
    kinds = [
        obj("Text", pages=3, owner=person, price=lambda currency: f"3 {currency}"),
        obj("Sound", seconds=60, owner=firm, price=lambda currency: f"6 {currency}"),
    ]
    items = [obj("Item", id=f"i{n}", content=each) for n, each in enumerate(kinds)]
    items.append(obj("Item", id="i2", content=None))
    return Kind(
        {
            "items": """
            type Query { items: [Item] item: Item }
            type Item @key(fields: "id") { id: ID! content: Content }
            union Content = Text | Sound
            interface Priced { price(currency: String!): String owner: Owner }
            interface Owner { id: ID! }
            type Text implements Priced { pages: Int price(currency: String!): String owner: Owner }
            type Sound implements Priced { seconds: Int price(currency: String!): String owner: Owner }
            type Person implements Owner @key(fields: "id") { id: ID! }
            type Firm implements Owner @key(fields: "id") { id: ID! }
            """,
            "owners": """
            interface Owner { id: ID! name: String }
            type Person implements Owner @key(fields: "id") { id: ID! name: String city: String }
            type Firm implements Owner @key(fields: "id") { id: ID! name: String code: Int }
            """,
            "offers": """
            type Item @key(fields: "id") {
              id: ID!  content: Content @external
              offer: String @requires(fields: \"\"\"content {
                ... on Text { pages price(currency: "CHF") owner { ... on Person { name city } } }
                ... on Sound { seconds owner { ... on Firm { code } } } }\"\"\")
              kind: String @requires(fields: "content { __typename ... on Text { pages } }")
            }
            union Content = Text | Sound
            interface Priced { price(currency: String!): String owner: Owner }
            interface Owner { id: ID! }
            type Text implements Priced @external {
              pages: Int price(currency: String!): String owner: Owner }
            type Sound implements Priced @external {
              seconds: Int price(currency: String!): String owner: Owner }
            type Person implements Owner @key(fields: "id") { id: ID! name: String @external city: String @external }
            type Firm implements Owner @key(fields: "id") { id: ID! code: Int @external }
            """,
        },
        World({"items": items, "item": items[1]}, [*items, person, firm]),
        [
            "{ items { offer kind } }",
            '{ items { content { __typename ... on Priced { price(currency: "EUR") } } offer } }',
            "{ item { offer content { ... on Sound { owner { id ... on Firm { name code } } } } } }",
            "{ items { content { ... on Text { owner { ... on Owner { name } } } } kind } }",
        ],
        {"Text.price": '(currency: "USD")', "Sound.price": '(currency: "USD")'},
    )


def stands_in_and_requires_deep() -> Kind:
    """An interface object with two keys, whose fields require nested values and lead to others."""
    shelf = obj("Shelf", id="s1", code="c1", place=obj("Place", row=1, hall="A"), size=7)
    crate = obj("Crate", id="s2", code="c2", place=obj("Place", row=2, hall="B"), size=8)
    for one, other in ((shelf, crate), (crate, shelf)):
        one |= {"next": other, "heavy": True, "twins": [other, None, one]}
    return Kind(
        {
            "a": """
            type Query { stores: [Store!]  any: Thing }
            union Thing = Shelf | Crate
            interface Store @key(fields: "id") @key(fields: "code") { id: ID! code: ID! place: Place }
            type Place { row: Int hall: String }
            type Shelf implements Store @key(fields: "id") @key(fields: "code") {
              id: ID! code: ID! place: Place size: Int }
            type Crate implements Store @key(fields: "id") @key(fields: "code") {
              id: ID! code: ID! place: Place heavy: Boolean }
            """,
            "b": """
            type Query { near: Store }
            type Store @key(fields: "code") @interfaceObject {
              code: ID!  place: Place @external
              way: String @requires(fields: "place { row hall }")
              next: Store  twins: [Store] }
            type Place @external { row: Int hall: String }
            """,
            "c": """
            type Store @key(fields: "id") @interfaceObject {
              id: ID! way: String @external  sign: String @requires(fields: "way") }
            """,
        },
        World({"stores": [shelf, crate], "any": crate, "near": shelf}, [shelf, crate]),
        [
            "{ near { __typename way sign next { sign ... on Crate { heavy } } } }",
            "{ stores { sign twins { code ... on Shelf { size way } } } }",
            "{ any { __typename ... on Store { sign } ... on Crate { next { next { id } } } } }",
            "{ any { ... on Shelf { way } ... on Crate { twins { t: __typename place { row } } } } }",
            "{ near { ... on Shelf { __typename } ... on Crate { __typename } } }",
            "query ($no: Boolean!) { near { twins { code @include(if: $no) } } }",
        ],
    )


def provides_through_what_differs() -> Kind:
    """Provided selections through an interface, a union and a list; beside them nothing is."""
    cat = obj("Cat", id="c1", name="Tom", lives=9)
    dog = obj("Dog", id="d1", name="Rex", tricks=["sit"])
    keeper = obj("Keeper", id="k1", name="Kim", pet=cat, pets=[cat, dog])
    return Kind(
        {
            "a": """
            type Query {
              keeper: Keeper @provides(fields: "name pet { ... on Cat { name lives } ... on Dog { name } }")
              keepers: [Keeper] @provides(fields: "pets { id ... on Dog { tricks } }")
              bare: Keeper }
            type Keeper @key(fields: "id") {
              id: ID! name: String @external pet: Pet @external pets: [Animal] @external }
            union Pet = Cat | Dog
            interface Animal { id: ID! }
            type Cat implements Animal @key(fields: "id") { id: ID! name: String @external lives: Int @external }
            type Dog implements Animal @key(fields: "id") { id: ID! name: String @external tricks: [String] @external }
            """,
            "b": """
            type Keeper @key(fields: "id") {
              id: ID! name: String @shareable pet: Pet @shareable pets: [Animal] @shareable }
            union Pet = Cat | Dog
            interface Animal { id: ID! }
            type Cat implements Animal @key(fields: "id") { id: ID! }
            type Dog implements Animal @key(fields: "id") { id: ID! }
            """,
            "c": """
            interface Animal { id: ID! name: String }
            type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable lives: Int @shareable }
            type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable tricks: [String] @shareable }
            """,
        },
        World({"keeper": keeper, "keepers": [keeper], "bare": keeper}, [keeper, cat, dog]),
        [
            "{ keeper { name pet { __typename ... on Cat { name lives } ... on Dog { name tricks } } } }",
            "{ keepers { name pets { id name ... on Dog { tricks } ... on Cat { lives } } } }",
            "{ bare { name pet { ... on Animal { name } } pets { name } } }",
            "{ keeper { pet { ... on Dog { tricks } } pets { id } } }",
        ],
    )


def hidden_keys_and_overridden_requirements() -> Kind:
    """A key that clients do not see; a required field that moved; a requirement of that one."""
    users = [obj("User", id=f"u{n}", secret=f"s{n}", name=f"n{n}", age=n) for n in (1, 2)]
    return Kind(
        {
            "a": """
            type Query { users: [User!]! }
            type User @key(fields: "secret") {
              secret: ID! @inaccessible id: ID! @shareable name: String }
            """,
            "b": """
            type User @key(fields: "secret") {
              secret: ID! @inaccessible  name: String @override(from: "a")  age: Int }
            """,
            "c": """
            type User @key(fields: "id") @key(fields: "secret") {
              id: ID! @shareable  secret: ID! @inaccessible  name: String @external  age: Int @external
              hello: String @requires(fields: "name")
              card: String @requires(fields: "age name") }
            """,
            "d": """
            type User @key(fields: "id") { id: ID!  card: String @external
              framed: String @requires(fields: "card") }
            """,
        },
        World({"users": users}, users),
        [
            "{ users { hello } }",
            "{ users { framed name } }",
            "{ users { card framed hello age id } }",
        ],
    )


KINDS = {
    each.__name__: each
    for each in (
        keys_of_many_shapes,
        shared_values_in_shared_values,
        requires_what_differs,
        stands_in_and_requires_deep,
        provides_through_what_differs,
        hidden_keys_and_overridden_requirements,
    )
}
