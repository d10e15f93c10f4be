"""Asks subgraphs over HTTP, by TCP or a unix socket, within the time that the request has left."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from itertools import count

import aiohttp

from gateway import listening, retrying
from gateway.answers import Answer
from gateway.authentication import Caller, Gatekeeper
from gateway.connections import UNIX, Answered, Pool
from gateway.errors import Code, SubgraphFailed
from gateway.metrics import Metrics
from gateway.planner import Fetch
from gateway.retrying import Retries
from services.chassis import telemetry
from services.chassis.subscribing import EVENT_STREAM

CONNECTIONS = 100
IDEMPOTENCY_KEY = "idempotency-key"
"""The header of the client's own, which services know too."""


class Subgraphs:
    """The subgraphs of the graph, each with its own pool of connections."""

    def __init__(self, urls: Mapping[str, str], gatekeeper: Gatekeeper, metrics: Metrics) -> None:
        self.urls = urls
        self.gatekeeper = gatekeeper
        self.metrics = metrics
        self._pools: dict[str, Pool] = {}
        self._listening: dict[str, aiohttp.ClientSession] = {}
        """For answers that go on, so that they take no connection from those that do not."""
        self._retries: defaultdict[str, Retries] = defaultdict(Retries)
        self._left: list[aiohttp.ClientSession] = []
        """For addresses that are asked no more, until who listens there is done."""

    async def open(self) -> None:
        for name, url in self.urls.items():
            self._open(name, url)

    def _open(self, name: str, url: str) -> None:
        self._pools[name] = Pool(url, CONNECTIONS)
        self._listening[name] = _listening(url)

    async def admit(self, urls: Mapping[str, str]) -> None:
        """Ask at these addresses from now on; those in use stay open for who is under way."""
        changed = {name: url for name, url in urls.items() if self.urls.get(name) != url}
        for name, url in changed.items():
            if name in self._pools:
                self._pools[name].close()
                self._left.append(self._listening[name])
            self._open(name, url)
        self.urls = {**self.urls, **urls}

    async def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        for session in (*self._listening.values(), *self._left):
            await session.close()

    async def ask(self, caller: Caller, fetch: Fetch, body: bytes, *, key: str = "") -> Answer:
        """Send a fetch and give the answer, whatever its status, or raise `SubgraphFailed`.

        `key` is the caller's idempotency key, which goes on to the one mutation that it is for.
        """
        name = fetch.subgraph
        with self.metrics.fetch(name) as outcome:
            try:
                async with asyncio.timeout(telemetry.current().remaining_seconds()):
                    text = await self._send(caller, fetch, body, key)
            except TimeoutError as error:
                outcome.failed()
                message = f"the {name} service did not answer in time"
                raise SubgraphFailed(Code.DEADLINE_EXCEEDED, message, repr(error)) from error
            except OSError as error:
                outcome.failed()
                raise listening.unavailable(name, repr(error)) from error
            answer = Answer.read(text)
            if answer is None:
                outcome.failed()
                raise listening.unavailable(name, f"no GraphQL answer but {text[:200]!r}")
            return answer

    async def listen(
        self, caller: Caller, fetch: Fetch, body: bytes
    ) -> AsyncGenerator[Answer, None]:
        """Give each answer to a subscription; whoever stops listening hangs up at once."""
        name = fetch.subgraph
        headers = {
            "content-type": "application/json",
            "accept": EVENT_STREAM,
            **self.gatekeeper.credentials(caller, name, lasting=True),
            **telemetry.current().child().headers(),
        }
        address, session = _address(self.urls[name]), self._listening[name]
        try:
            async with (
                session.post(
                    address, data=body, headers=headers, allow_redirects=False
                ) as response,
                aclosing(listening.answers(name, response)) as answers,
            ):
                async for it in answers:
                    yield Answer.of(it)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise listening.unavailable(name, repr(error)) from error

    async def _send(self, caller: Caller, fetch: Fetch, body: bytes, key: str) -> bytes:
        """Send, and give what comes back; a mutation goes once: it may have been done unsaid."""
        more = {IDEMPOTENCY_KEY: key} if key else {}
        if fetch.is_mutation:
            return (await self._post(caller, fetch.subgraph, body, more)).text
        retries, tries = self._retries[fetch.subgraph], count()
        while True:
            answered, failure = await self._tried(caller, fetch.subgraph, body)
            if failure is None and answered.status not in retrying.STATUSES:
                retries.answered()
                return answered.text
            left = telemetry.current().remaining_seconds()
            pause = retries.pause(next(tries), left, answered.come_again_seconds)
            if pause is None:
                break
            self.metrics.retried(fetch.subgraph)
            await asyncio.sleep(pause)
        if failure is not None:
            raise failure
        return answered.text

    async def _tried(
        self, caller: Caller, name: str, body: bytes
    ) -> tuple[Answered, Exception | None]:
        try:
            return await self._post(caller, name, body, {}), None
        except OSError as failure:
            return Answered(0, b"", 0.0), failure

    async def _post(
        self, caller: Caller, name: str, body: bytes, more: Mapping[str, str]
    ) -> Answered:
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            **self.gatekeeper.credentials(caller, name),
            **telemetry.current().child().headers(),
            **more,
        }
        return await self._pools[name].post(headers, body)


def _listening(url: str) -> aiohttp.ClientSession:
    """Open a client for answers that go on; it remembers nothing that one caller was told."""
    path = url.removeprefix(UNIX) if url.startswith(UNIX) else ""
    connector = aiohttp.UnixConnector(path, limit=0) if path else aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(
        connector=connector, timeout=listening.timeout(), cookie_jar=aiohttp.DummyCookieJar()
    )


def _address(url: str) -> str:
    return "http://subgraph/graphql" if url.startswith(UNIX) else url
