"""Connections to one server by plain HTTP/1.1: kept open, one request at a time on each.

A general client costs four times as much for each request; this one can do what a subgraph
needs, a POST that is answered with a status and a body.
"""

import asyncio
import base64
import ssl
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import httptools

MAX_ANSWER = 64 << 20
"""Bytes of an answer: a server that gives more has lost its way."""
IDLE_SECONDS = 4.0
"""Shorter than servers keep idle connections: it is we who hang up, never in mid-request."""
UNIX = "unix:"


class Answered(NamedTuple):
    """What came back: a status and a body, and when to come again, if that was said."""

    status: int
    text: bytes
    come_again_seconds: float


class Address:
    """Where a server is: by TCP, with TLS or without, or by a unix socket."""

    __slots__ = ("head", "host", "path", "port", "tls")

    def __init__(self, url: str) -> None:
        self.path = url.removeprefix(UNIX) if url.startswith(UNIX) else ""
        told = urlsplit("http://subgraph/graphql" if self.path else url)
        self.host = told.hostname or ""
        self.tls = ssl.create_default_context() if told.scheme == "https" else None
        self.port = told.port or (443 if self.tls else 80)
        target = (told.path or "/") + (f"?{told.query}" if told.query else "")
        head = f"POST {target} HTTP/1.1\r\nhost: {told.netloc.rpartition('@')[2]}\r\n"
        if told.username is not None:
            pair = f"{unquote(told.username)}:{unquote(told.password or '')}"
            head += f"authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"
        self.head = head

    async def connect(self) -> "Connection":
        loop = asyncio.get_running_loop()
        if self.path:
            _, connection = await loop.create_unix_connection(Connection, self.path)
        else:
            _, connection = await loop.create_connection(
                Connection, self.host, self.port, ssl=self.tls
            )
        return connection


class Connection(asyncio.Protocol):
    """One connection, and the answer that is coming on it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.is_open = False
        self.idle_since = 0.0
        self._answer: asyncio.Future[Answered] | None = None
        self._begin()

    async def ask(self, request: bytes) -> Answered:
        """Send a request, and give what comes back; raises `OSError` where that is nothing."""
        if not self.is_open:
            raise ConnectionError("the connection was closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._begin()
        self.transport.write(request)
        try:
            return await self._answer
        except BaseException:
            self.close()  # what else comes is no answer to anybody
            raise
        finally:
            self._answer = None

    @property
    def is_good(self) -> bool:
        """Whether it can carry another request."""
        return self.is_open and self._keeps

    def close(self) -> None:
        self.is_open = False
        self.transport.abort()

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream's is this one
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.close()  # nothing was asked
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, ConnectionError) as failure:
            self._fail(f"it speaks no HTTP: {failure}")

    def connection_lost(self, failure: Exception | None) -> None:
        self.is_open = False
        if self._until_end and failure is None:
            self._complete()
        self._fail("it hung up")

    # What the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        told = self._headers.keys()
        self._until_end = not told & {b"content-length", b"transfer-encoding"}

    def on_body(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > MAX_ANSWER:
            raise ConnectionError("the answer is too large")
        self._parts.append(part)

    def on_message_complete(self) -> None:
        if self._status < 200:  # noqa: PLR2004  # on the way to the answer
            self._forget()
            return
        is_awaited = self._answer is not None and not self._answer.done()
        self._keeps = is_awaited and self._parser.should_keep_alive()
        self._complete()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._forget()

    def _forget(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._parts: list[bytes] = []
        self._size = self._status = 0
        self._keeps = self._until_end = False

    def _complete(self) -> None:
        self._until_end = False
        if self._answer is not None and not self._answer.done():
            again = self._headers.get(b"retry-after", b"")
            seconds = float(again) if again.isdigit() else 0.0
            self._answer.set_result(Answered(self._status, b"".join(self._parts), seconds))

    def _fail(self, reason: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(reason))


class Pool:
    """The connections to one server: those in use, and those that wait to be used again."""

    def __init__(self, url: str, limit: int) -> None:
        self.address = Address(url)
        self._free = asyncio.Semaphore(limit)
        self._idle: deque[Connection] = deque()
        self._sweeping: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answered:
        """Send a body, and give what comes back, or raise `OSError`."""
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"{self.address.head}{''.join(lines)}content-length: {len(body)}\r\n\r\n"
        if head.count("\n") != len(lines) + self.address.head.count("\n") + 2:
            raise ConnectionError("a header holds more than one line")
        async with self._free:
            connection = self._reused() or await self.address.connect()
            answered = await connection.ask(head.encode() + body)
        self._keep(connection)
        return answered

    def close(self) -> None:
        """Close what is idle now; what is in use is closed when it is done."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _reused(self) -> Connection | None:
        """Give the one that was used last, so that those that are too many grow old."""
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    def _keep(self, connection: Connection) -> None:
        if self._is_closed or not connection.is_good:
            connection.close()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweeping is None:
            self._sweeping = loop.call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Hang up on what was idle for too long, and look again while anything is kept."""
        loop = asyncio.get_running_loop()
        oldest = loop.time() - IDLE_SECONDS
        while self._idle and (not self._idle[0].is_open or self._idle[0].idle_since <= oldest):
            self._idle.popleft().close()
        wait = self._idle[0].idle_since - oldest if self._idle else 0.0
        self._sweeping = loop.call_later(wait, self._sweep) if self._idle else None
