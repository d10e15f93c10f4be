"""Serving HTTP on a port or a socket, started and stopped in order by whoever composes."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

UNIX = "unix:"
BACKLOG = 2048


class CannotListen(Exception):
    """The place to listen on is taken, or cannot be."""


class HttpServer(uvicorn.Server):
    """A uvicorn that leaves the signals to its composer, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Http:
    """One application on one address; port 0 takes any that is free."""

    def __init__(self, app: Any, listen: str, drain_seconds: float) -> None:
        self.listen = listen
        self.port = 0
        self.serving: asyncio.Task[None] | None = None
        self.server = HttpServer(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=max(1, round(drain_seconds)),
                uds=listen.removeprefix(UNIX) if listen.startswith(UNIX) else None,
            )
        )

    async def start(self) -> None:
        """Listen. `serving` then ends when told to stop, or by a fault."""
        sockets = None if self.listen.startswith(UNIX) else [self._bound()]
        serving = self.serving = asyncio.create_task(self.server.serve(sockets))
        listening = asyncio.create_task(self.server.listening.wait())
        await asyncio.wait([serving, listening], return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if serving.done() and (fault := serving.exception()):
            raise CannotListen(f"{self.listen}: {fault}") from fault

    async def stop(self) -> None:
        """Take no more connections, and return when what is in flight is answered."""
        self.server.should_exit = True
        if self.serving is not None:
            await asyncio.wait([self.serving])

    def _bound(self) -> socket.socket:
        host, _, port = self.listen.rpartition(":")
        try:
            bound = socket.create_server((host or "127.0.0.1", int(port)), backlog=BACKLOG)
        except (OSError, ValueError) as error:
            raise CannotListen(f"{self.listen}: {error}") from error
        self.port = bound.getsockname()[1]
        return bound
