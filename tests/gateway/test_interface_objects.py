"""An interface that one subgraph knows by its types, and another as one object."""

from typing import Any

import pytest

from . import shop
from .conftest import Front
from .serving import Subgraph

LINK = shop.LINK.replace('"@shareable"]', '"@shareable", "@interfaceObject"]')
MEDIA = {
    "m1": {"__typename": "Book", "id": "m1", "title": "Emma", "pages": 400},
    "m2": {"__typename": "Film", "id": "m2", "title": "Metropolis"},
}


@pytest.fixture
async def media(fronts: Any) -> Front:
    catalog = Subgraph(
        LINK
        + """
        type Query { media: [Media!] }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String! }
        """,
        {"media": lambda: list(MEDIA.values())},
        {name: lambda told: MEDIA[told["id"]] for name in ("Media", "Book", "Film")},
    )
    ratings = Subgraph(
        LINK
        + """
        type Query { best: [Media!] }
        type Media @key(fields: "id") @interfaceObject {
          id: ID!
          title: String! @external
          stars: Int
          praise: String @requires(fields: "title")
        }
        """,
        {"best": lambda: [{"id": "m2", "stars": 5}, {"id": "m1", "stars": 4}]},
        {
            "Media": lambda told: {
                "id": told["id"],
                "stars": 5,
                "praise": f"Read {told.get('title')}!",
            }
        },
    )
    made: Front = await fronts({"catalog": catalog, "ratings": ratings})
    return made


async def test_fields_of_the_object_are_had_for_every_type(media: Front):
    answer = await media.ask("{ media { __typename title stars } }")
    assert answer.data == {
        "media": [
            {"__typename": "Book", "title": "Emma", "stars": 5},
            {"__typename": "Film", "title": "Metropolis", "stars": 5},
        ]
    }
    told = media.subgraphs["ratings"].asked[0]["variables"]["_r0"]
    assert told[0] == {"__typename": "Media", "id": "m1"}


async def test_fields_of_the_object_are_had_for_one_type_too(media: Front):
    answer = await media.ask("{ media { ... on Book { stars pages } } }")
    assert answer.data == {"media": [{"stars": 5, "pages": 400}, {}]}


async def test_the_object_alone_needs_nobody_else(media: Front):
    answer = await media.ask("{ best { id stars } }")
    assert answer.data == {"best": [{"id": "m2", "stars": 5}, {"id": "m1", "stars": 4}]}
    assert media.subgraphs["catalog"].asked == []


async def test_the_true_type_is_asked_of_who_knows_it(media: Front):
    answer = await media.ask("{ best { __typename stars title ... on Book { pages } } }")
    assert answer.data == {
        "best": [
            {"__typename": "Film", "stars": 5, "title": "Metropolis"},
            {"__typename": "Book", "stars": 4, "title": "Emma", "pages": 400},
        ]
    }


async def test_what_the_object_requires_is_handed_to_it(media: Front):
    answer = await media.ask("{ best { praise } media { praise } }")
    assert answer.data["best"] == [{"praise": "Read Metropolis!"}, {"praise": "Read Emma!"}]
    assert answer.data["media"] == [{"praise": "Read Emma!"}, {"praise": "Read Metropolis!"}]


async def test_a_type_that_nobody_can_tell_is_null_and_the_rest_stands(media: Front):
    await media.stop("catalog")
    answer = await media.ask("{ best { __typename stars } } ")
    assert answer.codes == ["SUBGRAPH_UNAVAILABLE"]
    assert answer.data == {"best": None}
    assert (await media.ask("{ best { stars } }")).data == {"best": [{"stars": 5}, {"stars": 4}]}
