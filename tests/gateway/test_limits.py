"""What is too large is refused before work is done for it; what was refused is remembered."""

import asyncio
import threading
from time import process_time
from typing import Any

import pytest

from gateway import limits, parsing, planner, validation
from gateway.errors import Code, RequestRefused
from gateway.limits import Limits
from tests.gateway import shop
from tests.gateway.conftest import Front
from tests.support.waiting import until

BOUNDS = Limits(max_tokens=100, max_depth=3, max_aliases=4, max_root_fields=5, max_directives=3)


def refusal(query: str, bounds: Limits = BOUNDS) -> str:
    with pytest.raises(RequestRefused) as refused:
        parsing.parse_document(query, bounds)
    assert refused.value.code is Code.LIMIT_EXCEEDED
    return str(refused.value)


@pytest.mark.parametrize(
    ("within", "beyond", "what"),
    [
        ("{" + "a " * 5 + "}", "{" + "a " * 6 + "}", "5 fields at its root"),
        (
            "{ ...F b } fragment F on Q { a a a a }",
            "{ ...F ...F } fragment F on Q { a a a }",
            "5 f",
        ),
        ("{ a { b { c } } }", "{ a { b { c { d } } } }", "3 levels of fields"),
        (
            "{ a { ...F } } fragment F on Q { b { c } }",
            "{ a { b { ...F } } } fragment F on Q { b { c } }",
            "3 levels",
        ),
        (
            "{ a { ... on Q { ... { b { c } } } } }",
            "{ a { ... on Q { b { ... { c { d } } } } } }",
            "3 levels",
        ),
        ("{ __schema { a { b { c { d } } } } }", "{ a { b { c { __typename } } } }", "3 levels"),
        ("{ a: a b { c: c d: d e: e } }", "{ a: a b { c: c d: d e: e f: f } }", "4 aliases"),
        (
            "{ a { ...F } b { ...F } } fragment F on Q { c: c d: d }",
            "{ a { ...F } b { ...F ...F } } fragment F on Q { c: c d: d }",
            "4 aliases",
        ),
        ("{ a @x @y b @z }", "{ a @x @y b @z @z }", "3 directives"),
        (
            "query @x { a { ... @y { b } ...F @z } } fragment F on Q { c }",
            "query @x { a { ... @y { b } ...F @z } } fragment F on Q { c @z }",
            "3 directives",
        ),
        (
            "query A { a } query B { a a a a a }",
            "query A { a } query B { a a a a a a }",
            "5 fields",
        ),
        (
            '{ a(x: "' + "y " * 500 + '") } # ' + "z " * 500,
            "{ a(x: [" + "1 " * 100 + "]) }",
            "100 tokens",
        ),
    ],
)
def test_a_document_is_measured_with_its_fragments_unfolded(within: str, beyond: str, what: str):
    assert parsing.parse_document(within, BOUNDS)
    assert refusal(beyond).startswith(f"a document has at most {what}")


def test_fragments_that_double_each_time_are_measured_at_once():
    bounds, begun = Limits(100_000, 25, 100, 100, 100), process_time()
    for links, told in ((40, "at most 100"), (5000, "at most 50 fragments within each other")):
        doubled = " ".join(
            f"fragment F{it} on Q {{ ...F{it + 1} ...F{it + 1} }}" for it in range(links)
        )
        last = f"fragment F{links} on Q {{ x: a }}"
        assert told in refusal(f"{{ ...F0 }} {doubled} {last}", bounds)
    assert process_time() - begun < 2


def test_fragments_in_a_circle_are_left_to_validation():
    circle = "{ ...F } fragment F on Q { ...G } fragment G on Q { ...F }"
    assert parsing.parse_document(circle, BOUNDS)


