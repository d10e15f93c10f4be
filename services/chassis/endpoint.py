"""The GraphQL path of a service, as plain ASGI: bytes in, an answer out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

import orjson

from services.chassis import metrics, subscribing, telemetry
from services.chassis.bearers import Bearers
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.logs import log, say_of_all
from services.chassis.refusals import LimitExceeded
from services.chassis.subscribing import Answers, EventStream, Places
from services.chassis.tokens import Identity, InvalidToken

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

MAX_BODY = 1 << 20
JSON = "application/json"
IDEMPOTENCY_KEY = "idempotency-key"
"""The header; its value may stand in quotes, as the IETF's draft has it, or without."""
MASKED = "something went wrong here; the request id finds it in the logs"


class RequestRefused(Exception):
    """A request that never reaches the graph: a status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """A GraphQL request, as its body has it."""

    query: str
    variables: Mapping[str, Any] | None
    operation: str | None

    @staticmethod
    def of(body: bytes) -> "Asked":
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise malformed("the body is not JSON") from error
        if not isinstance(told, dict):
            raise malformed("the body is not a JSON object")
        query, variables = told.get("query"), told.get("variables")
        operation = told.get("operationName")
        if not isinstance(query, str):
            raise malformed("`query` is not a text")
        if not isinstance(variables, dict | None):
            raise malformed("`variables` is not an object")
        if not isinstance(operation, str | None):
            raise malformed("`operationName` is not a text")
        return Asked(query, variables, operation)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may come in, and what is asked."""

    identity: Identity
    request: Request
    asked: Asked


class Endpoint:
    """Answers POST requests of those who have a token for this service."""

    def __init__(
        self,
        service: str,
        answerer: Answerer,
        bearers: Bearers,
        request_of: Callable[[Identity, str | None], Awaitable[Request]],
        places: Places,
    ) -> None:
        self.service = service
        self.answerer = answerer
        self.bearers = bearers
        self.request_of = request_of
        self.places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        admitting = self._admitted(scope["method"], headers, receive)
        begun = perf_counter()
        with telemetry.traced(telemetry.continued(headers)):
            if subscribing.is_wanted(headers):
                await self._subscribe(admitting, receive, send)
            else:
                status, answer = await self._outcome(self._answered(admitting))
                await self._say(status, answer, send, perf_counter() - begun)

    async def _subscribe(
        self, admitting: Awaitable[Admitted], receive: Receive, send: Send
    ) -> None:
        """Give an answer that goes on: one for each event of a subscription."""
        status, admitted = await self._outcome(admitting)
        if isinstance(admitted, dict):
            await self._say(status, admitted, send)
            return
        identity = admitted.identity
        try:
            with (
                self.places.taken(identity.tenant, identity.subject),
                metrics.SUBSCRIPTIONS.labels(self.service).track_inprogress(),
            ):
                await self._carry(admitted, EventStream(receive, send, self.places.closing))
        except LimitExceeded as refused:
            metrics.SUBSCRIPTIONS_REFUSED.labels(self.service).inc()
            await self._say(429, error_of(refused.code.value, refused.message), send)

    async def _carry(self, admitted: Admitted, stream: EventStream) -> None:
        asked = admitted.asked
        seconds = admitted.identity.seconds_left(admitted.request.works.clock())
        answers = self.answerer.answers(
            admitted.request, asked.query, asked.variables, asked.operation
        )
        expired = error_of("UNAUTHENTICATED", subscribing.EXPIRED)
        await stream.follow(self._counted(answers), seconds, expired)

    async def _counted(self, answers: Answers) -> Answers:
        async with aclosing(answers):
            async for it in answers:
                metrics.DELIVERED.labels(self.service).inc()
                yield it

    async def _say(
        self, status: int, answer: dict[str, Any], send: Send, took: float = 0.0
    ) -> None:
        outcome = told_as(status, answer)
        metrics.ANSWERED.labels(self.service, "graph", outcome).observe(took)
        log().info("a request was answered", outcome=outcome, ms=round(took * 1000, 1))
        body = orjson.dumps(answer, default=str)
        await _send(send, status, body, telemetry.current().request_id)

    async def _outcome(self, doing: Awaitable[T]) -> tuple[int, T | dict[str, Any]]:
        """Do it in time; what is wrong with the request is said, what is wrong here masked."""
        try:
            async with asyncio.timeout(telemetry.current().remaining_seconds()):
                return 200, await doing
        except RequestRefused as refused:
            return refused.status, error_of(refused.code, str(refused))
        except InvalidToken as error:
            log().info("a caller was not let in", reason=str(error))
            return 401, error_of("UNAUTHENTICATED", "this needs a token for this service")
        except Exception as error:  # noqa: BLE001  # the edge: masked and logged
            if isinstance(error, TimeoutError) and telemetry.current().remaining_seconds() <= 0:
                return 504, error_of("DEADLINE_EXCEEDED", "the time for this answer is over")
            log().error("a request failed", exc_info=error)
            return 500, error_of("INTERNAL", MASKED)

    async def _answered(self, admitting: Awaitable[Admitted]) -> dict[str, Any]:
        it = await admitting
        asked = it.asked
        return await self.answerer.answer(
            it.request, asked.query, asked.variables, asked.operation
        )

    async def _admitted(
        self, method: str, headers: Mapping[str, str], receive: Receive
    ) -> Admitted:
        if method != "POST":
            raise RequestRefused(405, "BAD_REQUEST", "POST a GraphQL request here")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise RequestRefused(415, "BAD_REQUEST", f"send the request as {JSON}")
        identity = self.bearers.identity(headers.get("authorization", ""))
        say_of_all(tenant=identity.tenant)
        asked = Asked.of(await _body(headers, receive))
        key = headers.get(IDEMPOTENCY_KEY, "").strip().strip('"')
        return Admitted(identity, await self.request_of(identity, key or None), asked)


def malformed(message: str) -> RequestRefused:
    return RequestRefused(400, "BAD_REQUEST", message)


def error_of(code: str, message: str) -> dict[str, Any]:
    """Say that nothing was answered, and why, in GraphQL's shape."""
    extensions = {"code": code, "requestId": telemetry.current().request_id}
    return {"errors": [{"message": message, "extensions": extensions}]}


def told_as(status: int, answer: Mapping[str, Any]) -> str:
    """Name an outcome for the operators."""
    if status >= 500:  # noqa: PLR2004  # from here on it is our own fault
        return "failed"
    if "data" not in answer:
        return "refused"
    return "partial" if answer.get("errors") else "ok"


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """Read the body, but never more of it than is allowed."""
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told) > MAX_BODY:
        raise _too_large()
    parts, size, is_more = [], 0, True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("the caller left")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise _too_large()
        is_more = message.get("more_body", False)
    return b"".join(parts)


def _too_large() -> RequestRefused:
    return RequestRefused(413, "BAD_REQUEST", f"the body is larger than {MAX_BODY} bytes")


async def _send(send: Send, status: int, body: bytes, request_id: str) -> None:
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode()),
    ]
    if status == 401:  # noqa: PLR2004  # RFC 9110 wants to hear how
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 405:  # noqa: PLR2004  # likewise
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
