"""Whatever is asked, by whomever, is answered or refused: no operation is a fault."""

import asyncio
import json

import pytest

from tests.system import generated

EXAMPLES = 50
"""At each of the four doors, the same each time; `make prove` asks thousands, by chance."""


@pytest.fixture(scope="module")
async def doors(system):
    return await generated.doors(system)


@pytest.mark.parametrize("name", generated.DOORS)
async def test_generated_operations_are_answered_or_refused(doors, name):
    door = doors[name]
    await asyncio.to_thread(generated.explore, door, examples=EXAMPLES)
    assert door.faults == []
    assert door.asked >= EXAMPLES
    assert 0 < door.refused < door.asked


BODIES = [
    *(b"", b"{}", b"[]", b"null", b'"x"', b"{", b'{"query": 1}', b'{"query": null}'),
    *(b'{"query": ""}', b'{"query": "{"}', b"\xff\xfe", b'{"query": "{ __typename }", "'),
    *(b'{"query": "{ __typename }", "variables": []}', b'{"query": "\\ud800"}'),
    b'{"query": "query($a: Int) { __typename }", "variables": {"a": 1e400}}',
    b'{"query": "query($a: Int) { __typename }", "variables": {"a": NaN}}',
    b'{"query": "query($a: ID) { __typename }", "variables": {"a": "\\udfff"}}',
    b'{"query": "query($a: [Int]) { __typename }", "variables": {"a": ' + b"[" * 5000,
    b'{"query": "query($a: [Int]) { __typename }", "variables": {"a": %s%s}}'
    % (b"[" * 1000, b"]" * 1000),
    b'{"query": "%s"}' % (b"{a" * 3000),
    b'{"query": "{ a(b: %s) }"}' % (b"[" * 3000),
    b'{"query": "%s"}' % (b"a" * (1 << 20)),
    json.dumps({"query": "{ __typename }" + " #" + "x" * 5000}).encode(),
    json.dumps({"query": "{" + "a: __typename " * 6000 + "}"}).encode(),
    json.dumps({"query": "fragment F on Query { ...F } { ...F }"}).encode(),
    json.dumps({"query": "subscription { a }"}).encode(),
    json.dumps({"query": "{ __typename }", "operationName": "B"}).encode(),
]


@pytest.mark.parametrize("name", generated.DOORS)
async def test_a_body_that_is_no_request_is_refused_in_words(doors, name):
    door = doors[name]
    token = door.tokens["ADMINISTRATOR"]
    for body in BODIES:
        status, answer = await asyncio.to_thread(door.post, body, token)
        errors = json.loads(answer).get("errors", ())
        assert generated.fault(status, errors) == "", body[:80]


def test_a_fault_is_known_when_it_is_seen():
    fine = {"extensions": {"code": "INVALID", "requestId": "req_1"}}
    masked = {"extensions": {"code": "INTERNAL", "requestId": "req_1"}}
    assert generated.fault(200, [fine]) == generated.fault(401, [fine]) == ""
    assert "INTERNAL" in generated.fault(200, [fine, masked])
    late = {"extensions": {"code": "DEADLINE_EXCEEDED", "requestId": "req_1"}}
    assert "500" in generated.fault(500, [])
    assert "500" in generated.fault(500, [fine])
    assert generated.fault(504, [late]) == ""
    assert generated.fault(200, [{"message": "no code"}]) != ""