@pytest.mark.parametrize("bracket", ["{a", "(x: [", "["])
def test_what_is_nested_without_end_is_refused_before_it_is_parsed(
    bracket: str, monkeypatch: pytest.MonkeyPatch
):
    def unwanted(*_: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(parsing, "parse", unwanted)
    assert "brackets within" in refusal("{ a " + bracket * 5000, Limits(10**6, 25, 9, 9, 9))
    assert "100 tokens" in refusal("{ a " + "b " * 5000)


@pytest.mark.parametrize(
    "document",
    [
        "{" + "a { " * (limits.MAX_NESTING - 2) + "b" + " }" * (limits.MAX_NESTING - 2) + "}",
        "{ a(x: " + "[" * 115 + "]" * 115 + ") }",
        "{ a(x: " + "{x: " * 115 + "1" + "}" * 115 + ") }",
        "{" + "... { " * (limits.MAX_NESTING - 2) + "b" + " }" * (limits.MAX_NESTING - 2) + "}",
        "{ ...F0 } "
        + " ".join(f"fragment F{it} on Query {{ ...F{it + 1} }}" for it in range(49))
        + " fragment F49 on Query { b }",
        "query($x: " + "[" * 115 + "Int" + "]" * 115 + ") { a }",
    ],
)
async def test_what_is_nested_as_far_as_allowed_is_no_fault(fronts: Any, document: str):
    front = await fronts({"people": shop.people()}, max_depth=100)
    answer = await front.ask(document)
    assert set(answer.codes) <= {"BAD_REQUEST", "LIMIT_EXCEEDED"}
    assert answer.errors


async def test_each_limit_can_be_set(fronts: Any):
    tight = {"max_tokens": 200, "max_aliases": 1, "max_root_fields": 3, "max_directives": 1}
    front = await fronts({"people": shop.people()}, **tight)
    for query in (
        "{ a: __typename b: __typename }",
        "{ __typename me { id } a: __typename __schema { types { name } } }",
        "{ me @skip(if: false) { id @skip(if: false) } }",
        "{ me { " + "id " * 200 + "} }",
    ):
        answer = await front.ask(query)
        assert (answer.status, answer.codes) == (200, ["LIMIT_EXCEEDED"]), query
    assert front.asked() == {}


async def test_a_document_that_is_refused_is_looked_at_once(
    front: Front, monkeypatch: pytest.MonkeyPatch
):
    seen = []

    def counted(*given: Any, **more: Any) -> None:
        seen.append(given)
        validate(*given, **more)

    validate = validation.validate_document
    monkeypatch.setattr(validation, "validate_document", counted)
    first, second = [await front.ask("{ nobody }") for _ in range(2)]
    assert first.codes == second.codes == ["BAD_REQUEST"]
    ids = [it.errors[0]["extensions"]["requestId"] for it in (first, second)]
    assert ids[0] != ids[1]
    assert len(seen) == 1


async def test_a_fault_is_not_remembered(front: Front, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(limits, "check_size", broken)
    assert (await front.ask("{ me { id } }")).codes == ["INTERNAL"]
    monkeypatch.undo()
    assert (await front.ask("{ me { id } }")).data == {"me": {"id": "u1"}}


async def test_one_new_document_is_planned_once_also_when_who_asked_has_no_time_left(
    fronts: Any, monkeypatch: pytest.MonkeyPatch
):
    front = await fronts({"people": shop.people()}, request_seconds=0.5)
    let_go, planned, plan = threading.Event(), [], planner.plan

    def slow(*given: Any) -> Any:
        planned.append(given)
        let_go.wait(30)
        return plan(*given)

    monkeypatch.setattr(planner, "plan", slow)
    query = "{ me { name } }"
    late = await asyncio.gather(*(front.ask(query) for _ in range(5)))
    assert [(it.status, it.codes) for it in late] == [(504, ["DEADLINE_EXCEEDED"])] * 5
    let_go.set()

    async def is_answered() -> bool:
        return bool((await front.ask(query)).data == {"me": {"name": "Ada"}})

    await until(is_answered)
    assert len(planned) == 1
