"""The ASGI application: which way a request comes in, and what an operator's probes ask."""

from collections.abc import Mapping

from gateway.authentication import Gatekeeper
from gateway.explorer import Explorer
from gateway.metrics import Metrics
from gateway.over_http import OverHttp
from gateway.over_sockets import Sockets
from gateway.pipeline import Pipeline
from gateway.responses import Receive, Response, Scope, Send
from gateway.subgraphs import Subgraphs
from services.chassis.subscribing import Places


class Door:
    """Where requests come in; it is closed for new ones before the program ends."""

    def __init__(
        self,
        pipeline: Pipeline,
        gatekeeper: Gatekeeper,
        subgraphs: Subgraphs,
        metrics: Metrics,
        explorer: Explorer | None,
    ) -> None:
        self.pipeline = pipeline
        self.gatekeeper = gatekeeper
        self.subgraphs = subgraphs
        self.metrics = metrics
        self.explorer = explorer
        settings = pipeline.settings
        self.places = Places(settings.max_subscriptions_of_one, settings.max_subscriptions)
        self.http = OverHttp(pipeline, gatekeeper, metrics, self.places)
        self.sockets = Sockets(pipeline, gatekeeper, metrics, self.places)
        self.is_started = False
        self.is_draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self.sockets.serve(scope, receive, send)
        elif scope["path"] == "/graphql":
            await self.http.serve(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await self._page(scope["path"]).send(send)
        else:
            await _plain(404, "there is nothing here").send(send)

    def close(self) -> None:
        """Be no longer ready, and end what goes on: its clients go on elsewhere."""
        self.is_draining = True
        self.places.closing.set()
        self.sockets.restart()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.subgraphs.open()
        self.is_started = True
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.subgraphs.close()
        await self.pipeline.events.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _page(self, path: str) -> Response:
        match path:
            case "/livez":
                return _plain(200, "alive")
            case "/readyz":
                is_ready = self.is_started and not self.is_draining
                return _plain(200, "ready") if is_ready else _plain(503, "not ready")
            case "/startupz":
                return _plain(200, "started") if self.is_started else _plain(503, "starting")
            case "/metrics":
                return Response(200, self.metrics.page(), "text/plain; version=0.0.4")
            case "/" if self.explorer:
                page = self.explorer.page
                return Response(200, page, "text/html; charset=utf-8", self.explorer.headers)
        return _plain(404, "there is nothing here")


def _plain(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, f"{text}\n".encode(), "text/plain; charset=utf-8", headers)
