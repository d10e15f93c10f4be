"""What composes, how it merges, and what is refused with which code."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_schema

from gateway.composition import CompositionFailed, Problem, SubgraphSource, compose
from gateway.composition.__main__ import main
from gateway.supergraph import Supergraph

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible",
  "@tag", "@interfaceObject", "@extends"])
"""
QUERY = "type Query { ok: Boolean }"


def composed(**sdls: str) -> Supergraph:
    return Supergraph.parse(text_of(sdls))


def text_of(sdls: Mapping[str, str], *, strict_inputs: bool = False) -> str:
    sources = {name: SubgraphSource(f"http://{name}", LINK + sdl) for name, sdl in sdls.items()}
    return compose(sources, strict_inputs=strict_inputs)


def seen(graph: Supergraph) -> dict[str, Any]:
    """Give the types as clients see them."""
    return dict(graph.schema.type_map)


def problems(*, strict_inputs: bool = False, **sdls: str) -> tuple[Problem, ...]:
    with pytest.raises(CompositionFailed) as caught:
        text_of(sdls, strict_inputs=strict_inputs)
    return caught.value.problems


def codes(*, strict_inputs: bool = False, **sdls: str) -> list[str]:
    return [each.code for each in problems(strict_inputs=strict_inputs, **sdls)]


def test_an_entity_gets_the_fields_of_all_its_subgraphs():
    graph = composed(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! name: String! }',
        b='type T @key(fields: "id") @key(fields: "code kind { id }") '
        "{ id: ID! code: Int! kind: Kind! } type Kind { id: ID! }",
    )
    assert set(graph.types["T"].fields) == {"id", "name", "code", "kind"}
    assert graph.types["T"].fields["name"].joins.keys() == {"a"}
    assert graph.types["T"].fields["id"].joins.keys() == {"a", "b"}
    assert [key.fields for key in graph.keys("T", "b")] == ["id", "code kind { id }"]


def test_a_key_that_is_not_resolvable_is_no_way_in():
    graph = composed(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! name: String! }',
        b='type Query { u: T } extend type T @key(fields: "id", resolvable: false) { id: ID! }',
    )
    assert graph.keys("T", "b") == ()
    assert graph.types["T"].keys["b"][0].fields == "id"


def test_field_types_merge_to_the_least_strict():
    graph = composed(
        a="type Query { t: T @shareable } type T { x: [Int!]! @shareable y: A @shareable } "
        "interface I { i: Int } type A implements I { i: Int @shareable }",
        b="type Query { t: T @shareable } type T { x: [Int] @shareable y: I @shareable } "
        "interface I { i: Int } type A implements I { i: Int @shareable }",
    )
    assert graph.types["T"].fields["x"].type == "[Int]"
    assert graph.types["T"].fields["x"].joins["a"].type == "[Int!]!"
    assert graph.types["T"].fields["y"].type == "I"


def test_field_types_that_do_not_fit_are_refused():
    found = problems(a="type Query { x: Int @shareable }", b="type Query { x: String @shareable }")
    assert [each.code for each in found] == ["FIELD_TYPE_MISMATCH"]
    assert found[0].coordinate == "Query.x"
    assert "Int in a, String in b" in found[0].message


def test_arguments_merge_by_intersection_and_to_the_stricter_type():
    graph = composed(
        a="type Query { x(one: Int, two: Int): Int @shareable }",
        b="type Query { x(one: Int!): Int @shareable }",
    )
    assert set(seen(graph)["Query"].fields["x"].args) == {"one"}
    assert str(seen(graph)["Query"].fields["x"].args["one"].type) == "Int!"


def test_a_required_argument_that_one_lacks_is_refused():
    assert codes(
        a="type Query { x(one: Int!): Int @shareable }", b="type Query { x: Int @shareable }"
    ) == ["REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"]


def test_defaults_that_differ_are_refused():
    assert codes(
        a="type Query { x(one: Int = 1): Int @shareable }",
        b="type Query { x(one: Int = 2): Int @shareable }",
    ) == ["FIELD_ARGUMENT_DEFAULT_MISMATCH"]


