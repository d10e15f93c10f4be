"""The ASGI application of a service: the graph on its path, probes and other pages beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.chassis.endpoint import Endpoint, Receive, Scope, Send

GRAPH = "/graphql"


@dataclass
class Health:
    """What the probes ask. A dependency that is away makes nobody kill us."""

    is_started: bool = False
    is_draining: bool = False

    @property
    def is_ready(self) -> bool:
        return self.is_started and not self.is_draining


class App:
    """The graph's path bypasses the framework, whose routing would cost more than the answer."""

    def __init__(
        self, health: Health, endpoint: Endpoint | None, routers: Iterable[APIRouter] = ()
    ) -> None:
        self.health = health
        self.endpoint = endpoint
        self.pages = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        self.pages.include_router(probes(health))
        for it in routers:
            self.pages.include_router(it)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_graph = scope["type"] == "http" and scope["path"] == GRAPH
        if self.endpoint is None or not is_graph:
            await self.pages(scope, receive, send)
        elif self.health.is_started:
            await self.endpoint(scope, receive, send)
        else:
            await page("starting", is_well=False)(scope, receive, send)


def probes(health: Health) -> APIRouter:
    router = APIRouter()

    @router.get("/livez")
    async def live() -> Response:
        return page("alive")

    @router.get("/startupz")
    async def started() -> Response:
        return page("started" if health.is_started else "starting", is_well=health.is_started)

    @router.get("/readyz")
    async def ready() -> Response:
        return page("ready" if health.is_ready else "not ready", is_well=health.is_ready)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def page(text: str, *, is_well: bool = True) -> Response:
    return PlainTextResponse(f"{text}\n", 200 if is_well else 503)
