"""Serves ASGI applications in this process, and small subgraphs written as SDL and functions."""

import asyncio
import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import orjson
import uvicorn
from graphql import GraphQLError, build_ast_schema, execute_sync, parse, validate

DEADLINE_SECONDS = 10
MACHINERY = """
scalar _Any
extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
"""


class HttpSubgraph(ABC):
    """A subgraph behind HTTP that keeps what it was asked."""

    def __init__(self) -> None:
        self.says: tuple[int, bytes] | None = None
        """What it answers to everything, where a test wants to hear nonsense."""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.arrived = asyncio.Event()
        self.released = asyncio.Event()
        """Cleared by a test that holds the answers back."""
        self.released.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        asked = orjson.loads(body)
        self.asked.append(asked)
        self.arrived.set()
        await self.released.wait()
        status, answer = self.says or self._answer(asked)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    @abstractmethod
    def _answer(self, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        """Give the status and the body."""


class Subgraph(HttpSubgraph):
    """A small subgraph: an SDL, and a function for each root field and each entity."""

    def __init__(
        self,
        sdl: str,
        roots: Mapping[str, Callable[..., Any]],
        entities: Mapping[str, Callable[[dict[str, Any]], Any]] | None = None,
    ) -> None:
        super().__init__()
        self.sdl = sdl
        self.roots = roots
        self.entities = entities or {}
        self.schema = build_ast_schema(parse(self._full_sdl()), assume_valid_sdl=True)

    def _full_sdl(self) -> str:
        base = self.sdl if "type Query" in self.sdl else f"{self.sdl}\ntype Query"
        if not self.entities:
            return base
        members = [name for name in self.entities if f"interface {name} " not in self.sdl]
        return f"{base}\nunion _Entity = {' | '.join(members)}\n{MACHINERY}"

    def _answer(self, asked: Mapping[str, Any]) -> tuple[int, bytes]:
        document = parse(asked["query"])
        if faults := validate(self.schema, document):
            return 400, orjson.dumps({"errors": [fault.formatted for fault in faults]})
        result = execute_sync(
            self.schema,
            document,
            root_value=self,
            variable_values=asked.get("variables"),
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value["__typename"],
        )
        return 200, orjson.dumps(result.formatted)

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        if source is not self:
            value = source.get(info.field_name)
            if isinstance(value, GraphQLError):
                raise value
            return value(**arguments) if callable(value) else value
        if info.field_name == "_entities":
            return [self._entity(each) for each in arguments["representations"]]
        return self.roots[info.field_name](**arguments)

    def _entity(self, representation: dict[str, Any]) -> Any:
        name = representation["__typename"]
        try:
            found = self.entities[name](representation)
        except GraphQLError as error:
            return error
        return found and {"__typename": name, **found}


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the test run keeps its own


@contextlib.asynccontextmanager
async def served(app: Any, *, path: str | None = None, **more: Any) -> AsyncIterator[str]:
    """Serve an application on a free port, or on a unix socket; give its address."""
    config = uvicorn.Config(
        app,
        lifespan="off" if isinstance(app, HttpSubgraph) else "on",
        log_config=None,
        uds=path,
        timeout_graceful_shutdown=1,
        **more,
    )
    server = _Server(config)
    sockets = None
    address = f"unix:{path}"
    if path is None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        sockets, address = [listening], f"http://127.0.0.1:{listening.getsockname()[1]}"
    task = asyncio.create_task(server.serve(sockets))
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.005)
    try:
        yield address
    finally:
        server.should_exit = True
        await task