def test_inputs_merge_by_intersection_unless_told_to_be_strict():
    a = "type Query { x(in: In): Int } input In { one: Int two: Int }"
    b = "type Query { y(in: In): Int } input In { one: Int! }"
    graph = composed(a=a, b=b)
    assert set(seen(graph)["In"].fields) == {"one"}
    found = problems(a=a, b=b, strict_inputs=True)
    assert {(each.code, each.coordinate) for each in found} == {
        ("INPUT_DIFFERS", "In"),
        ("INPUT_DIFFERS", "In.one"),
    }


def test_a_required_input_field_that_one_lacks_is_refused():
    assert "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH" in codes(
        a="type Query { x(in: In): Int } input In { one: Int two: Int! }",
        b="type Query { y(in: In): Int } input In { one: Int }",
    )


def test_inputs_with_nothing_in_common_are_refused():
    assert "EMPTY_MERGED_INPUT_TYPE" in codes(
        a="type Query { x(in: In): Int } input In { one: Int }",
        b="type Query { y(in: In): Int } input In { two: Int }",
    )


def test_one_of_must_stand_everywhere():
    assert codes(
        a="type Query { x(in: In): Int } input In @oneOf { one: Int }",
        b="type Query { y(in: In): Int } input In { one: Int }",
    ) == ["ONE_OF_DIFFERS"]


def test_enums_merge_by_where_they_are_used():
    only_out = composed(
        a="type Query { x: E } enum E { ONE TWO }", b="type Query { y: E } enum E { TWO THREE }"
    )
    assert set(seen(only_out)["E"].values) == {"ONE", "TWO", "THREE"}
    only_in = composed(
        a="type Query { x(e: E): Int } enum E { ONE TWO }",
        b="type Query { y(e: E): Int } enum E { TWO THREE }",
    )
    assert set(seen(only_in)["E"].values) == {"TWO"}


def test_an_enum_used_both_ways_must_be_the_same():
    found = problems(
        a="type Query { x(e: E): Int } enum E { ONE TWO }", b="type Query { y: E } enum E { TWO }"
    )
    assert [(each.code, each.coordinate) for each in found] == [("ENUM_VALUE_MISMATCH", "E.ONE")]


def test_an_enum_that_is_taken_in_may_not_differ_where_inputs_are_strict():
    assert codes(
        strict_inputs=True,
        a="type Query { x(e: E): Int } enum E { ONE TWO }",
        b="type Query { y(e: E): Int } enum E { TWO }",
    ) == ["INPUT_DIFFERS"]


def test_unions_are_united_with_who_knows_which_member():
    graph = composed(
        a="type Query { x: U } union U = A | B type A { a: Int } type B { b: Int }",
        b="type Query { y: U } union U = C type C { c: Int }",
    )
    assert graph.possible("U") == {"A", "B", "C"}
    assert graph.possible_in("b", "U") == {"C"}


def test_scalars_descriptions_and_deprecations_are_kept():
    graph = composed(
        a='type Query { at: When @deprecated(reason: "use y") } '
        'scalar When @specifiedBy(url: "https://when.example")',
        b='type Query { "Says y." y: When } "A moment." scalar When',
    )
    assert seen(graph)["When"].description == "A moment."
    assert seen(graph)["When"].specified_by_url == "https://when.example"
    assert seen(graph)["Query"].fields["at"].deprecation_reason == "use y"
    assert seen(graph)["Query"].fields["y"].description == "Says y."


def test_what_is_inaccessible_is_in_the_file_and_not_in_the_clients_schema():
    sdl = """
    type Query { x: T  secret: Hidden @inaccessible }
    type T { y: Int  z: Int @inaccessible  e(arg: Int @inaccessible): E }
    type Hidden @inaccessible { h: Int }
    enum E { ONE  TWO @inaccessible @tag(name: "t") }
    """
    text = text_of({"a": sdl})
    graph = Supergraph.parse(text)
    assert "z: Int @inaccessible" in text
    assert '@tag(name: "t")' in text
    printed = print_schema(graph.schema)
    assert "secret" not in printed
    assert "Hidden" not in printed
    assert "TWO" not in printed
    assert "arg" not in printed
    assert "z" in graph.types["T"].fields


