"""Every refusal of composition: its code, where it is found, and a hint that helps."""

from dataclasses import dataclass

import pytest

from gateway.composition import CompositionFailed, SubgraphSource, compose

from .worlds import FEDERATION

QUERY = "type Query { ok: Boolean }"
T = 'type Query { t: T } type T @key(fields: "id") { id: ID! n: Int }'
INTERFACE = 'interface I @key(fields: "id") { id: ID! n: Int }'
KEYED = (
    f"type Query {{ i: I }} {INTERFACE} "
    'type O implements I @key(fields: "id") { id: ID! n: Int }'
)


@dataclass(frozen=True)
class Refused:
    """Two subgraphs, of which mostly the second is wrong: then the problem names it."""

    code: str
    at: str
    b: str
    a: str = QUERY
    subgraph: str = "b"


def between(code: str, at: str, a: str, b: str) -> Refused:
    """Make a case that stands between the two; its message names them."""
    return Refused(code, at, b, a, subgraph="")


WITHIN = [
    Refused("INVALID_GRAPHQL", "", "type T { n: }"),
    Refused("INVALID_GRAPHQL", "", "type T { n: Missing }"),
    Refused("INVALID_GRAPHQL", "", "interface I { n: Int } type T implements I { m: Int }"),
    Refused("INVALID_GRAPHQL", "T", "type T { n: Int } extend enum T { ONE }"),
    Refused("UNKNOWN_DIRECTIVE", "T", "type T @mine { n: Int }"),
    Refused("UNKNOWN_DIRECTIVE", "T.n.x", "type T { n(x: Int @mine): Int }"),
    Refused(
        "UNSUPPORTED_LINKED_FEATURE",
        "schema",
        'extend schema @link(url: "https://mine.example/v1.0", for: SECURITY) type T { n: Int }',
    ),
    Refused(
        "UNSUPPORTED_LINKED_FEATURE",
        "schema",
        'extend schema @link(url: "https://specs.apollo.dev/connect/v0.1") type T { n: Int }',
    ),
    Refused(
        "ROOT_QUERY_USED",
        "Query",
        "schema { query: Root } type Root { x: Int } type Query { y: Int }",
    ),
    Refused("KEY_UNSUPPORTED_ON_TYPE", "U", f'{T} union U @key(fields: "id") = T'),
    Refused("KEY_INVALID_FIELDS", "T", 'type T @key(fields: "nope") { id: ID! }'),
    Refused("KEY_INVALID_FIELDS", "T", 'type T @key(fields: "id {") { id: ID! }'),
    Refused("KEY_INVALID_FIELDS", "T", 'type T @key(fields: "id { x }") { id: ID! }'),
    Refused("KEY_INVALID_FIELDS", "T", 'type T @key(fields: "x: id") { id: ID! }'),
    Refused("KEY_INVALID_FIELDS", "T", 'type T @key(fields: "t") { t: T }'),
    Refused("KEY_INVALID_FIELDS_TYPE", "T", "type T @key(fields: 5) { id: ID! }"),
    Refused(
        "KEY_DIRECTIVE_IN_FIELDS_ARG", "T", 'type T @key(fields: "id @skip(if: true)") { id: ID! }'
    ),
    Refused("KEY_FIELDS_HAS_ARGS", "T", 'type T @key(fields: "id") { id(x: Int): ID! }'),
    Refused(
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        "T",
        'type T @key(fields: "i { id }") { i: I } interface I { id: ID } '
        "type O implements I { id: ID }",
    ),
    Refused(
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        "T",
        'type T @key(fields: "u { ... on O { id } }") { u: U } union U = O type O { id: ID }',
    ),
    Refused("REQUIRES_INVALID_FIELDS", "T.m", 'type T { m: Int @requires(fields: "n") }'),
    Refused(
        "REQUIRES_INVALID_FIELDS",
        "T.m",
        'type T @key(fields: "id") { id: ID n(x: Int): Int @external '
        'm: Int @requires(fields: "n(y: 1)") }',
    ),
    Refused(
        "REQUIRES_INVALID_FIELDS",
        "T.m",
        'type T @key(fields: "id") { id: ID n(x: Int!): Int @external '
        'm: Int @requires(fields: "n") }',
    ),
    Refused(
        "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
        "T.m",
        'type T @key(fields: "id") { id: ID n: Int @external '
        'm: Int @requires(fields: "n @include(if: true)") }',
    ),
    Refused("REQUIRES_INVALID_FIELDS_TYPE", "T.m", "type T { m: Int @requires(fields: 1) }"),
    Refused(
        "REQUIRES_FIELDS_MISSING_EXTERNAL",
        "T.m",
        'type T @key(fields: "id") { id: ID! n: Int m: Int @requires(fields: "n") }',
    ),
    Refused(
        "REQUIRES_WITHOUT_KEY",
        "T.m",
        'type T { n: Int @external m: Int @requires(fields: "n") }',
        "type Query { t: T } type T { n: Int }",
    ),
    Refused(
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        "I.m",
        'interface I @key(fields: "id") { id: ID! n: Int m: Int @requires(fields: "n") }',
    ),
    Refused("PROVIDES_INVALID_FIELDS", "T.m", 'type T { m: T @provides(fields: "n") }'),
    Refused("PROVIDES_INVALID_FIELDS_TYPE", "T.m", "type T { m: T @provides(fields: true) }"),
    Refused(
        "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
        "T.m",
        'type T @key(fields: "id") { id: ID n: Int @external '
        'm: T @provides(fields: "n @skip(if: true)") }',
    ),
    Refused("PROVIDES_ON_NON_OBJECT_FIELD", "T.m", 'type T { m: Int @provides(fields: "n") }'),
    Refused(
        "PROVIDES_FIELDS_HAS_ARGS",
        "T.m",
        'type T @key(fields: "id") { id: ID n(x: ID): ID @external m: T @provides(fields: "n") }',
    ),
    Refused(
        "PROVIDES_FIELDS_MISSING_EXTERNAL",
        "T.m",
        'type T @key(fields: "id") { id: ID n: Int m: T @provides(fields: "n") }',
    ),
    Refused(
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        "I.t",
        'interface I { t: T @provides(fields: "n") } '
        'type T @key(fields: "id") { id: ID n: Int @external }',
    ),
    Refused("EXTERNAL_UNUSED", "T.n", 'type T @key(fields: "id") { id: ID! n: Int @external }', T),
    Refused("EXTERNAL_ON_INTERFACE", "I.n", "interface I { n: Int @external }"),
    Refused(
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        "T.n",
        'type T @key(fields: "id") { id: ID! n: Int @external @tag(name: "x") '
        'm: Int @requires(fields: "n") }',
        T,
    ),
    Refused("INVALID_SHAREABLE_USAGE", "I.n", "interface I { n: Int @shareable }"),
    Refused("OVERRIDE_ON_INTERFACE", "I.n", 'interface I { n: Int @override(from: "a") }'),
    Refused("OVERRIDE_FROM_SELF_ERROR", "T.n", 'type T { n: Int @override(from: "b") }'),
    Refused(
        "OVERRIDE_LABEL_INVALID",
        "T.n",
        'type T { n: Int @override(from: "a", label: "percent(x)") }',
    ),
    Refused(
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        "T.n",
        'type T @key(fields: "id") { id: ID n: T @override(from: "a") @external }',
    ),
    Refused(
        "INTERFACE_OBJECT_USAGE_ERROR",
        "I",
        "type I @interfaceObject { id: ID! }",
        KEYED,
    ),
    Refused(
        "INTERFACE_OBJECT_USAGE_ERROR",
        "I",
        'type I @interfaceObject @key(fields: "id") { id: ID! }',
        "interface I { id: ID! } type Query { i: I } type O implements I { id: ID! }",
    ),
    Refused(
        "INTERFACE_OBJECT_USAGE_ERROR",
        "I",
        'type I @interfaceObject @key(fields: "id") { id: ID! } '
        'type O @key(fields: "id") { id: ID! }',
        KEYED,
    ),
    Refused(
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
        "I",
        INTERFACE + "type O implements I { id: ID! n: Int }",
    ),
    Refused(
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        "I",
        f'{INTERFACE} type O implements I @key(fields: "id") {{ id: ID! n: Int }}',
        "interface I { id: ID! } type Query { i: I } type P implements I { id: ID! }",
    ),
    Refused(
        "EXTERNAL_TYPE_MISMATCH",
        "T.n",
        'type T @key(fields: "id") { id: ID! n: String @external m: Int @requires(fields: "n") }',
        T,
    ),
    Refused(
        "EXTERNAL_TYPE_MISMATCH",
        "T.n",
        'type T @key(fields: "id") { id: ID! n: Int! @external m: Int @requires(fields: "n") }',
        T,
    ),
    Refused(
        "EXTERNAL_ARGUMENT_MISSING",
        "T.n",
        'type T @key(fields: "id") { id: ID! n: Int @external m: Int @requires(fields: "n") }',
        T.replace("n: Int", "n(x: Int): Int"),
    ),
    Refused(
        "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
        "T.n",
        'type T @key(fields: "id") { id: ID! n(x: ID): Int @external '
        'm: Int @requires(fields: "n") }',
        T.replace("n: Int", "n(x: Int): Int"),
    ),
]
SAID = [
    Refused(code, at, sdl)
    for code, at, sdl in (
        ("INVALID_TAG_NAME", "T", 'type T @tag(name: "a b") { n: Int }'),
        ("INVALID_TAG_NAME", "T.n(x:)", 'type T { n(x: Int @tag(name: "9")): Int }'),
        ("INVALID_TAG_NAME", "In.n", 'input In { n: Int @tag(name: "") }'),
        ("INVALID_TAG_NAME", "E.ONE", 'enum E { ONE @tag(name: "é") }'),
        ("INVALID_TAG_NAME", "schema", 'extend schema @tag(name: "!") type T { n: Int }'),
        (
            "COST_APPLIED_TO_INTERFACE_FIELD",
            "I.n",
            "interface I { n: Int @federation__cost(weight: 2) }",
        ),
        *(
            (
                f"LIST_SIZE_{code}",
                "T.n",
                f"type T {{ n{tail} @federation__listSize({said}) }} type P {{ x: [Int] y: Int }}",
            )
            for code, tail, said in (
                ("APPLIED_TO_NON_LIST", ": Int", "assumedSize: 1"),
                ("INVALID_ASSUMED_SIZE", ": [Int]", "assumedSize: -1"),
                ("INVALID_SLICING_ARGUMENT", "(k: ID): [Int]", 'slicingArguments: ["k"]'),
                ("INVALID_SLICING_ARGUMENT", "(k: Int): [Int]", 'slicingArguments: ["m"]'),
                ("INVALID_SIZED_FIELD", ": P", 'sizedFields: ["y"]'),
                ("INVALID_SIZED_FIELD", ": P", 'sizedFields: ["z"]'),
            )
        ),
    )
]
BETWEEN = [
    between("NO_QUERIES", "", "type T { n: Int }", "type U { n: Int }"),
    between(
        "INVALID_FIELD_SHARING",
        "Query.x",
        "type Query { x: Int }",
        "type Query { x: Int @shareable }",
    ),
    between(
        "INVALID_FIELD_SHARING",
        "Subscription.s",
        f"{QUERY} type Subscription {{ s: Int @shareable }}",
        "type Subscription { s: Int @shareable }",
    ),
    between("TYPE_KIND_MISMATCH", "X", "type Query { x: X } type X { y: Int }", "scalar X"),
    between(
        "FIELD_TYPE_MISMATCH",
        "Query.x",
        "type Query { x: [Int] @shareable }",
        "type Query { x: Int @shareable }",
    ),
    between(
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        "Query.x(n:)",
        "type Query { x(n: Int): Int @shareable }",
        "type Query { x(n: ID): Int @shareable }",
    ),
    between(
        "INPUT_FIELD_TYPE_MISMATCH",
        "In.n",
        "type Query { x(in: In): Int } input In { n: Int }",
        "type Query { y(in: In): Int } input In { n: [Int] }",
    ),
    between(
        "INPUT_FIELD_DEFAULT_MISMATCH",
        "In.n",
        "type Query { x(in: In): Int } input In { n: Int = 1 }",
        "type Query { y(in: In): Int } input In { n: Int = 2 }",
    ),
    between(
        "EMPTY_MERGED_ENUM_TYPE",
        "E",
        "type Query { x(e: E): Int } enum E { ONE }",
        "type Query { y(e: E): Int } enum E { TWO }",
    ),
    between(
        "EXTERNAL_MISSING_ON_BASE",
        "T.n",
        'type Query { t: T } type T @key(fields: "id") { id: ID! }',
        'type T @key(fields: "id") { id: ID! n: Int @external m: Int @requires(fields: "n") }',
    ),
    between(
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
        "T.n",
        T.replace("n: Int", 'n: Int @override(from: "b")'),
        'type T @key(fields: "id") { id: ID! n: Int @override(from: "a") }',
    ),
    *(
        between(
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "T.u",
            f"""type Query {{ t: T }} type T @key(fields: "id") {{
              id: ID! m: Int @external u: T {said} }}""",
            'type T @key(fields: "id") { id: ID! m: Int u: T @override(from: "a"LABEL) }'.replace(
                "LABEL", label
            ),
        )
        for said in ('@requires(fields: "m")', '@provides(fields: "m")')
        for label in ("", ', label: "some"')
    ),
    between(
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
        "Query.u",
        "type Query { u: U @shareable } union U = A type A { n: Int }",
        "type Query { u: U @shareable } union U = B type B { n: Int }",
    ),
    between("EXTENSION_WITH_NO_BASE", "T", QUERY, "extend type T { n: Int }"),
    between(
        "INTERFACE_FIELD_NO_IMPLEM",
        "A",
        "type Query { i: I } interface I { x: Int } type A implements I { x: Int }",
        "type Query { j: I } interface I { z: Int } type B implements I { x: Int z: Int }",
    ),
    between(
        "INTERFACE_OBJECT_USAGE_ERROR",
        "T",
        QUERY,
        'type T @key(fields: "id") @interfaceObject { id: ID! }',
    ),
    between(
        "INVALID_FIELD_SHARING",
        "O.m",
        KEYED.replace("id: ID! n: Int }", "id: ID! n: Int m: Int }"),
        'type I @interfaceObject @key(fields: "id") { id: ID! m: Int }',
    ),
    between("QUERY_ROOT_TYPE_INACCESSIBLE", "Query", "type Query @inaccessible { x: Int }", ""),
    between(
        "ONLY_INACCESSIBLE_CHILDREN", "E", "type Query { e: E } enum E { ONE @inaccessible }", ""
    ),
    between(
        "ONLY_INACCESSIBLE_CHILDREN",
        "U",
        "type Query { u: U } union U = A type A @inaccessible { n: Int }",
        "",
    ),
    between(
        "REFERENCED_INACCESSIBLE",
        "Query.a",
        "type Query { a: A } type A @inaccessible { n: Int }",
        "",
    ),
    between(
        "REFERENCED_INACCESSIBLE",
        "Query.a(e:)",
        "type Query { a(e: E): Int } enum E @inaccessible { ONE }",
        "",
    ),
    between(
        "REQUIRED_INACCESSIBLE", "Query.a(n:)", "type Query { a(n: Int! @inaccessible): Int }", ""
    ),
    between(
        "IMPLEMENTED_BY_INACCESSIBLE",
        "A.n",
        "type Query { i: I } interface I { n: Int m: Int } "
        "type A implements I { n: Int @inaccessible m: Int }",
        "",
    ),
    between(
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        "Query.a(e:)",
        "type Query { a(e: [E] = [TWO]): Int } enum E { ONE TWO @inaccessible }",
        "",
    ),
]


