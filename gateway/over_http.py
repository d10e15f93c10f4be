"""GraphQL over HTTP: queries by GET or POST, mutations by POST, one answer or a stream."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson
from graphql import OperationType

from gateway.accepting import Accepted, Kind, accepted
from gateway.authentication import Caller, Gatekeeper
from gateway.errors import Code, RequestRefused, error
from gateway.graphs import Prepared
from gateway.metrics import Metrics
from gateway.outcomes import note, outcome, told
from gateway.parsing import GraphQLRequest, read_parameters, read_request
from gateway.pipeline import Answers, Pipeline
from gateway.responses import Receive, Response, Scope, Send
from gateway.subgraphs import IDEMPOTENCY_KEY
from services.chassis import subscribing, telemetry
from services.chassis.logs import say_of_all
from services.chassis.refusals import LimitExceeded
from services.chassis.subscribing import EventStream, Places
from services.chassis.tokens import Identity

CHARSETS = ("", "utf-8", "utf8")
OWN_SITE = ("", "same-origin", "none")
PREFLIGHTED = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""Headers that a page elsewhere can send only after a browser has asked us whether it may."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may come in, what is asked, and how it is done."""

    request: GraphQLRequest
    caller: Caller
    prepared: Prepared


class OverHttp:
    """Answers what comes to /graphql by HTTP."""

    def __init__(
        self, pipeline: Pipeline, gatekeeper: Gatekeeper, metrics: Metrics, places: Places
    ) -> None:
        self.pipeline = pipeline
        self.gatekeeper = gatekeeper
        self.metrics = metrics
        self.places = places

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, begun = _headers(scope), perf_counter()
        wanted = accepted(headers.get("accept", ""))
        budget = self.pipeline.settings.request_seconds
        with telemetry.traced(telemetry.continued(headers, budget)):
            status, found = await self._admitted(wanted, scope, headers, receive)
            if isinstance(found, dict):
                answer = found
            elif wanted.is_stream and (found.prepared.goes_on or wanted.single is None):
                await self._stream(found, receive, send)
                return
            else:
                answering = self.pipeline.answer(found.prepared, found.request, found.caller)
                status, answer = await outcome(answering)
            note(self.metrics, answer, perf_counter() - begun)
            await _response(status, answer, wanted.kind, scope["method"]).send(send)

    async def _admitted(
        self, wanted: Accepted, scope: Scope, headers: Mapping[str, str], receive: Receive
    ) -> tuple[int, Admitted | dict[str, Any]]:
        """Read a request and make it ready, or say what is wrong with it and how bad that is."""
        status, read = await outcome(self._read(wanted, scope, headers, receive))
        if isinstance(read, dict):
            return status, read
        request, caller = read
        status, prepared = await outcome(self.pipeline.ready(request))
        if isinstance(prepared, dict):
            is_understood = status == 400 and wanted.single is Kind.JSON  # noqa: PLR2004
            return 200 if is_understood else status, prepared
        admitted = Admitted(request, caller, prepared)
        return await outcome(self._allowed(wanted, scope["method"], admitted))

    async def _read(
        self, wanted: Accepted, scope: Scope, headers: Mapping[str, str], receive: Receive
    ) -> tuple[GraphQLRequest, Caller]:
        method = scope["method"]
        if method not in ("GET", "POST"):
            raise RequestRefused(Code.BAD_REQUEST, "GET or POST a request here", status=405)
        if wanted.is_nothing:
            known = ", ".join(it.value for it in Kind)
            raise RequestRefused(Code.BAD_REQUEST, f"what we answer in is {known}", status=406)
        if method == "GET":
            _check_site(headers)
            text = scope["query_string"]
            self._check_size(len(text))
            request = read_parameters(text)
        else:
            _check_content_type(headers.get("content-type", ""))
            body = await self._body(headers, receive)
            request = read_request(body, headers.get(IDEMPOTENCY_KEY, ""))
        caller = self.gatekeeper.identify(headers.get("authorization", ""))
        say_of_all(tenant=caller.identity.tenant)
        return request, caller

    async def _allowed(self, wanted: Accepted, method: str, admitted: Admitted) -> Admitted:
        kind = admitted.prepared.node.operation
        if method == "GET" and kind is OperationType.MUTATION:
            raise RequestRefused(Code.BAD_REQUEST, "POST a mutation", status=405)
        if kind is OperationType.SUBSCRIPTION and not wanted.is_stream:
            message = "a subscription is answered as text/event-stream: accept that"
            raise RequestRefused(Code.BAD_REQUEST, message, status=406)
        return admitted

    async def _stream(self, found: Admitted, receive: Receive, send: Send) -> None:
        """Give an answer that goes on, as server-sent events."""
        identity = found.caller.identity
        answers = self.pipeline.answers(found.prepared, found.request, found.caller)
        try:
            with (
                self.places.taken(identity.tenant, identity.subject),
                self.metrics.subscriptions.track_inprogress(),
            ):
                stream = EventStream(receive, send, self.places.closing)
                await self._carry(answers, identity, stream)
        except LimitExceeded as refused:
            answer = {"errors": [error(Code.LIMIT_EXCEEDED, refused.message)]}
            await _response(429, answer, Kind.JSON).send(send)

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

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        length = headers.get("content-length", "")
        self._check_size(int(length) if length.isdecimal() else 0)
        try:
            async with asyncio.timeout(telemetry.current().remaining_seconds()):
                return await self._all_of_it(receive)
        except TimeoutError as late:
            message = "the body did not come in time"
            raise RequestRefused(Code.BAD_REQUEST, message, status=408) from late

    async def _all_of_it(self, receive: Receive) -> bytes:
        parts, size, is_more = [], 0, True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestRefused(Code.BAD_REQUEST, "the caller left")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            self._check_size(size)
            is_more = message.get("more_body", False)
        return b"".join(parts)

    def _check_size(self, size: int) -> None:
        limit = self.pipeline.settings.max_body_bytes
        if size > limit:
            message = f"the request is larger than {limit} bytes"
            raise RequestRefused(Code.BAD_REQUEST, message, status=413)


def _check_content_type(header: str) -> None:
    """Take JSON only: a page elsewhere cannot send that without asking first."""
    name, *parameters = (it.strip().lower() for it in header.split(";"))
    charset = next((it[8:].strip('"') for it in parameters if it.startswith("charset=")), "")
    if name != Kind.JSON.value or charset not in CHARSETS:
        message = "send the request as application/json, in UTF-8"
        raise RequestRefused(Code.BAD_REQUEST, message, status=415)


def _check_site(headers: Mapping[str, str]) -> None:
    """Refuse a GET for which a page elsewhere makes a browser, that did not ask first."""
    if any(name in headers for name in PREFLIGHTED):
        return
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin")
    if not site and origin is not None:  # a browser that does not say it in words
        site = "" if origin.partition("://")[2] == headers.get("host") else "cross-site"
    if site not in OWN_SITE:
        message = f"a page of another site sends {PREFLIGHTED[0]} with a GET, or uses POST"
        raise RequestRefused(Code.BAD_REQUEST, message, status=403)


def _response(status: int, answer: dict[str, Any], kind: Kind, method: str = "") -> Response:
    more = {"x-request-id": telemetry.current().request_id}
    if status == 405:  # noqa: PLR2004
        more["allow"] = "POST" if method == "GET" else "GET, POST"
    return Response(status, orjson.dumps(told(answer)), f"{kind.value}; charset=utf-8", more)


def _headers(scope: Scope) -> dict[str, str]:
    return {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