def test_hiding_everything_is_refused():
    assert codes(a="type Query { x: Int @inaccessible }") == ["ONLY_INACCESSIBLE_CHILDREN"]


def test_required_external_fields_say_who_needs_them():
    graph = composed(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! n: Int }',
        b='type T @key(fields: "id") '
        '{ id: ID! n: Int @external twice: Int @requires(fields: "n") }',
    )
    assert graph.types["T"].fields["n"].joins["b"].is_external
    assert graph.types["T"].fields["twice"].joins["b"].requires == "n"


def test_an_overridden_field_is_given_by_its_new_owner_only():
    graph = composed(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! n: Int }',
        b='type T @key(fields: "id") { id: ID! n: Int @override(from: "a") }',
    )
    assert graph.types["T"].fields["n"].joins.keys() == {"b"}


def test_a_field_that_no_way_leads_to_is_refused_with_a_query_that_asks_for_it():
    [found] = problems(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! }',
        b='type T @key(fields: "code") { code: ID! name: String }',
    )[:1]
    assert (found.code, found.coordinate) == ("SATISFIABILITY_ERROR", "T.code")
    assert "query { t { code } }" in found.message
    assert "given by b" in found.message


def test_a_requirement_that_needs_itself_is_refused():
    assert "SATISFIABILITY_ERROR" in codes(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external '
        'y: Int @requires(fields: "x") }',
        b='type T @key(fields: "id") { id: ID! y: Int @external x: Int @requires(fields: "y") }',
    )


def test_a_value_type_that_is_spread_over_unshared_places_is_refused():
    assert "SATISFIABILITY_ERROR" in codes(
        a="type Query { one: V } type V { x: Int }", b="type Query { two: V } type V { y: Int }"
    )


def test_a_problem_says_where_it_is_and_what_would_help():
    [found] = problems(
        a="type Query { x: Int }", b="type Query { x: Int } type T @mine { n: Int }"
    )
    assert (found.code, found.subgraph, found.coordinate) == ("UNKNOWN_DIRECTIVE", "b", "T")
    assert "@mine" in found.message
    assert found.hint
    assert str(found).startswith("UNKNOWN_DIRECTIVE [b, T] @mine")


def test_all_problems_of_a_stage_are_told_at_once():
    assert codes(a="type Query { x: Int @one y: Int @two }") == ["UNKNOWN_DIRECTIVE"] * 2


def test_subgraphs_whose_names_are_written_alike_are_refused():
    sources = {name: SubgraphSource("", LINK + QUERY) for name in ("a-b", "a_b")}
    with pytest.raises(CompositionFailed) as caught:
        compose(sources)
    assert caught.value.problems[0].code == "INVALID_SUBGRAPH_NAME"


def test_an_interface_field_that_a_merged_type_lacks_is_refused():
    assert (
        codes(
            a="type Query { i: I } interface I { x: Int y: Int } type T implements I "
            "{ x: Int @shareable y: Int @shareable }",
            b="type Query { j: I } interface I { x: Int z: Int } type S implements I "
            "{ x: Int z: Int }",
        )
        == ["INTERFACE_FIELD_NO_IMPLEM"] * 2
    )


def test_names_may_be_imported_under_others_and_roots_may_be_called_otherwise():
    sdl = """
    schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed",
                 import: [{name: "@key", as: "@id"}]) { query: Root mutation: Deeds }
    type Root { t: T @fed__shareable }
    type Deeds { do: T }
    type T @id(fields: "id") { id: ID! }
    """
    graph = Supergraph.parse(compose({"a": SubgraphSource("http://a", sdl)}))
    assert seen(graph)["Query"].name == "Query"
    assert str(seen(graph)["Mutation"]) == "Mutation"
    assert graph.keys("T", "a")[0].fields == "id"


def test_the_first_generation_is_understood():
    a = """
    type Query { t: T }
    type T @key(fields: "id") { id: ID! n: Int unused: Int }
    type Value { v: Int }
    """
    b = """
    extend type T @key(fields: "id") {
      id: ID! @external
      n: Int @external
      unused: Int @external
      m: Value @requires(fields: "n")
    }
    type Value { v: Int }
    """
    graph = Supergraph.parse(compose({"a": SubgraphSource("", a), "b": SubgraphSource("", b)}))
    assert not graph.types["T"].fields["id"].joins["b"].is_external
    assert graph.types["T"].fields["unused"].joins.keys() == {"a"}
    assert graph.types["Value"].fields["v"].joins.keys() == {"a", "b"}


