"""Connections to a subgraph: used again, hung up on, and never used for two at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway import connections
from gateway.connections import Pool
from tests.support.waiting import until

BODY = b'{"data":{}}'
KEPT = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n" + BODY
CLOSED = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n" + BODY
UNTIL_END = b"HTTP/1.1 200 OK\r\n\r\n" + BODY
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n" + BODY[:4]
CHUNKED += b"\r\n7\r\n" + BODY[4:] + b"\r\n0\r\n\r\n"
HINTED = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + KEPT
TWICE = KEPT + KEPT


class Server:
    """Answers each request with the same bytes, and notes what came."""

    def __init__(self, said: bytes) -> None:
        self.said = said
        self.heads: list[bytes] = []
        self.open = self.opened = 0
        self.held: asyncio.Event | None = None

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.opened += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(2)
                if self.held is not None:
                    await self.held.wait()
                writer.write(self.said)
                await writer.drain()
                if self.said in (CLOSED, UNTIL_END):
                    break
        self.open -= 1
        writer.close()


@pytest.fixture
async def servers() -> AsyncIterator[Any]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(said: bytes, limit: int = 10) -> tuple[Server, Pool]:
            server = Server(said)
            serving = await asyncio.start_server(server, "127.0.0.1", 0)
            port = serving.sockets[0].getsockname()[1]
            pool = Pool(f"http://127.0.0.1:{port}/graphql?v=1", limit)
            stack.callback(serving.close)
            stack.callback(pool.close)
            return server, pool

        yield make


@pytest.mark.parametrize("said", [KEPT, CLOSED, UNTIL_END, CHUNKED, HINTED])
async def test_an_answer_is_read_however_its_end_is_told(servers: Any, said: bytes):
    server, pool = await servers(said)
    for _ in range(3):
        answered = await pool.post({"accept": "a/b"}, b"{}")
        assert (answered.status, answered.text) == (200, BODY)
    assert server.opened == (3 if said in (CLOSED, UNTIL_END) else 1)
    assert server.heads[0].startswith(b"POST /graphql?v=1 HTTP/1.1\r\nhost: 127.0.0.1:")
    assert b"accept: a/b\r\ncontent-length: 2\r\n" in server.heads[0]


async def test_what_is_more_than_the_answer_ends_the_connection(servers: Any):
    server, pool = await servers(TWICE)
    for _ in range(2):
        assert (await pool.post({}, b"{}")).text == BODY
    assert server.opened == 2


async def test_each_request_has_its_own_connection_up_to_the_limit(servers: Any):
    server, pool = await servers(KEPT, limit=2)
    server.held = asyncio.Event()
    asking = [asyncio.create_task(pool.post({}, b"{}")) for _ in range(5)]
    await until(lambda: len(server.heads) == 2)
    server.held.set()
    assert {(await it).text for it in asking} == {BODY}
    assert server.opened == 2


async def test_who_leaves_takes_the_connection_along(servers: Any):
    server, pool = await servers(KEPT)
    server.held = asyncio.Event()
    asking = asyncio.create_task(pool.post({}, b"{}"))
    await until(lambda: server.heads)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    server.held.set()
    assert (await pool.post({}, b"{}")).text == BODY
    assert server.opened == 2


async def test_what_is_idle_for_too_long_is_hung_up(servers: Any, monkeypatch: Any):
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.05)
    server, pool = await servers(KEPT)
    await pool.post({}, b"{}")
    assert server.open == 1
    await until(lambda: server.open == 0)
    assert (await pool.post({}, b"{}")).text == BODY


async def test_a_header_cannot_hold_another(servers: Any):
    server, pool = await servers(KEPT)
    with pytest.raises(ConnectionError):
        await pool.post({"authorization": "a\r\nx-user: somebody"}, b"{}")
    with pytest.raises(ConnectionError):
        await pool.post({"authorization": "a\nx-user: somebody"}, b"{}")
    assert server.heads == []
