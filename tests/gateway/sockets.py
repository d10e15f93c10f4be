"""A client of graphql-transport-ws that keeps to nothing by itself: tests say each message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.gateway.conftest import Front

PROTOCOL = "graphql-transport-ws"
PATIENCE = 30


class Client:
    """One connection; it says what it is told to, and gives what it hears."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, type: str, id: str | None = None, payload: Any = None) -> None:
        message = {"type": type, "id": id, "payload": payload}
        await self.socket.send_json({k: v for k, v in message.items() if v is not None})

    async def heard(self) -> Any:
        return await self.socket.receive_json(timeout=PATIENCE)

    async def begin(self, **payload: Any) -> None:
        await self.say("connection_init", payload=payload or None)
        assert await self.heard() == {"type": "connection_ack"}

    async def subscribe(self, id: str, query: str, **variables: Any) -> None:
        await self.say("subscribe", id, {"query": query, "variables": variables})

    async def closed(self) -> int:
        """Give the code with which the other side closes; nothing may come before."""
        message = await self.socket.receive(timeout=PATIENCE)
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return int(message.data)

    async def answer(self, id: str, query: str, **variables: Any) -> Any:
        """Ask for one answer, and hear it and that it was all."""
        await self.subscribe(id, query, **variables)
        told = await self.heard()
        assert (told["id"], told["type"]) == (id, "next"), told
        assert await self.heard() == {"id": id, "type": "complete"}
        return told["payload"]


@asynccontextmanager
async def connected(front: Front, *protocols: str, headers: Any = None) -> AsyncIterator[Client]:
    async with front.client.ws_connect(
        f"{front.url}/graphql", protocols=protocols or (PROTOCOL,), headers=headers
    ) as socket:
        yield Client(socket)
