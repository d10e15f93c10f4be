"""Suites about what types are where: enums, unions, interface objects, `__typename`."""

from tests.gateway.kinds.interfaces import obj
from tests.gateway.suites import Suite, Suites
from tests.gateway.worlds import World


def enum_intersection() -> Suite:
    """A value that only one subgraph knows; the other falls over it."""
    users = [obj("User", id="u1", type="REGULAR"), obj("User", id="u2", type="ANONYMOUS")]
    roots = {
        "users": users,
        "usersB": users,
        "usersByType": lambda **given: [each for each in users if each["type"] == given["type"]],
    }
    return Suite(World(roots, users))


def interface_object_with_requires() -> Suite:
    users = [
        obj(
            "User",
            id=f"u{n}",
            name=f"u{n}-name",
            age=n * 11,
            username=lambda required: required["name"].replace("name", "username"),
        )
        for n in (1, 2)
    ]
    return Suite(World({"users": users, "anotherUsers": users}, users))


def simple_interface_object() -> Suite:
    """Whether an account is active, one subgraph sees otherwise than the other."""
    users = [
        obj("User", id=f"u{n}", name=f"u{n}-name", age=n * 11, username=f"u{n}-username")
        for n in (1, 2)
    ]
    accounts = [
        obj(type, id=f"u{n}", name=name, isMain=n == 1, isActive=True)
        for n, (type, name) in enumerate(
            (("Admin", "Alice"), ("Admin", "Bob"), ("Regular", "Charlie")), 1
        )
    ]
    inactive = [{**account, "isActive": False} for account in accounts]
    roots = {"users": users, "anotherUsers": users, "accounts": accounts}
    return Suite(World(roots, [*users, *accounts]), {"c": World({}, inactive)})


def typename() -> Suite:
    admins = [obj("Admin", id=f"u{n}", name=f"u{n}-name", isMain=n == 1) for n in (1, 2)]
    roots = {
        "union": obj("Oven", id="1"),
        "interface": obj("Toaster", id="2"),
        "users": admins,
    }
    return Suite(World(roots, admins))


def union_intersection() -> Suite:
    title = "The Lord of the Rings"
    book = obj("Book", id="b1", title=title, aTitle=f"A: {title}", bTitle=f"B: {title}")
    song = obj("Song", id="s1", title="Song Title", aTitle="A: Song Title")
    movie = obj("Movie", id="m1", title="A Movie Title", bTitle="B Movie Title")
    media = {"media": book, "aMedia": book, "bMedia": movie, "book": book, "song": song}
    roots = media | {"viewer": obj("Viewer", **media)}
    return Suite(World(roots, [book, song, movie]))


SUITES: Suites = {
    "enum-intersection": enum_intersection,
    "interface-object-with-requires": interface_object_with_requires,
    "simple-interface-object": simple_interface_object,
    "typename": typename,
    "union-intersection": union_intersection,
}
