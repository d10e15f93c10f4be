"""A gateway process under load beside clients that are silent: what has grown by its end."""

import asyncio
import contextlib
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import orjson

from deploy.local import ports
from gateway.composition import SubgraphSource, compose
from tests.gateway import shop
from tests.gateway.live import ORDERS, PLACED, products
from tests.gateway.serving import Subgraph, served
from tests.gateway.sockets import PROTOCOL, Client
from tests.gateway.test_main import environment, running
from tests.support.waiting import until

WORKERS = 4
TICK_SECONDS = 0.05
KEPT_CHARACTERS = 20_000
"""What the gateway remembers of documents: little, so that it forgets from the first minute on."""
MORE_MEMORY, MORE_OF_ALL = 0.1, 10
"""What may be more at the end: a tenth of the memory; ten connections or tasks."""


class Ticking(Subgraph):
    """A subgraph whose subscription tells something all the time, until nobody listens."""

    def __init__(self) -> None:
        super().__init__(ORDERS, {}, {"Product": lambda it: it})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        kind = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        left = asyncio.create_task(receive())
        event = orjson.dumps({"data": {"order": {"id": "o", "product": {"id": "p"}}}})
        while not left.done():
            body = b"event: next\ndata: " + event + b"\n\n"
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await asyncio.wait([left], timeout=TICK_SECONDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the process has at one time, at rest."""

    memory: int
    """KiB that are resident."""
    files: int
    tasks: int
    websockets: int

    def __str__(self) -> str:
        return (
            f"{self.memory / 1024:.1f} MiB, {self.files} files and sockets,"
            f" {self.tasks} tasks, {self.websockets} WebSockets"
        )


class Soak:
    """Run it once: it says what it does, and gives whether nothing has grown."""

    def __init__(
        self, folder: Path, seconds: float, clients: int, say: Callable[[str], object]
    ) -> None:
        self.folder = folder
        self.seconds = seconds
        self.clients = clients
        self.say = say
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.begun = self.closed = 0

    async def run(self) -> bool:
        broken = products()
        subgraphs = {"orders": Ticking(), "products": broken, "people": shop.people()}
        async with contextlib.AsyncExitStack() as stack:
            urls = {
                name: f"{await stack.enter_async_context(served(it))}/graphql"
                for name, it in subgraphs.items()
            }
            process = await stack.enter_async_context(self._gateway(subgraphs, urls))
            self.broken = broken
            idle = await stack.enter_async_context(self._idle())
            begun = await self._after(process, self.seconds / 2)
            ended = await self._after(process, self.seconds / 2)
            self.say(f"answers: {dict(sorted(self.done.items()))}")
            return self._is_well(begun, ended, len(idle))

    @contextlib.asynccontextmanager
    async def _gateway(
        self, subgraphs: Mapping[str, Subgraph], urls: Mapping[str, str]
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        port = ports.any_free()
        self.url = f"http://127.0.0.1:{port}"
        told = {
            "HTTP_LISTEN": f"127.0.0.1:{port}",
            "SUBGRAPH_URLS": orjson.dumps(urls).decode(),
            "KEPT_CHARACTERS": str(KEPT_CHARACTERS),
            "LOG_LEVEL": "ERROR",
            "MAX_WEBSOCKETS": str(self.clients + 1000),
            "REQUEST_SECONDS": "60",  # a busy machine is slow, and that is not what is asked
            "WEBSOCKET_INIT_SECONDS": "60",
        }
        env = environment(self.folder, **told)
        sources = {name: SubgraphSource("http://no", it.sdl) for name, it in subgraphs.items()}
        (self.folder / "supergraph.graphql").write_text(compose(sources))
        async with running(env, url=self.url) as (process, client):
            self.client = client
            yield process

    @contextlib.asynccontextmanager
    async def _idle(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Have clients that began and are silent; each notices when it is let go."""
        begun = monotonic()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            idle = [asyncio.create_task(self._silent(session)) for _ in range(self.clients)]

            await until(lambda: self.begun == self.clients, 300)
            self.say(f"{self.clients} WebSockets are open after {monotonic() - begun:.0f} s")
            try:
                yield idle
            finally:
                for it in idle:
                    it.cancel()
                await asyncio.gather(*idle, return_exceptions=True)

    async def _silent(self, session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{self.url}/graphql", protocols=(PROTOCOL,)) as socket:
            await Client(socket).begin()
            self.begun += 1
            await socket.receive()  # until it is let go
            self.closed += 1

    async def _after(self, process: asyncio.subprocess.Process, seconds: float) -> Reading:
        """Load it for so long, let it come to rest, and read what it has."""
        end = monotonic() + seconds
        deeds = (self._ask, self._refused, self._leave, self._converse, self._listen, self._fail)
        await asyncio.gather(*(self._repeat(deed, end) for deed in deeds for _ in range(WORKERS)))
        self.broken.says = None
        await until(self._is_at_rest, 60)
        measures = await self._measures()
        reading = Reading(
            _resident(process.pid),
            _open_files(process.pid),
            int(measures["gateway_tasks"]),
            int(measures["gateway_websockets_open"]),
        )
        self.say(f"after {seconds:.0f} s more of load: {reading}")
        return reading

    async def _is_at_rest(self) -> bool:
        """No more is open than what is meant to be, and pools have hung up what is idle."""
        found = await self._measures()
        at_rest = found["gateway_websockets_open"] <= self.clients
        if at_rest and found["gateway_subscriptions_open"] == 0:
            await asyncio.sleep(5)  # the pools' own time, and a little
            return True
        return False

    async def _measures(self) -> dict[str, float]:
        async with self.client.get(f"{self.url}/metrics") as got:
            page = await got.text()
        found = re.findall(r"^(\w+) (\S+)$", page, re.MULTILINE)
        return {name: float(value) for name, value in found}

    async def _repeat(self, deed: Callable[[], Any], end: float) -> None:
        while monotonic() < end:
            try:
                async with asyncio.timeout(60):
                    await deed()
            except (AssertionError, aiohttp.ClientError, OSError) as fault:
                self.wrong.append(f"{deed.__name__}: {fault!r}")
            await asyncio.sleep(random.uniform(0, 0.02))

    async def _ask(self) -> None:
        """Ask what was never asked before, and what always is."""
        alias = f"a{random.randrange(10**9)}"
        for query in ("{ me { name } }", f"{{ me {{ {alias}: name id }} }}"):
            answer = await self._answer(query)
            assert answer.get("data", {}).get("me"), answer
            self.done["answered"] += 1

    async def _refused(self) -> None:
        answer = await self._answer(f"{{ nobody{random.randrange(10**9)} }}")
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        self.done["refused"] += 1

    async def _answer(self, query: str) -> Any:
        async with self.client.post(f"{self.url}/graphql", json={"query": query}) as got:
            return await got.json(content_type=None)

    async def _leave(self) -> None:
        """Leave in the middle of a request, or before its answer."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        body = b'{"query": "{ me { name } something }"}'
        lines = ["POST /graphql HTTP/1.1", "host: x", "content-type: application/json"]
        head = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""])
        writer.write(head.encode() + body[: random.choice((5, len(body)))])
        await writer.drain()
        writer.transport.abort()
        self.done["left"] += 1

    async def _converse(self) -> None:
        """Ask over a WebSocket, and leave it with or without a word."""
        async with self.client.ws_connect(f"{self.url}/graphql", protocols=(PROTOCOL,)) as socket:
            client = Client(socket)
            await client.begin()
            for number in range(3):
                await client.answer(str(number), "{ me { name } }")
            await client.subscribe("live", PLACED)
            first = await client.heard()
            assert first["type"] in ("next", "error"), first
            if random.random() < 0.5:
                socket._response.connection.transport.abort()
        self.done["conversed"] += 1

    async def _listen(self) -> None:
        """Listen by server-sent events for a moment."""
        headers = {"accept": "text/event-stream"}
        body = {"query": PLACED}
        async with self.client.post(f"{self.url}/graphql", json=body, headers=headers) as got:
            assert got.status in (200, 429), got.status
            if got.status == 200:
                await got.content.readuntil(b"\n\n")
                got.close()
        self.done["listened"] += 1

    async def _fail(self) -> None:
        """Let a subgraph fail for a moment, and ask it."""
        self.broken.says = 503, b"away"
        await self._answer("{ something me { name } }")
        self.broken.says = None
        self.done["failed"] += 1

    def _is_well(self, begun: Reading, ended: Reading, clients: int) -> bool:
        for it in (self.wrong or ["nothing unexpected was answered"])[:10]:
            self.say(it)
        grown = ended.memory / begun.memory - 1
        self.say(f"memory is {grown:+.1%}; {self.closed} of {clients} idle clients were let go")
        return (
            not self.wrong
            and self.closed == 0
            and grown <= MORE_MEMORY
            and ended.files <= begun.files + MORE_OF_ALL
            and ended.tasks <= begun.tasks + MORE_OF_ALL
            and ended.websockets == clients
        )


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1])


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
