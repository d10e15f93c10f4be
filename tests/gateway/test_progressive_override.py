"""A field that is taken over step by step: by shares of requests, or by named labels."""

import pytest
from graphql import parse

from gateway import labels
from gateway.composition import CompositionFailed, SubgraphSource, compose

from .kinds.interfaces import obj
from .worlds import FEDERATION, Split, World

OLD = 'type Query { user: User } type User @key(fields: "id") { id: ID! name: String }'
NEW = 'type User @key(fields: "id") { id: ID! name: String @override(from: "old", label: "%s") }'
ASKED = parse("{ user { name } }")


def split(label: str, *active: str) -> Split:
    user = obj("User", id="u1", name="Ada")
    sdls = {"old": FEDERATION + OLD, "new": FEDERATION + NEW % label}
    return Split(sdls, World({"user": user}, [user]), labels=frozenset(active))


async def subgraphs_asked(split: Split) -> list[str]:
    found, errors, plan = await split.ask(ASKED)
    assert (found, errors) == ({"user": {"name": "Ada"}}, [])
    return [fetch.subgraph for fetch in plan.fetches]


async def test_the_old_subgraph_gives_the_field_until_the_label_is_active():
    assert await subgraphs_asked(split("beta")) == ["old"]
    assert await subgraphs_asked(split("beta", "beta")) == ["old", "new"]


def test_the_supergraph_names_the_label_in_join_v0_4():
    text = split("percent(25)").supergraph_text
    assert "specs.apollo.dev/join/v0.4" in text
    assert '@join__field(graph: NEW, override: "old", overrideLabel: "percent(25)")' in text
    assert "@join__field(graph: OLD)" in text


def test_a_share_is_a_share_and_a_name_is_on_where_it_is_said():
    known = ["percent(0)", "percent(100)", "percent(50)", "beta", "gamma"]
    drawn = [labels.active(known, ["beta"]) for _ in range(400)]
    assert all({"percent(100)", "beta"} <= each for each in drawn)
    assert not any({"percent(0)", "gamma"} & each for each in drawn)
    assert 100 < sum("percent(50)" in each for each in drawn) < 300


def test_what_is_no_label_is_refused():
    sources = {
        "old": SubgraphSource("", FEDERATION + OLD),
        "new": SubgraphSource("", FEDERATION + NEW % "percent(101)"),
    }
    with pytest.raises(CompositionFailed) as failure:
        compose(sources)
    assert [each.code for each in failure.value.problems] == ["OVERRIDE_LABEL_INVALID"]
