"""Swaps the graph while requests go on; a graph that is of no use leaves the old one serving."""

import asyncio
import hmac
import signal
from collections.abc import Mapping
from typing import Any

import orjson

from gateway.door import Door
from gateway.event_fields import InvalidEvents
from gateway.graphs import Graph
from gateway.responses import Receive, Response, Scope, Send
from gateway.sources import GraphSource, NoGraph
from services.chassis.logs import log

PATH = "/admin/reload"
JSON = "application/json"


class Reloading:
    """Reads the source anew when it is told to: by SIGHUP, or by who knows the secret."""

    def __init__(self, door: Door, source: GraphSource, secret: str = "") -> None:
        self.door = door
        self.source = source
        self.secret = secret
        self._one_at_a_time = asyncio.Lock()
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._told)
        if scope["type"] == "http" and scope["path"] == PATH and self.secret:
            await (await self._asked(scope)).send(send)
        else:
            await self.door(scope, receive, send)

    async def reload(self) -> None:
        """Serve the source's graph from now on, or raise `NoGraph` and serve the old one."""
        async with self._one_at_a_time:
            supergraph, pipeline = await self.source.read(), self.door.pipeline
            try:
                events = pipeline.events.read_anew()
            except InvalidEvents as error:
                raise NoGraph(str(error)) from error
            urls = {it: url for it, url in supergraph.urls.items() if it not in events.files}
            await self.door.subgraphs.admit(urls)
            pipeline.events = events
            pipeline.graph = Graph(supergraph, pipeline.settings.kept_characters)
            log().info("the graph was reloaded", subgraphs=list(supergraph.subgraphs))

    def _told(self) -> None:
        task = asyncio.get_running_loop().create_task(self._try())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _try(self) -> None:
        try:
            await self.reload()
        except NoGraph as error:
            log().error("the graph was not reloaded", reasons=list(error.reasons))

    async def _asked(self, scope: Scope) -> Response:
        if scope["method"] != "POST":
            return _response(405, {"errors": [{"message": "POST here to reload"}]})
        told = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(told, f"Bearer {self.secret}".encode()):
            return _response(401, {"errors": [{"message": "the admin secret is not this"}]})
        try:
            await self.reload()
        except NoGraph as error:
            log().error("the graph was not reloaded", reasons=list(error.reasons))
            return _response(422, {"errors": [{"message": each} for each in error.reasons]})
        return _response(200, {"subgraphs": list(self.door.pipeline.supergraph.subgraphs)})


def _response(status: int, told: Mapping[str, Any]) -> Response:
    return Response(status, orjson.dumps(told), JSON)
