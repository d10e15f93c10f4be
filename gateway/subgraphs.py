"""Asks subgraphs over HTTP, by TCP or a unix socket, within the time that the request has left."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import aiohttp
import orjson

from gateway import listening
from gateway.authentication import Caller, Gatekeeper
from gateway.errors import Code, SubgraphFailed
from gateway.metrics import Metrics
from gateway.planner import Fetch
from services.chassis import telemetry
from services.chassis.subscribing import EVENT_STREAM

CONNECTIONS = 100
IDLE_SECONDS = 4
"""Shorter than servers keep idle connections: it is we who hang up, never in mid-request."""
UNIX = "unix:"
IDEMPOTENCY_KEY = "idempotency-key"
"""The header of the client's own, which services know too."""


class Subgraphs:
    """The subgraphs of the graph, each with its own pool of connections."""

    def __init__(self, urls: Mapping[str, str], gatekeeper: Gatekeeper, metrics: Metrics) -> None:
        self.urls = urls
        self.gatekeeper = gatekeeper
        self.metrics = metrics
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._listening: dict[str, aiohttp.ClientSession] = {}
        """For answers that go on, so that they take no connection from those that do not."""
        self._left: list[aiohttp.ClientSession] = []
        """For addresses that are asked no more, until who asked there is done."""

    async def open(self) -> None:
        for name, url in self.urls.items():
            self._open(name, url)

    def _open(self, name: str, url: str) -> None:
        self._sessions[name] = aiohttp.ClientSession(
            connector=_connector(url),
            timeout=aiohttp.ClientTimeout(total=None),  # the request's deadline rules
            json_serialize=lambda told: orjson.dumps(told).decode(),
        )
        self._listening[name] = aiohttp.ClientSession(
            connector=_connector(url, limit=0), timeout=listening.timeout()
        )

    async def admit(self, urls: Mapping[str, str]) -> None:
        """Ask at these addresses from now on; those in use stay open for who is under way."""
        changed = {name: url for name, url in urls.items() if self.urls.get(name) != url}
        for name, url in changed.items():
            self._left += [s[name] for s in (self._sessions, self._listening) if name in s]
            self._open(name, url)
        self.urls = {**self.urls, **urls}

    async def close(self) -> None:
        for session in (*self._sessions.values(), *self._listening.values(), *self._left):
            await session.close()

    async def ask(
        self, caller: Caller, fetch: Fetch, variables: Mapping[str, Any], *, key: str = ""
    ) -> Mapping[str, Any]:
        """Send a fetch and give the answer, whatever its status, or raise `SubgraphFailed`.

        `key` is the caller's idempotency key, which goes on to the one mutation that it is for.
        """
        body = orjson.dumps({"query": fetch.document, "variables": variables})
        name = fetch.subgraph
        with self.metrics.fetch(name) as outcome:
            try:
                async with asyncio.timeout(telemetry.current().remaining_seconds()):
                    text = await self._send(caller, fetch, body, key)
            except TimeoutError as error:
                outcome.failed()
                message = f"the {name} service did not answer in time"
                raise SubgraphFailed(Code.DEADLINE_EXCEEDED, message, repr(error)) from error
            except (aiohttp.ClientError, OSError) as error:
                outcome.failed()
                raise listening.unavailable(name, repr(error)) from error
            answer = _answer(text)
            if answer is None:
                outcome.failed()
                raise listening.unavailable(name, f"no GraphQL answer but {text[:200]!r}")
            return answer

    async def listen(
        self, caller: Caller, fetch: Fetch, variables: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """Give each answer to a subscription; whoever stops listening hangs up at once."""
        name = fetch.subgraph
        headers = {
            "content-type": "application/json",
            "accept": EVENT_STREAM,
            **self.gatekeeper.credentials(caller, name, lasting=True),
            **telemetry.current().child().headers(),
        }
        body = orjson.dumps({"query": fetch.document, "variables": variables})
        address, session = _address(self.urls[name]), self._listening[name]
        try:
            async with (
                session.post(address, data=body, headers=headers) as response,
                aclosing(listening.answers(name, response)) as answers,
            ):
                async for it in answers:
                    yield it
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise listening.unavailable(name, repr(error)) from error

    async def _send(self, caller: Caller, fetch: Fetch, body: bytes, key: str) -> bytes:
        if fetch.is_mutation:  # sent once: it may have been done although nobody says so
            more = {IDEMPOTENCY_KEY: key} if key else {}
            return await self._post(caller, fetch.subgraph, body, more)
        try:
            return await self._post(caller, fetch.subgraph, body, {})
        except (aiohttp.ServerDisconnectedError, ConnectionResetError):
            return await self._post(caller, fetch.subgraph, body, {})

    async def _post(
        self, caller: Caller, name: str, body: bytes, more: Mapping[str, str]
    ) -> bytes:
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            **self.gatekeeper.credentials(caller, name),
            **telemetry.current().child().headers(),
            **more,
        }
        session = self._sessions[name]
        async with session.post(_address(self.urls[name]), data=body, headers=headers) as response:
            return await response.read()


def _connector(url: str, limit: int = CONNECTIONS) -> aiohttp.BaseConnector:
    if url.startswith(UNIX):
        path = url.removeprefix(UNIX)
        return aiohttp.UnixConnector(path, limit=limit, keepalive_timeout=IDLE_SECONDS)
    return aiohttp.TCPConnector(limit=limit, keepalive_timeout=IDLE_SECONDS)


def _address(url: str) -> str:
    return "http://subgraph/graphql" if url.startswith(UNIX) else url


def _answer(text: bytes) -> Mapping[str, Any] | None:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict) or not ("data" in told or told.get("errors")):
        return None
    errors = told.get("errors")
    return told if errors is None or isinstance(errors, list) else None
