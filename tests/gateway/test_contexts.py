"""Arguments that take their values from above: composed, planned, answered, refused."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, print_schema

from gateway.composition import CompositionFailed, SubgraphSource, compose
from gateway.supergraph import Supergraph

from .fronting import OpenFront, fronted
from .serving import Subgraph
from .worlds import FEDERATION

BANK = """
type Query { users: [User!]! user: User }
type User @key(fields: "id") @context(name: "user") {
  id: ID! currency: Currency! locale: String @external last: Transaction! all: [Transaction!]! }
type Currency { code: String! }
type Transaction @key(fields: "id") { id: ID! }
"""
MONEY = """
type User @key(fields: "id") @context(name: "user") {
  id: ID! currency: Currency! @external locale: String @external }
type Currency { code: String! @external }
type Transaction @key(fields: "id") { id: ID!
  amount(code: String! @fromContext(field: "$user { currency { code } }"), digits: Int = 2,
    locale: String @fromContext(field: "$user { locale }")): String }
"""
LOCALES = 'type User @key(fields: "id") { id: ID! locale: String }'
SDLS = {
    "bank": BANK.replace(" locale: String @external", ""),
    "money": MONEY,
    "locales": LOCALES,
}
USERS: list[dict[str, Any]] = [
    {"id": "u1", "currency": {"code": "EUR"}, "transactions": ["t1", "t2"], "locale": "de"},
    {"id": "u2", "currency": {"code": "USD"}, "transactions": ["t1"], "locale": None},
    {"id": "u3", "currency": {"code": "EUR"}, "transactions": ["t3"], "locale": "de"},
]


def composed(sdls: Mapping[str, str]) -> str:
    return compose({name: SubgraphSource("", FEDERATION + sdl) for name, sdl in sdls.items()})


def subgraphs() -> dict[str, Subgraph]:
    def user(told: Mapping[str, Any]) -> dict[str, Any]:
        found = {**next(each for each in USERS if each["id"] == told["id"])}
        entries = [{"id": each} for each in found.pop("transactions")]
        return {**found, "last": entries[-1], "all": entries}

    def transaction(told: Mapping[str, Any]) -> dict[str, Any]:
        def amount(code: str, digits: int, locale: str | None = None) -> str:
            return f"{told['id']} in {code}, {digits} digits, {locale}"

        return {"id": told["id"], "amount": amount}

    roots: dict[str, Callable[..., Any]] = {
        "users": lambda: [user(each) for each in USERS],
        "user": lambda: user(USERS[0]),
    }
    known: dict[str, Callable[[dict[str, Any]], Any]] = {
        "User": user,
        "Transaction": transaction,
    }
    return {
        "bank": Subgraph(SDLS["bank"], roots, known),
        "money": Subgraph(MONEY, {}, {"Transaction": transaction}),
        "locales": Subgraph(LOCALES, {}, {"User": user}),
    }


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[OpenFront]:
    linked = {name: FEDERATION + sdl for name, sdl in SDLS.items()}
    async with fronted(linked, subgraphs(), tmp_path) as front:
        yield front


def test_clients_do_not_see_what_comes_from_above():
    text = composed(SDLS)
    assert build_schema(text).query_type  # valid by its own definitions
    assert "amount(digits: Int = 2): String" in print_schema(Supergraph.parse(text).schema)
    assert (
        'contextArguments: [{context: "money__user", name: "code", type: "String!", '
        'selection: "{ currency { code } }"}, {context: "money__user", name: "locale", '
        'type: "String", selection: "{ locale }"}]'
    ) in text
    assert '@context(name: "bank__user")' in text
    assert '@context(name: "money__user")' in text
    assert 'specs.apollo.dev/join/v0.5", for: EXECUTION' in text
    assert 'specs.apollo.dev/context/v0.1", for: SECURITY' in text
    assert "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION" in text


async def test_each_entity_is_asked_with_the_values_that_stand_above_it(bank: OpenFront):
    told = await bank.ask("{ users { id last { amount } all { id amount(digits: 0) } } }")
    assert told == {
        "data": {
            "users": [
                {
                    "id": "u1",
                    "last": {"amount": "t2 in EUR, 2 digits, de"},
                    "all": [
                        {"id": "t1", "amount": "t1 in EUR, 0 digits, de"},
                        {"id": "t2", "amount": "t2 in EUR, 0 digits, de"},
                    ],
                },
                {
                    "id": "u2",
                    "last": {"amount": "t1 in USD, 2 digits, None"},
                    "all": [{"id": "t1", "amount": "t1 in USD, 0 digits, None"}],
                },
                {
                    "id": "u3",
                    "last": {"amount": "t3 in EUR, 2 digits, de"},
                    "all": [{"id": "t3", "amount": "t3 in EUR, 0 digits, de"}],
                },
            ]
        }
    }
    asked = bank.subgraphs["money"].asked
    assert len(asked) == 4  # two places, two currencies; those of one currency go together
    assert {each["variables"]["_c0"] for each in asked} == {"EUR", "USD"}
    together = [each["variables"] for each in asked if each["variables"]["_c0"] == "EUR"]
    assert sorted(len(each["_r0"]) for each in together) == [2, 3]


async def test_a_client_may_ask_for_the_value_too_under_any_name(bank: OpenFront):
    told = await bank.ask(
        "{ user { currency: locale code: currency { x: code } last { it: amount } } }"
    )
    assert told["data"]["user"] == {
        "currency": "de",
        "code": {"x": "EUR"},
        "last": {"it": "t2 in EUR, 2 digits, de"},
    }


async def test_a_value_that_failed_is_not_told(bank: OpenFront):
    bank.subgraphs["locales"].says = (200, b'{"errors": [{"message": "no"}], "data": null}')
    told = await bank.ask("{ user { id last { id amount } } }")
    assert told["data"] == {"user": {"id": "u1", "last": {"id": "t2", "amount": None}}}
    assert [each["message"] for each in told["errors"]] == ["no"]
    assert bank.subgraphs["money"].asked == []


NEAR = """
type Query { out: Outer any: Any things: [Thing] }
interface Thing { id: ID! kind: String }
union Any = Box | Outer
type Outer implements Thing @key(fields: "id") @context(name: "near") @context(name: "far") {
  id: ID! kind: String name: String box: Box inner: Outer }
