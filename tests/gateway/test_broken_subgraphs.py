"""Subgraphs that are slow, die, answer half or nonsense: what is left is told, in time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest

from gateway import main
from gateway.composition import SubgraphSource, compose
from gateway.supergraph import Supergraph
from tests.gateway import shop
from tests.gateway.conftest import settings_for
from tests.gateway.serving import served

QUERY = "{ me { name } products(first: 1) { name } }"
MUTATION = 'mutation { addProduct(name: "Sofa") { id } }'
SECRET = "10.0.0.7:5432"  # what a subgraph may say of itself that no client should read
Part = bytes | float
"""Bytes that are sent, or seconds of silence."""


class Broken:
    """A server of raw bytes: for each connection the next script, and the last for all others."""

    def __init__(self, *scripts: tuple[Part, ...]) -> None:
        self.scripts = list(scripts)
        self.connections = 0
        self.headers: list[bytes] = []
        self.left = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.headers.append(await reader.readuntil(b"\r\n\r\n"))
            for part in script:
                if isinstance(part, float):
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(_ended(reader), part)
                        self.left.set()
                        break
                else:
                    writer.write(part)
                    await writer.drain()
        writer.close()


async def _ended(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


def answer(status: str, body: Any, *more: str, told_length: int | None = None) -> bytes:
    text = body if isinstance(body, bytes) else orjson.dumps(body)
    length = len(text) if told_length is None else told_length
    lines = [f"HTTP/1.1 {status}", f"content-length: {length}", "connection: close", *more]
    return "\r\n".join([*lines, "", ""]).encode() + text


ADA = answer("200 OK", {"data": {"me": {"name": "Ada"}}})
AWAY = answer("503 Service Unavailable", f"<h1>{SECRET}</h1>".encode())


class Asked:
    """A gateway before a broken `people` and a sound `products`."""

    def __init__(self, ask: Callable[..., Awaitable[Any]], people: Broken, products: Any) -> None:
        self.ask = ask
        self.people = people
        self.products = products


@pytest.fixture
async def gateways(tmp_path: Path, front_client: Any) -> AsyncIterator[Any]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(*scripts: tuple[Part, ...], of: str = "people", **more: Any) -> Asked:
            broken = Broken(*scripts)
            server = await asyncio.start_server(broken, "127.0.0.1", 0)
            await stack.enter_async_context(server)
            at = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
            sound = {"people": shop.people(), "products": shop.products()}
            urls = {
                name: f"{await stack.enter_async_context(served(it))}/graphql"
                for name, it in sound.items()
                if name != of
            }
            settings, _, _ = settings_for(tmp_path, subgraph_urls=urls | {of: at}, **more)
            sources = {n: SubgraphSource("http://nowhere", s.sdl) for n, s in sound.items()}
            door = main.build(settings, Supergraph.parse(compose(sources)))
            url = await stack.enter_async_context(served(door))

            async def ask(query: str = QUERY) -> Any:
                async with front_client.post(f"{url}/graphql", json={"query": query}) as got:
                    text = await got.text()
                    assert SECRET not in text
                    assert "127.0.0.1" not in text
                    return orjson.loads(text)

            return Asked(ask, broken, sound["products"])

        yield make


def require_partial(told: Any, code: str) -> None:
    """All of the sound subgraph, null of the other, and one error that says whose."""
    assert told["data"] == {"me": None, "products": [{"name": "Lamp"}]}
    (error,) = told["errors"]
    assert (error["extensions"]["code"], error["extensions"]["service"]) == (code, "people")
    assert error["path"] == ["me"]


HALF = orjson.dumps({"data": {"me": {"name": "Ada"}}})[:-6]


@pytest.mark.parametrize(
    "script",
    [
        (),
        (b"HTTP/1.1 200 OK\r\ncontent-le",),
        (answer("200 OK", HALF, told_length=len(HALF) + 6),),
        (answer("200 OK", HALF),),
        (b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"dat\r\nzz\r\n',),
        (f"{SECRET} is no HTTP at all\r\n\r\n".encode(),),
        (answer("200 OK", f"<html>{SECRET}</html>".encode()),),
        (answer("200 OK", b"\xff\xfe\x00"),),
        (answer("200 OK", [1, 2]),),
        (answer("200 OK", {}),),
        (answer("500 Internal Server Error", f"stack trace at {SECRET}".encode()),),
        (answer("404 Not Found", b""),),
        (AWAY,),
        (answer("302 Found", b"", f"location: http://{SECRET}/"),),
    ],
)
async def test_half_an_answer_or_nonsense_costs_its_own_fields_only(
    gateways: Any, script: tuple[Part, ...]
):
    gateway = await gateways(script)
    require_partial(await gateway.ask(), "SUBGRAPH_UNAVAILABLE")
    assert len(gateway.products.asked) == 1


@pytest.mark.parametrize("status", ["500 Internal Server Error", "401 Unauthorized", "503 Away"])
async def test_a_bad_status_with_a_graphql_body_is_read(gateways: Any, status: str):
    error = {"message": "not today", "path": ["me"], "extensions": {"code": "NOT_FOUND"}}
    gateway = await gateways((answer(status, {"data": {"me": None}, "errors": [error]}),))
    told = await gateway.ask()
    require_partial(told, "NOT_FOUND")
    assert told["errors"][0]["message"] == "not today"


@pytest.mark.parametrize(
    "script",
    [
        (30.0,),
        (b"HTTP/1.1 200 OK\r\n", 30.0),
        (answer("200 OK", HALF, told_length=len(HALF) + 6), 30.0),
    ],
)
async def test_a_slow_subgraph_is_given_up_at_the_deadline(
    gateways: Any, script: tuple[Part, ...]
):
    gateway = await gateways(script, request_seconds=0.5)
    begun = monotonic()
    require_partial(await gateway.ask(), "DEADLINE_EXCEEDED")
    assert 0.4 < monotonic() - begun < 5
    await asyncio.wait_for(gateway.people.left.wait(), 10)
    assert gateway.people.connections == 1


async def test_the_time_that_is_left_goes_along(gateways: Any):
    gateway = await gateways((ADA,), request_seconds=3)
    await gateway.ask()
    lines = gateway.people.headers[0].decode().lower().split("\r\n")
    told = next(it for it in lines if it.startswith("x-deadline-ms"))
    assert 0 < int(told.partition(": ")[2]) <= 3000


@pytest.mark.parametrize("first", [(), (AWAY,), (answer("502 Bad Gateway", b""),)])
async def test_a_read_is_tried_again(gateways: Any, first: tuple[Part, ...]):
    gateway = await gateways(first, first, (ADA,))
    told = await gateway.ask()
    assert told == {"data": {"me": {"name": "Ada"}, "products": [{"name": "Lamp"}]}}
    assert gateway.people.connections == 3


async def test_a_read_is_tried_three_times_at_most(gateways: Any):
    gateway = await gateways((AWAY,))
    require_partial(await gateway.ask(), "SUBGRAPH_UNAVAILABLE")
    assert gateway.people.connections == 3


async def test_no_other_status_is_tried_again(gateways: Any):
    gateway = await gateways((answer("500 Oh", b""),), (ADA,))
    require_partial(await gateway.ask(), "SUBGRAPH_UNAVAILABLE")
    assert gateway.people.connections == 1


async def test_nobody_waits_for_a_time_that_lies_behind_the_deadline(gateways: Any):
    later = answer("503 Later", b"", "retry-after: 60")
    gateway = await gateways((later,), (ADA,))
    begun = monotonic()
    require_partial(await gateway.ask(), "SUBGRAPH_UNAVAILABLE")
    assert monotonic() - begun < 5
    assert gateway.people.connections == 1


@pytest.mark.parametrize("script", [(), (AWAY,), (answer("200 OK", HALF, told_length=999),)])
async def test_a_mutation_goes_once(gateways: Any, script: tuple[Part, ...]):
    gateway = await gateways(script, of="products")
    told = await gateway.ask(MUTATION)
    assert [it["extensions"]["code"] for it in told["errors"]] == ["SUBGRAPH_UNAVAILABLE"]
    assert gateway.people.connections == 1


async def test_a_subgraph_that_stays_away_is_not_asked_three_times_as_often(gateways: Any):
    gateway = await gateways((AWAY,))
    for _ in range(20):
        require_partial(await gateway.ask(), "SUBGRAPH_UNAVAILABLE")
    assert gateway.people.connections == 20 + 10


async def test_an_answer_without_end_is_given_up(gateways: Any, monkeypatch: Any):
    monkeypatch.setattr("gateway.connections.MAX_ANSWER", 1 << 20)
    gateway = await gateways((answer("200 OK", b" " * (2 << 20)),))
    require_partial(await gateway.ask(), "SUBGRAPH_UNAVAILABLE")


async def test_of_a_thousand_errors_a_client_is_told_some(gateways: Any):
    errors = [{"message": f"{it}", "path": ["me"]} for it in range(1000)]
    gateway = await gateways(
        (answer("200 OK", {"data": {"me": None}, "errors": errors}),), max_errors=7
    )
    told = (await gateway.ask())["errors"]
    assert len(told) == 8
    assert told[-1]["message"] == "993 more errors are not told"
    assert told[-1]["extensions"]["code"] == "LIMIT_EXCEEDED"
