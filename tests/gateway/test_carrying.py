"""Directives of other specifications are carried into the supergraph where a subgraph says so."""

import pytest
from graphql import build_schema, parse, print_schema, validate

from gateway.composition import CompositionFailed, SubgraphSource, compose
from gateway.supergraph import Supergraph

FEDERATION = (
    '@link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@shareable", "@composeDirective", "@tag"])'
)
DEFINED = (
    "directive @mine(x: Int, as: Word, deep: [Deep!]) repeatable on FIELD_DEFINITION | OBJECT"
)
WORDS = "enum Word { ONE } input Deep { n: Int }"


def linked(sdl: str, *, version: str = "1.0", imported: str = '"@mine"') -> str:
    url = f"https://mine.example/words/v{version}"
    link = f'@link(url: "{url}", import: [{imported}])'
    return f'extend schema {FEDERATION} {link} @composeDirective(name: "@mine") {sdl}'


def composed(**sdls: str) -> str:
    text = compose({name: SubgraphSource("", sdl) for name, sdl in sdls.items()})
    Supergraph.parse(text)
    assert build_schema(text).query_type  # valid by its own definitions
    return text


def test_each_application_is_carried_with_its_values():
    text = composed(
        a=linked(
            f"""{DEFINED} {WORDS} type Query @mine {{
              x: Int @shareable @mine(x: 1, as: ONE, deep: [{{n: 2}}]) @mine(x: 2) }}"""
        ),
        b=linked(f"{DEFINED} {WORDS} type Query {{ x: Int @shareable @mine(x: 2) @mine }}"),
    )
    line = next(each for each in text.splitlines() if each.startswith("  x: Int"))
    assert line == "  x: Int @mine(x: 2) @mine(x: 1, as: ONE, deep: [{ n: 2 }]) @mine"
    assert '@link(url: "https://mine.example/words/v1.0", import: ["@mine"])' in text
    assert "directive @mine(x: Int, as: Word, deep: [Deep!]) repeatable on" in text
    assert "type Query @join__type(graph: A) @join__type(graph: B) @mine {" in " ".join(
        text.split()
    )
    assert "@mine" not in print_schema(Supergraph.parse(text).schema)


def test_the_newest_minor_version_defines_it():
    text = composed(
        a=linked("directive @mine(x: Int) on FIELD_DEFINITION type Query { x: Int @mine(x: 1) }"),
        b=linked(
            "directive @mine(x: Int, y: Int) on FIELD_DEFINITION type Query { y: Int @mine }",
            version="1.2",
        ),
    )
    assert "directive @mine(x: Int, y: Int) on FIELD_DEFINITION" in text
    assert "words/v1.2" in text
    assert "words/v1.0" not in text


def test_what_may_stand_once_keeps_what_most_subgraphs_say():
    once = (
        "directive @mine(x: Int) on FIELD_DEFINITION type Query { x: Int @shareable @mine(x: %s) }"
    )
    text = composed(a=linked(once % 1), b=linked(once % 2), c=linked(once % 2))
    assert "  x: Int @mine(x: 2)\n" in text


def test_a_subgraph_that_does_not_say_so_keeps_its_own_to_itself():
    silent = linked(f"{DEFINED} {WORDS} type Query {{ y: Int @mine(x: 9) }}").replace(
        '@composeDirective(name: "@mine")', ""
    )
    text = composed(a=linked(f"{DEFINED} {WORDS} type Query {{ x: Int @mine(x: 1) }}"), b=silent)
    assert "@mine(x: 1)" in text
    assert "x: 9" not in text


def test_a_directive_that_is_called_otherwise_here_is_linked_so():
    text = composed(
        a=linked(
            f"{DEFINED} {WORDS} type Query {{ x: Int @mine(x: 1) }}",
            imported='{name: "@theirs", as: "@mine"}',
        )
    )
    assert 'import: [{name: "@theirs", as: "@mine"}]' in text


def test_what_all_know_in_operations_too_is_defined_once():
    both = "directive @mine(x: Int) on FIELD | FIELD_DEFINITION type Query { %s: Int @mine(x: 1) }"
    text = composed(a=linked(both % "x"), b=linked(both % "y"))
    assert text.count("directive @mine") == 1
    assert "directive @mine(x: Int) on FIELD | FIELD_DEFINITION" in text
    assert validate(Supergraph.parse(text).schema, parse("{ x @mine(x: 3) }")) == []


def test_the_whole_schema_may_carry_one_and_tags():
    text = composed(
        a=linked(
            """directive @mine(x: Int) on SCHEMA extend schema @mine(x: 4) @tag(name: "all")
            type Query { x: Int }"""
        )
    )
    head = text[: text.index("{")]
    assert "@mine(x: 4)" in text
    assert '@tag(name: "all")' in text
    assert text.index("@mine(x: 4)") < text.index("query: Query")
    assert head.startswith("schema")


def test_its_definition_leaves_the_subgraphs_own_directives_behind():
    sdl = """directive @own on ARGUMENT_DEFINITION
      directive @mine("How many." x: Int = 1 @own) on FIELD_DEFINITION
      type Query { x: Int @mine }"""
    text = composed(a=linked(sdl))
    assert "@own" not in text
    assert '"How many."' in text
    assert "x: Int = 1" in text


def test_a_specification_that_is_only_linked_stays_where_it_is():
    sdl = f"""extend schema {FEDERATION} @link(url: "https://mine.example/words/v1.0")
    {DEFINED.replace("@mine", "@words__mine")} directive @words on OBJECT {WORDS}
    type Query @words {{ x: Int @words__mine(x: 1) }}"""
    assert "@words" not in composed(a=sdl)


def test_tags_may_be_linked_by_themselves():
    sdl = """extend schema @link(url: "https://specs.apollo.dev/tag/v0.3")
    type Query { x: Int @tag(name: "t") }"""
    assert '@tag(name: "t")' in composed(a=sdl)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ('"mine"', "no name of a directive"),
        ("5", "no name of a directive"),
        ('"@key"', "merged anyway"),
        ('"@join__field"', "merged anyway"),
        ('"@theirs"', "defined nowhere"),
        ('"@own"', "belongs to no specification"),
    ],
)
def test_what_cannot_be_carried_is_refused(wanted: str, told: str):
    sdl = linked(f"{DEFINED} {WORDS} directive @own on OBJECT type Query {{ x: Int }}")
    with pytest.raises(CompositionFailed) as caught:
        composed(a=sdl.replace('name: "@mine"', f"name: {wanted}"))
    [found] = caught.value.problems
    assert (found.code, found.subgraph) == ("DIRECTIVE_COMPOSITION_ERROR", "a")
    assert told in found.message
    assert found.hint


def test_one_name_has_one_meaning_and_one_meaning_one_name():
    sdl = f"{DEFINED} {WORDS} type Query {{ x: Int @shareable }}"
    for code, other in (
        ("DIRECTIVE_COMPOSITION_ERROR", linked(sdl, version="2.0")),
        ("DIRECTIVE_COMPOSITION_ERROR", linked(sdl).replace("mine.example", "yours.example")),
        (
            "LINK_IMPORT_NAME_MISMATCH",
            linked(sdl, imported='{name: "@mine", as: "@other"}')
            .replace('name: "@mine")', 'name: "@other")')
            .replace("directive @mine", "directive @other"),
        ),
    ):
        with pytest.raises(CompositionFailed) as caught:
            composed(a=linked(sdl), b=other)
        [found] = caught.value.problems
        assert (found.code, found.coordinate) == (code, "@mine")
        assert "a" in found.message
        assert "b" in found.message
        assert found.hint
