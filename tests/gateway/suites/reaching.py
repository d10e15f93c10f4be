"""Suites about how entities are reached: keys, parents, nodes, shared roots, mutations."""

from tests.gateway.kinds.interfaces import obj
from tests.gateway.suites import Suite, Suites
from tests.gateway.worlds import Object, World


def complex_entity_call() -> Suite:
    products = [obj("Product", id=n, pid=f"p{n}") for n in ("1", "2")]
    for product in products:
        n = product["id"]
        product["category"] = obj("Category", id=f"c{n}", tag=f"t{n}", mainProduct=product)
        product["price"] = obj("Price", price=int(n) * 100)
    top = obj("ProductList", products=products, first=products[0], selected=products[1])
    categories = [product["category"] for product in products]
    return Suite(World({"topProducts": top}, [top, *products, *categories]))


def first_generation() -> Suite:
    users = [
        obj("User", id=u, name=f"{u}-name", rid=f"{u}-rid", nickname=f"{u}-nickname")
        for u in ("u1", "u2")
    ]
    roots = {
        "randomUser": users[0],
        "providedRandomUser": users[0],
        "userById": lambda **given: next(
            (each for each in users if each["id"] == given["id"]), None
        ),
    }
    return Suite(World(roots, users))


def mutations() -> Suite:
    def is_expensive(required: Object) -> bool:
        return bool(required["price"] > 100)

    def product(id: str, name: str, price: float) -> Object:
        kept = obj("Product", id=id, name=name, price=price, isExpensive=is_expensive)
        entities.append(kept | {"isAvailable": True})
        return entities[-1]

    def category(name: str, requestId: str) -> Object:  # noqa: N803  # the argument's own name
        entities.append(obj("Category", id=f"c-added-{requestId}", name=name))
        return entities[-1]

    def add(num: int, requestId: str) -> int:  # noqa: N803
        numbers[requestId] = numbers.get(requestId, 0) + num
        return numbers[requestId]

    def multiply(by: int, requestId: str) -> int:  # noqa: N803
        numbers[requestId] *= by
        return numbers[requestId]

    entities: list[Object] = []
    numbers: dict[str, int] = {}
    product("p1", "p1-name", 9.99)
    roots = {
        "product": lambda **given: next(each for each in entities if each["id"] == given["id"]),
        "products": lambda: [each for each in entities if each["__typename"] == "Product"],
        "addProduct": lambda **given: product("p-added", **given["input"]),
        "addCategory": category,
        "add": add,
        "multiply": multiply,
        "delete": lambda **given: numbers.pop(given["requestId"]),
    }
    return Suite(World(roots, entities))


def node() -> Suite:
    product = obj("Product", id="p-1", name="Product 1", price=10)
    category = obj("Category", id="c-1", name="Category 1")
    return Suite(
        World({"productNode": product, "categoryNode": category}, [product, category]),
    )


def null_keys() -> Suite:
    """The third book is not there where its other key is to be had."""
    names = ("Alice", "Bob", "Carol")
    books = [
        obj("Book", upc=f"b{n}", id=f"{n}", author=obj("Author", id=f"a{n}", name=name))
        for n, name in enumerate(names, 1)
    ]
    containers = [obj("BookContainer", book=book) for book in books]
    return Suite(World({"bookContainers": containers}, books), {"b": World({}, books[:2])})


def parent_entity_call() -> Suite:
    categories = {
        c: obj("Category", id=c, name=c, details=obj("CategoryDetails", products=count))
        for c, count in (("c1", 2), ("c2", 1))
    }
    products = [
        obj("Product", id=f"p{n}", pid=f"pid{n}", category=categories[c])
        for n, c in enumerate(("c1", "c2", "c1"), 1)
    ]
    return Suite(World({"products": products}, [*products, *categories.values()]))


def shared_root() -> Suite:
    product = obj(
        "Product",
        id="1",
        name=obj("Name", id="1", brand="Brand 1", model="Model 1"),
        category=obj("Category", id="1", name="Category 1"),
        price=obj("Price", id="1", amount=1000, currency="USD"),
    )
    return Suite(World({"product": product, "products": [product]}))


def simple_entity_call() -> Suite:
    user = obj("User", id="1", email="user1@example.org", nickname="user1")
    return Suite(World({"user": user}, [user]))


SUITES: Suites = {
    "complex-entity-call": complex_entity_call,
    "fed1-external-extends": first_generation,
    "fed2-external-extension": first_generation,
    "mutations": mutations,
    "node": node,
    "null-keys": null_keys,
    "parent-entity-call": parent_entity_call,
    "shared-root": shared_root,
    "simple-entity-call": simple_entity_call,
}
