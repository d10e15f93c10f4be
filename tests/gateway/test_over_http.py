"""GraphQL over HTTP to the letter: the facts that the audits of graphql-http ask for, and more."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yarl

from deploy.local.checkout import ROOT
from gateway.accepting import Kind, accepted
from tests.gateway import shop
from tests.gateway.conftest import Answer, Front
from tests.proving import npm

GRAPHQL, JSON = Kind.GRAPHQL.value, Kind.JSON.value
TYPENAME = "{ __typename }"
WRONG: tuple[Any, ...] = ({}, 5, True, [])
BOTH = pytest.mark.parametrize("kind", [GRAPHQL, JSON])
MUTATION = 'mutation { addReview(product: "p1", stars: 5) { id } }'


async def post(front: Front, body: Any, kind: str = GRAPHQL, **headers: str) -> Answer:
    sent = {"content-type": JSON, "accept": kind} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with front.client.post(f"{front.url}/graphql", data=data, headers=sent) as got:
        return Answer(got.status, await got.json(content_type=None), got.headers)


async def get(front: Front, *, kind: str = GRAPHQL, headers: Any = None, **given: str) -> Answer:
    url, sent = f"{front.url}/graphql?{urlencode(given)}", {"accept": kind} | (headers or {})
    async with front.client.get(url, headers=sent) as got:
        return Answer(got.status, await got.json(content_type=None), got.headers)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", GRAPHQL),
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"{JSON};q=0.1, {GRAPHQL};q=0.9", GRAPHQL),
        (f"{JSON}; q=0.5, */*;q=0.1", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL}; charset=latin1, {JSON};q=0.2", JSON),
        ("text/html, */*;q=0.8", JSON),
        ("APPLICATION/JSON", JSON),
        (f"{GRAPHQL};q=nonsense, {JSON};q=0.1", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=0, */*;q=0.5", None),
        ("text/event-stream", None),
    ],
)
async def test_the_caller_decides_in_what_it_is_answered(header: str, kind: str | None):
    single = accepted(header).single
    assert (single and single.value) == kind


@pytest.mark.parametrize(
    ("header", "is_stream"),
    [
        ("text/event-stream", True),
        (f"{JSON}, text/event-stream", True),
        ("*/*", False),
        ("", False),
    ],
)
async def test_a_stream_must_be_asked_for_by_name(header: str, is_stream: bool):  # noqa: FBT001
    assert accepted(header).is_stream is is_stream


@BOTH
async def test_an_answer_is_in_the_kind_that_was_asked_for_and_in_utf_8(front: Front, kind: str):
    answer = await post(front, {"query": TYPENAME}, kind)
    assert (answer.status, answer.body) == (200, {"data": {"__typename": "Query"}})
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


async def test_what_we_do_not_answer_in_is_not_acceptable(front: Front):
    answer = await post(front, {"query": TYPENAME}, "text/html")
    assert (answer.status, answer.codes) == (406, ["BAD_REQUEST"])
    assert answer.headers["content-type"].startswith(JSON)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (JSON, 200),
        ("application/json; charset=utf-8", 200),
        ('Application/JSON;charset="UTF-8"', 200),
        ("application/json; charset=iso-8859-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
async def test_a_body_is_json_in_utf_8(front: Front, told: str, status: int):
    answer = await post(front, {"query": TYPENAME}, content_type=told)
    assert answer.status == status
    assert "data" not in answer.body or status == 200


async def test_texts_are_utf_8_both_ways(front: Front):
    document = '{ __type(name: "关系") { name } q: __typename }'
    body = json.dumps({"query": document}, ensure_ascii=False).encode()
    assert (await post(front, body)).data == {"__type": None, "q": "Query"}
    assert (await post(front, body.decode().encode("gbk"))).status == 400


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"{ __typename }"',
        b"{}",
        *(json.dumps({"query": it}).encode() for it in WRONG),
        b'{"query": null}',
        *(
            json.dumps({"query": TYPENAME, name: it}).encode()
            for name in ("operationName", "variables", "extensions")
            for it in (*WRONG[1:], {} if name == "operationName" else "x")
        ),
    ],
)
async def test_what_is_no_request_is_a_400_in_either_kind(front: Front, kind: str, body: bytes):
    answer = await post(front, body, kind)
    assert (answer.status, answer.codes) == (400, ["BAD_REQUEST"])
    assert "data" not in answer.body
    assert front.asked() == {}


@BOTH
@pytest.mark.parametrize(
    "more",
    [
        {"variables": None, "operationName": None, "extensions": None},
        {"variables": {}, "extensions": {"any": "thing"}},
        {"unknown": 5},
    ],
)
async def test_what_may_be_left_out_may_be_null_or_an_object(front: Front, kind: str, more: Any):
    answer = await post(front, {"query": TYPENAME, **more}, kind)
    assert (answer.status, answer.body) == (200, {"data": {"__typename": "Query"}})


@BOTH
async def test_variables_and_an_operation_name_are_taken(front: Front, kind: str):
    document = "query A($t: String!) { __type(name: $t) { name } } query B { __typename }"
    body = {"query": document, "variables": {"t": "Query"}, "operationName": "A"}
    answer = await post(front, body, kind)
    assert (answer.status, answer.data) == (200, {"__type": {"name": "Query"}})


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nobody }"},
        {"query": "{ __typename }", "operationName": "Nobody"},
        {"query": "query($t: String!) { __type(name: $t) { name } }"},
        {"query": "query($t: String!) { __type(name: $t) { name } }", "variables": {"t": 5}},
        {"query": "{ a: me { id } " + "b: __typename @skip(if: false) " * 301 + "}"},
    ],
)
async def test_a_document_that_cannot_be_run_has_the_status_of_its_kind(front: Front, body: Any):
    """By JSON a 200, since old clients take any other for a proxy's; else a 400."""
    for kind, status in ((GRAPHQL, 400), (JSON, 200), ("*/*", 200)):
        answer = await post(front, body, kind)
        assert answer.status == status
        assert "data" not in answer.body
        assert answer.codes[0] in ("BAD_REQUEST", "LIMIT_EXCEEDED")
    assert front.asked() == {}