def test_the_file_does_not_depend_on_the_order_of_subgraphs_nor_on_chance(tmp_path: Path):
    sdls = {
        "b": 'type T @key(fields: "id") { id: ID! y: U } union U = T | V type V { v: E }',
        "a": 'type Query { t: T e(e: E): E } type T @key(fields: "id") { id: ID! x: E } '
        "enum E { ONE TWO }",
    }
    sdls["b"] += " enum E { TWO ONE }"
    one, other = text_of(sdls), text_of(dict(reversed(sdls.items())))
    assert one == other
    for name, sdl in sdls.items():
        (tmp_path / f"{name}.graphql").write_text(LINK + sdl)
    told = [f"{name}=http://{name},sdl={tmp_path}/{name}.graphql" for name in sdls]
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "gateway.composition", *told],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stdout == one
    parse(one)


def test_the_command_writes_the_file_and_later_says_whether_it_is_fresh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    sdl, out = tmp_path / "a.graphql", tmp_path / "supergraph.graphql"
    sdl.write_text(LINK + QUERY)
    told = [f"a=http://a,sdl={sdl}", "--out", str(out)]
    assert main([*told, "--check"]) == 1
    assert not out.exists()
    assert main(told) == 0
    assert main([*told, "--check"]) == 0
    sdl.write_text(LINK + QUERY + " type T { n: Int }")
    before = out.read_text()
    assert main([*told, "--check"]) == 1
    assert out.read_text() == before
    assert "compose it again" in capsys.readouterr().err


def test_the_command_tells_each_problem_and_leaves_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    sdl, out = tmp_path / "a.graphql", tmp_path / "supergraph.graphql"
    sdl.write_text(LINK + "type Query { x: Int @mine }")
    assert main([f"a=http://a,sdl={sdl}", "--out", str(out)]) == 1
    assert "UNKNOWN_DIRECTIVE [a, Query.x]" in capsys.readouterr().err
    assert not out.exists()


def test_a_list_size_that_counts_something_composes():
    sized = "@federation__listSize"
    sdl = f"""type Query {{ all(first: Int!): [Int] {sized}(slicingArguments: ["first"])
      page: Page {sized}(sizedFields: ["items"], assumedSize: 0) }}
      type Page {{ items: [Int!]! }}"""
    assert 'slicingArguments: ["first"]' in text_of({"a": sdl})


def test_federations_own_types_stay_out_under_any_name():
    sdl = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed")
      directive @fed__key(fields: fed__FieldSet!) on OBJECT  scalar fed__FieldSet
      type Query { x: Int }"""
    assert "fed__" not in compose({"a": SubgraphSource("", sdl)})


def test_roots_of_the_first_generation_are_shared_as_its_value_types_are():
    sources = {name: SubgraphSource("", "type Query { x: Int }") for name in "ab"}
    assert Supergraph.parse(compose(sources)).types["Query"].fields["x"].joins.keys() == {"a", "b"}
    streams = {
        name: SubgraphSource("", f"type Query {{ {name}: Int }} type Subscription {{ x: Int }}")
        for name in "ab"
    }
    with pytest.raises(CompositionFailed, match="INVALID_FIELD_SHARING"):
        compose(streams)


def test_a_directive_of_ones_own_is_none_of_federations_in_the_first_generation():
    """Its later names were free then: `@cost` or `@context` may mean anything there."""
    sdl = """directive @context(of: String) on OBJECT  directive @cost(is: Int) on FIELD_DEFINITION
      directive @key(fields: String!) on OBJECT
      type Query @context(of: "x") { t: T @cost(is: 3) }
      type T @key(fields: "id") { id: ID! }"""
    text = compose({"a": SubgraphSource("", sdl)})
    assert "@cost" not in text
    assert "@context" not in text
    assert Supergraph.parse(text).keys("T", "a")