type Box implements Thing @key(fields: "id") @context(name: "near") {
  id: ID! kind: String size: Int! leaf: Leaf! leaves: [Leaf] }
type Leaf @key(fields: "id") {
  id: ID!
  near(x: String @fromContext(field: "$near ... on Outer { name } ... on Box { kind }")): String
}
"""


def near() -> Subgraph:
    def leaf(told: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": told["id"], "near": lambda x=None: f"{told['id']}:{x}"}

    boxes = {
        n: {"__typename": "Box", "id": n, "kind": f"kind {n}", "size": 1, "leaf": {"id": "l1"}}
        for n in ("b1", "b2")
    }
    inner = {"__typename": "Outer", "id": "o2", "kind": None, "box": boxes["b2"]}
    outer = {"__typename": "Outer", "id": "o1", "kind": "k", "box": boxes["b1"], "inner": inner}
    roots = {"out": lambda: outer, "any": lambda: boxes["b2"], "things": lambda: [outer, inner]}
    known = {"Leaf": leaf, "Box": lambda t: boxes[t["id"]], "Outer": lambda _: outer}
    return Subgraph(NEAR, roots, known)


async def test_the_nearest_type_that_sets_the_context_gives_the_value(tmp_path: Path):
    async with fronted({"near": FEDERATION + NEAR}, {"near": near()}, tmp_path) as front:
        told = await front.ask(
            """{ out { box { leaf { near } } inner { box { leaf { id near } } } }
              any { ... on Box { leaf { near } } ... on Outer { box { leaf { near } } } }
              things { ... on Outer { box { leaf { near } } } } }"""
        )
    assert told == {
        "data": {
            "out": {
                "box": {"leaf": {"near": "l1:kind b1"}},
                "inner": {"box": {"leaf": {"id": "l1", "near": "l1:kind b2"}}},
            },
            "any": {"leaf": {"near": "l1:kind b2"}},
            "things": [
                {"box": {"leaf": {"near": "l1:kind b1"}}},
                {"box": {"leaf": {"near": "l1:kind b2"}}},
            ],
        }
    }


def taking(argument: str, type: str = "T", key: str = '@key(fields: "id")') -> str:
    return f"""
    type Query {{ p: P }}
    type P @context(name: "c") {{ n: Int ns: [Int] s: String! t: {type} q: P u: U }}
    union U = P
    type T {key} {{ id: ID! x(a: {argument}): Int }}
    """


@dataclass(frozen=True)
class Refused:
    code: str
    sdl: str
    at: str = "T.x(a:)"


@pytest.mark.parametrize(
    "case",
    [
        Refused("NO_CONTEXT_REFERENCED", taking('Int @fromContext(field: "c { n }")')),
        Refused("NO_CONTEXT_REFERENCED", taking("Int @fromContext")),
        Refused("CONTEXT_NOT_SET", taking('Int @fromContext(field: "$d { n }")')),
        Refused("CONTEXT_NOT_SET", taking('Int = 1 @fromContext(field: "$c { n }")')),
        Refused(
            "CONTEXT_NOT_SET",
            taking('Int @fromContext(field: "$c { n }")').replace(
                "type T", "interface I { x: Int } type T implements I"
            ),
        ),
        *(
            Refused("CONTEXT_INVALID_SELECTION", taking(f'{type} @fromContext(field: "$c{text}")'))
            for type, text in (
                ("Int", ""),
                ("Int", " { nope }"),
                ("Int", " { n s }"),
                ("Int", " { q }"),
                ("Int", " { q { n s } }"),
                ("Int", " { k: n }"),
                ("Int", " { n @skip(if: true) }"),
                ("Int", " { s }"),
                ("Int!", " { n }"),
                ("String!", " { q { s } }"),
                ("Int", " { ns }"),
                ("[Int!]", " { ns }"),
                ("String", " { __typename }"),
                ("Int", " ... on T { id }"),
            )
        ),
        Refused(
            "CONTEXT_NO_RESOLVABLE_KEY",
            taking(
                'Int @fromContext(field: "$c { n }")', key='@key(fields: "id", resolvable: false)'
            ),
        ),
        Refused("CONTEXT_NAME_INVALID", 'type Query @context(name: "9") { n: Int }', "Query"),
        Refused(
            "CONTEXT_NAME_CONTAINS_UNDERSCORE",
            'type Query @context(name: "a_b") { n: Int }',
            "Query",
        ),
    ],
    ids=lambda case: case.code,
)
def test_what_cannot_be_taken_from_above_is_refused(case: Refused):
    with pytest.raises(CompositionFailed) as caught:
        composed({"a": case.sdl})
    found = [(each.code, each.subgraph, each.coordinate) for each in caught.value.problems]
    assert (case.code, "a", case.at) in found
    assert all(each.hint for each in caught.value.problems)


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("Int", "{ n }"),
        ("[Int]", "{ ns }"),
        ("String", "{ q { s } }"),
        ("Int", "{ u { ... on P { n } } }"),
    ],
)
def test_what_fits_composes(type: str, text: str):
    assert "contextArguments" in composed(
        {"a": taking(f'{type} @fromContext(field: "$c {text}")')}
    )


def test_a_way_on_which_nothing_sets_the_context_is_refused():
    sdl = taking('Int @fromContext(field: "$c { n }")').replace("p: P", "p: P t: T")
    with pytest.raises(CompositionFailed) as caught:
        composed({"a": sdl})
    [found] = caught.value.problems
    assert (found.code, found.coordinate) == ("SATISFIABILITY_ERROR", "T.x")
    assert "takes a value of a__c, but nothing above can tell it in: query { t { x } }" in str(
        found
    )


def test_an_argument_that_another_subgraph_requires_of_clients_is_refused():
    other = 'type T @key(fields: "id") { id: ID! x(a: Int!): Int @shareable }'
    mine = taking('Int @fromContext(field: "$c { n }")').replace("): Int }", "): Int @shareable }")
    with pytest.raises(CompositionFailed) as caught:
        composed({"a": mine, "b": other})
    [found] = caught.value.problems
    assert found.code == "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
    assert found.coordinate == "T.x(a:)"
    assert "b requires it" in found.message
    lenient = other.replace("Int!)", "Int)")
    assert "x: Int" in print_schema(Supergraph.parse(composed({"a": mine, "b": lenient})).schema)