@BOTH
async def test_an_answer_with_data_is_a_200_also_beside_errors(front: Front, kind: str):
    await front.stop("people")
    answer = await post(front, {"query": "{ me { name } }"}, kind)
    assert (answer.status, answer.data, len(answer.errors)) == (200, {"me": None}, 1)


@BOTH
async def test_a_query_may_come_by_get(front: Front, kind: str):
    document = "query A($t: String!) { __type(name: $t) { name } }"
    variables = json.dumps({"t": "Query"})
    answer = await get(front, kind=kind, query=document, variables=variables, operationName="A")
    assert (answer.status, answer.data) == (200, {"__type": {"name": "Query"}})
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    answer = await get(front, kind=kind, query=TYPENAME, variables="", extensions="{}")
    assert answer.data == {"__typename": "Query"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "query=",
        "query=%7B__typename%7D&variables=%7B",
        "query=%7B__typename%7D&variables=%5B%5D",
        "query=%7B__typename%7D&extensions=5",
        "query=%7B__typename%7D&query=%7B__typename%7D",
        "query=%ff",
        "&".join(f"x{it}=1" for it in range(30)),
    ],
)
async def test_a_get_that_is_no_request_is_a_400(front: Front, query: str):
    url = f"{front.url}/graphql" + (f"?{query}" if query else "")

    async with front.client.get(yarl.URL(url, encoded=True)) as got:
        assert got.status == 400
        assert (await got.json())["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@BOTH
async def test_a_mutation_never_comes_by_get(front: Front, kind: str):
    for document in (MUTATION, f"query Q {{ __typename }} {MUTATION.replace('{', 'M {', 1)}"):
        name = "M" if "Q" in document else ""
        headers = {"graphql-require-preflight": "1"}
        answer = await get(front, kind=kind, query=document, operationName=name, headers=headers)
        assert answer.status == 405
        assert answer.headers["allow"] == "POST"
        assert "data" not in answer.body
    assert front.asked() == {}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_not_allowed(front: Front, method: str):
    async with front.client.request(method, f"{front.url}/graphql?query=%7B__typename%7D") as got:
        assert (got.status, got.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "graphql-require-preflight": "1"}, 200),
        ({"sec-fetch-site": "cross-site", "apollo-require-preflight": "1"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example", "x-apollo-operation-name": "A"}, 200),
    ],
)
async def test_a_page_elsewhere_cannot_make_a_browser_ask(
    front: Front, headers: Mapping[str, str], status: int
):
    assert (await get(front, query=TYPENAME, headers=headers)).status == status
    own = {"origin": front.url, "sec-fetch-site": "same-origin"}
    assert (await get(front, query=TYPENAME, headers=own)).status == 200


async def test_a_get_is_no_larger_than_a_body(fronts: Any):
    front = await fronts({"people": shop.people()}, max_body_bytes=1024)
    assert (await get(front, query=TYPENAME + "#" * 2000)).status == 413


async def test_a_query_is_a_stream_of_one_where_only_that_is_taken(front: Front):
    url, headers = f"{front.url}/graphql", {"accept": "text/event-stream"}
    query = {"query": TYPENAME}
    for asking in (
        front.client.get(url, params=query, headers=headers),
        front.client.post(url, json=query, headers=headers),
    ):
        async with asking as got:
            assert (got.status, got.content_type) == (200, "text/event-stream")
            event, complete, end = (await got.text()).split("\n\n")
        assert event == 'event: next\ndata: {"data":{"__typename":"Query"}}'
        assert (complete, end) == ("event: complete\ndata:", "")
    async with front.client.post(url, headers=headers, json={"query": "{ nobody }"}) as got:
        assert (got.status, got.content_type) == (400, JSON)


async def test_a_body_that_never_ends_is_not_waited_for(fronts: Any):
    front = await fronts({"people": shop.people()}, request_seconds=0.3)
    host = front.url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(
        f"POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: {JSON}\r\n"
        "content-length: 500\r\n\r\n{".encode()
    )
    line = await asyncio.wait_for(reader.readline(), 30)
    assert line.startswith(b"HTTP/1.1 408")
    writer.close()


async def test_graphql_http_passes_each_of_its_audits(front: Front, tmp_path: Path):
    if not npm.is_there():
        pytest.skip("SKIP LOUDLY: node and npm are not here, so graphql-http's audits did not run")
    folder = npm.copied(ROOT / "tests" / "proving" / "http_audit", tmp_path / "audit")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    done = await asyncio.to_thread(subprocess.run, install, cwd=folder, capture_output=True)
    if done.returncode:
        pytest.skip("SKIP LOUDLY: npm could not fetch graphql-http, so its audits did not run")
    node = shutil.which("node") or "node"
    process = await asyncio.create_subprocess_exec(
        *(node, "audit.js"),
        cwd=folder,
        env={"URL": f"{front.url}/graphql"},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert said.decode().splitlines()[-1] == "61 of 61", said.decode()
