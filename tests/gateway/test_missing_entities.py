"""Entities that a subgraph does not know, and keys that are null: only their fields are lost."""

from typing import Any

from graphql import parse

from .kinds.interfaces import obj
from .worlds import FEDERATION, Split, World

SDLS = {
    "a": """type Query { books: [Book] shelf: Shelf }
         type Shelf { first: Book best: Book! }
         type Book @key(fields: "upc") { upc: ID }""",
    "b": """type Book @key(fields: "upc") @key(fields: "id") { upc: ID! id: ID pages: Int! }""",
    "c": """type Book @key(fields: "id") { id: ID! author: String
         pages: Int! @external weight: String @requires(fields: "pages") }""",
}


def split(*known: Any) -> Split:
    """Three books, of which the second subgraph knows these."""
    books = [obj("Book", upc=f"u{n}", id=f"i{n}", pages=n, author=f"by {n}") for n in (1, 2, 3)]
    books[2]["upc"] = None
    seen = [{**book, **change} for book, change in zip(books, known, strict=False)]
    shelf = obj("Shelf", first=books[1], best=books[1])
    linked = {name: FEDERATION + sdl for name, sdl in SDLS.items()}
    world = World({"books": books, "shelf": shelf}, books)
    return Split(linked, world, apart={"b": World({}, seen)})


async def test_who_is_not_known_where_the_next_key_is_has_nulls_and_no_error():
    found, errors, _ = await split({}).ask(parse("{ books { upc author } }"))
    assert found["books"] == [
        {"upc": "u1", "author": "by 1"},
        {"upc": "u2", "author": None},
        {"upc": None, "author": None},
    ]
    assert errors == []


async def test_a_key_that_is_null_is_told_to_nobody():
    world = split({}, {"id": None})
    told: list[Any] = []
    inner = world.subgraphs["c"].answer

    def heard(text: str, variables: Any) -> Any:
        told.append(variables)
        return inner(text, variables)

    world.subgraphs["c"].answer = heard  # type: ignore[method-assign]  # to hear what it is told
    found, errors, _ = await world.ask(parse("{ books { author } }"))
    assert [each["author"] for each in found["books"]] == ["by 1", None, None]
    assert told == [{"_r0": [{"__typename": "Book", "id": "i1"}]}]
    assert errors == []


async def test_a_promise_that_a_missing_entity_breaks_costs_the_nearest_nullable_place():
    query = "{ books { pages } shelf { first { pages } best { upc pages } } }"
    found, errors, _ = await split({}).ask(parse(query))
    assert found == {"books": [{"pages": 1}, None, None], "shelf": None}
    assert {each["extensions"]["code"] for each in errors} == {"INTERNAL"}


async def test_what_a_missing_entity_would_have_told_is_not_required_of_others():
    found, errors, _ = await split({}).ask(parse("{ books { weight author } }"))
    assert found["books"] == [
        {"weight": '{"pages": 1}', "author": "by 1"},
        {"weight": None, "author": None},
        {"weight": None, "author": None},
    ]
    assert errors == []
