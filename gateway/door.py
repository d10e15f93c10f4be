"""The ASGI application: bytes in, bytes out, and what an operator's probes ask."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from time import perf_counter
from typing import Any

import orjson

from gateway.authentication import Caller, Gatekeeper
from gateway.errors import Code, RequestRefused, error
from gateway.explorer import Explorer
from gateway.metrics import Metrics
from gateway.outcomes import note, outcome, told
from gateway.over_sockets import Sockets
from gateway.parsing import GraphQLRequest, read_request
from gateway.pipeline import Answers, Pipeline
from gateway.subgraphs import IDEMPOTENCY_KEY, Subgraphs
from services.chassis import subscribing, telemetry
from services.chassis.logs import say_of_all
from services.chassis.refusals import LimitExceeded
from services.chassis.subscribing import EventStream, Places
from services.chassis.tokens import Identity

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


class Response:
    """A status, headers and a body, ready to be sent."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self, status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.body = body
        self.headers = {
            "content-type": content_type,
            "content-length": str(len(body)),
            "x-content-type-options": "nosniff",
            **(headers or {}),
        }

    async def send(self, send: Send) -> None:
        headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in self.headers.items()]
        start = {"type": "http.response.start", "status": self.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body})


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
        self.sockets = Sockets(pipeline, gatekeeper, metrics, self.places)
        self.is_started = False
        self.is_draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self.sockets.serve(scope, receive, send)
        elif scope["type"] == "http" and self._is_live(scope):
            await self._subscribe(scope, receive, send)
        elif scope["type"] == "http":
            response = await self._respond(scope, receive)
            await response.send(send)

    def close(self) -> None:
        """Be no longer ready, and end what goes on: its clients go on elsewhere."""
        self.is_draining = True
        self.places.closing.set()
        self.sockets.restart()

    def _is_live(self, scope: Scope) -> bool:
        is_asked = (scope["method"], scope["path"]) == ("POST", "/graphql")
        return is_asked and subscribing.is_wanted(_headers(scope))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.subgraphs.open()
        self.is_started = True
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.subgraphs.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        path, method = scope["path"], scope["method"]
        if path == "/graphql":
            if method != "POST":
                return _plain(405, "POST a GraphQL request here", {"allow": "POST"})
            return await self._graphql(scope, receive)
        if method not in ("GET", "HEAD"):
            return _plain(404, "there is nothing here")
        return self._page(path)

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

    async def _graphql(self, scope: Scope, receive: Receive) -> Response:
        headers = _headers(scope)
        budget = self.pipeline.settings.request_seconds
        with telemetry.traced(telemetry.continued(headers, budget)):
            begun = perf_counter()
            status, answer = await outcome(self._answer(headers, receive))
            note(self.metrics, answer, perf_counter() - begun)
            return _response(status, answer, headers)

    async def _subscribe(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give an answer that goes on, as server-sent events."""
        headers = _headers(scope)
        budget = self.pipeline.settings.request_seconds
        with telemetry.traced(telemetry.continued(headers, budget)):
            status, opened = await outcome(self._opened(headers, receive))
            if isinstance(opened, dict):
                await _response(status, opened, headers).send(send)
                return
            answers, identity = opened
            try:
                with (
                    self.places.taken(identity.tenant, identity.subject),
                    self.metrics.subscriptions.track_inprogress(),
                ):
                    stream = EventStream(receive, send, self.places.closing)
                    await self._carry(answers, identity, stream)
            except LimitExceeded as refused:
                answer = {"errors": [error(Code.LIMIT_EXCEEDED, refused.message)]}
                await _response(429, answer, headers).send(send)

    async def _carry(self, answers: Answers, identity: Identity, stream: EventStream) -> None:
        """Carry answers until the caller's token expires, or nobody takes them."""
        seconds = identity.seconds_left(self.gatekeeper.verifier.clock())
        expired = told({"errors": [error(Code.UNAUTHENTICATED, subscribing.EXPIRED)]})
        await stream.follow(self._counted(answers), seconds, expired)

    async def _counted(self, answers: Answers) -> Answers:
        async with aclosing(answers):
            async for it in answers:
                self.metrics.delivered.inc()
                yield told(it)

    async def _answer(self, headers: Mapping[str, str], receive: Receive) -> dict[str, Any]:
        request, caller = await self._admitted(headers, receive)
        prepared = await self.pipeline.ready(request)
        if prepared.goes_on:
            message = "a subscription is answered as text/event-stream: accept that"
            raise RequestRefused(Code.BAD_REQUEST, message, status=406)
        return await self.pipeline.answer(prepared, request, caller)

    async def _opened(
        self, headers: Mapping[str, str], receive: Receive
    ) -> tuple[Answers, Identity]:
        request, caller = await self._admitted(headers, receive)
        prepared = await self.pipeline.ready(request)
        return self.pipeline.answers(prepared, request, caller), caller.identity

    async def _admitted(
        self, headers: Mapping[str, str], receive: Receive
    ) -> tuple[GraphQLRequest, Caller]:
        _check_content_type(headers.get("content-type", ""))
        body = await self._body(headers, receive)
        caller = self.gatekeeper.identify(headers.get("authorization", ""))
        say_of_all(tenant=caller.identity.tenant)
        return read_request(body, headers.get(IDEMPOTENCY_KEY, "")), caller

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        limit = self.pipeline.settings.max_body_bytes
        told = headers.get("content-length", "")
        if told.isdecimal() and int(told) > limit:
            raise _too_large(limit)
        parts, size, is_more = [], 0, True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestRefused(Code.BAD_REQUEST, "the caller left")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise _too_large(limit)
            is_more = message.get("more_body", False)
        return b"".join(parts)


def _check_content_type(told: str) -> None:
    """Take JSON only: a page elsewhere cannot send that without asking first."""
    if told.partition(";")[0].strip().lower() != JSON:
        message = "send the request as application/json"
        raise RequestRefused(Code.BAD_REQUEST, message, status=415)


def _too_large(limit: int) -> RequestRefused:
    message = f"the body is larger than {limit} bytes"
    return RequestRefused(Code.BAD_REQUEST, message, status=413)


def _response(status: int, answer: dict[str, Any], headers: Mapping[str, str]) -> Response:
    kind = GRAPHQL_JSON if GRAPHQL_JSON in headers.get("accept", "") else JSON
    more = {"x-request-id": telemetry.current().request_id}
    return Response(status, orjson.dumps(told(answer)), f"{kind}; charset=utf-8", more)


def _headers(scope: Scope) -> dict[str, str]:
    return {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}


def _plain(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, f"{text}\n".encode(), "text/plain; charset=utf-8", headers)