def refusal(sdls: dict[str, str]) -> CompositionFailed:
    with pytest.raises(CompositionFailed) as caught:
        compose({name: SubgraphSource("http://x", sdl) for name, sdl in sdls.items() if sdl})
    return caught.value


@pytest.mark.parametrize(
    "case", WITHIN + SAID + BETWEEN, ids=lambda case: f"{case.code}-{case.at}"
)
def test_a_refusal_says_what_is_wrong_and_where_and_what_would_help(case: Refused):
    sdls = {name: FEDERATION + sdl for name, sdl in (("a", case.a), ("b", case.b)) if sdl}
    found = refusal(sdls).problems
    assert (case.code, case.subgraph, case.at) in [
        (each.code, each.subgraph, each.coordinate) for each in found
    ]
    assert all(each.hint for each in found)


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("INVALID_LINK_DIRECTIVE_USAGE", '["@keyy"]'),
        ("INVALID_LINK_DIRECTIVE_USAGE", '["key"]'),
        ("INVALID_LINK_DIRECTIVE_USAGE", '["@context"]'),
        ("INVALID_LINK_DIRECTIVE_USAGE", "[5]"),
        ("INVALID_LINK_DIRECTIVE_USAGE", '[{as: "@key"}]'),
        ("LINK_IMPORT_NAME_MISMATCH", '[{name: "@key", as: "id"}]'),
    ],
)
def test_an_import_that_cannot_be_is_refused(code: str, imports: str):
    url = "https://specs.apollo.dev/federation/v2.3"
    sdl = f'extend schema @link(url: "{url}", import: {imports}) {QUERY}'
    [found] = refusal({"a": sdl}).problems
    assert (found.code, found.subgraph, found.coordinate) == (code, "a", "schema")
    assert found.hint


def test_a_version_that_is_not_known_is_refused():
    sdl = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.99") {QUERY}'
    [found] = refusal({"a": sdl}).problems
    assert (found.code, found.subgraph) == ("UNKNOWN_FEDERATION_LINK_VERSION", "a")
    assert found.hint


def test_a_directive_of_a_newer_version_is_not_known():
    url = "https://specs.apollo.dev/federation/v2.4"
    sdl = f'extend schema @link(url: "{url}") type Query {{ x: Int @federation__authenticated }}'
    [found] = refusal({"a": sdl}).problems
    assert (found.code, found.coordinate) == ("UNKNOWN_DIRECTIVE", "Query.x")
    compose({"a": SubgraphSource("", sdl.replace("v2.4", "v2.5"))})
