"""Suites about what fields need and what ways provide: requires, provides, override."""

from graphql import GraphQLError

from tests.gateway.kinds.interfaces import obj
from tests.gateway.suites import Suite, Suites
from tests.gateway.worlds import Object, World


def include_skip() -> Suite:
    def never(_required: Object) -> bool:
        raise GraphQLError("what is left out was asked for")

    product = obj(
        "Product",
        id="p1",
        price=699.99,
        isExpensive=lambda required: required["price"] > 500,
        include=lambda required: required["isExpensive"],
        skip=lambda required: required["isExpensive"],
        neverCalledInclude=never,
        neverCalledSkip=never,
    )
    return Suite(World({"product": product}, [product]))


def nested_provides() -> Suite:
    """A category's name is to be had by what is provided only."""
    categories = [obj("Category", id=f"c{n}", name=f"Category {n}") for n in (1, 2, 3)]
    one, two, three = categories
    for category, beneath in ((one, two), (two, three), (three, one)):
        category["subCategories"] = [beneath]
    products = [
        obj("Product", id="p1", categories=[one, two]),
        obj("Product", id="p2", categories=[three, two]),
    ]
    roots = {"products": products}
    unnamed = [{**category, "name": None} for category in categories]
    return Suite(
        World(roots, [*products, *categories]),
        {"category": World(roots, [*products, *unnamed])},
    )


def override_with_requires() -> Suite:
    users = [
        obj(
            "User",
            id=u,
            name=f"{u}-name",
            aName=lambda required: f"a__{required['name']}",
            cName=lambda required: f"c__{required['name']}",
        )
        for u in ("u1", "u2", "u3")
    ]
    roots = dict(zip(("userInA", "userInB", "userInC"), users, strict=True))
    return Suite(World(roots, users))


def provides_on_interface() -> Suite:
    dog = obj("Dog", id="a1", name="Fido", age=3)
    cat = obj("Cat", id="a2", name="Whiskers", age=6)
    book = obj("Book", id="m1", animals=[dog, cat])
    return Suite(World({"media": book, "book": book}, [book, dog, cat]))


def requires_circular() -> Suite:
    posts, authors = [], []
    for n, years in (("1", 1), ("2", 20)):
        authors.append(obj("Author", id=f"a{n}", name=f"Author {n}", yearsOfExperience=years))
        posts.append(
            obj(
                "Post",
                id=f"p{n}",
                author=authors[-1],
                byNovice=lambda required: required["author"]["yearsOfExperience"] < 10,
                byExpert=lambda required: not required["byNovice"],
            )
        )
    return Suite(World({"feed": posts}, [*posts, *authors]))


def shipping(required: Object) -> int:
    return int(required["price"] * required["weight"] * 10)


def requires_with_argument() -> Suite:
    """A post is by who wrote the last of its first three comments."""

    def product(n: int) -> Object:
        category = obj("Category", averagePrice=lambda currency: {"USD": n * 100}[currency])
        return obj(
            "Product",
            upc=f"p{n}",
            name=f"p-name-{n}",
            price=lambda currency: {"USD": n * 11}[currency],
            weight=n,
            category=category,
            shippingEstimate=shipping,
            isExpensiveCategory=lambda required: required["category"]["averagePrice"] > 150,
        )

    def post(n: int, writers: str) -> Object:
        first = n * 3 - 2
        written = [
            obj("Comment", id=f"c{k}", authorId=f"a{writer}", body=f"body {k}", date=f"day {k}")
            for k, writer in enumerate(writers, first)
        ]
        comments.extend(written)
        return obj(
            "Post",
            id=f"p{n}",
            comments=lambda limit: written[:limit],
            author=lambda required: authors[required["comments"][-1]["authorId"]],
        )

    comments: list[Object] = []
    authors = {a: obj("Author", id=a, name=f"Author {a}") for a in ("a1", "a2")}
    products, posts = [product(1), product(2)], [post(1, "112"), post(2, "221")]
    return Suite(World({"products": products, "feed": posts}, [*products, *posts, *comments]))


def requires_with_fragments() -> Suite:
    def entity(id: str, data: Object) -> Object:
        return obj(
            "Entity",
            id=id,
            data=data,
            requirer=lambda required: f"{required['data']['foo']}_requirer",
            requirer2=lambda required: f"{required['data']['foo']}_requirer2",
        )

    one = entity("e1", obj("Baz", foo="b1-foo", bar="b1-bar", baz="b1-baz"))
    two = entity("e2", obj("Qux", foo="q1-foo", bar="q1-bar", qux="q1-qux"))
    return Suite(World({"a": two, "b": one, "bb": two}, [one, two]))


def simple_override() -> Suite:
    posts = [obj("Post", id=p, createdAt=f"{p}-createdAt") for p in ("p1", "p2")]
    roots = {"feed": posts, "aFeed": posts[1:], "bFeed": posts[:1]}
    return Suite(World(roots, posts))


def simple_requires_provides() -> Suite:
    user = obj("User", id="u1", name="u-name-1", username="u-username-1")
    products = [
        obj(
            "Product",
            upc=f"p{n}",
            name=f"p-name-{n}",
            price=n * 11,
            weight=n,
            inStock=n == 1,
            shippingEstimate=shipping,
            shippingEstimateTag=lambda required, n=n: f"#p{n}#{shipping(required)}#",
        )
        for n in (1, 2)
    ]
    reviews = []
    for n, product in enumerate(products, 1):
        reviews.append(obj("Review", id=f"r{n}", body=f"body {n}", author=user, product=product))
        product["reviews"] = reviews[-1:]
    user["reviews"] = reviews
    return Suite(World({"me": user, "products": products}, [user, *products, *reviews]))


SUITES: Suites = {
    "include-skip": include_skip,
    "nested-provides": nested_provides,
    "override-with-requires": override_with_requires,
    "provides-on-interface": provides_on_interface,
    "requires-circular": requires_circular,
    "requires-with-argument": requires_with_argument,
    "requires-with-fragments": requires_with_fragments,
    "simple-override": simple_override,
    "simple-requires-provides": simple_requires_provides,
}
