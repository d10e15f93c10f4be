"""GraphQL over WebSocket, as graphql-transport-ws has it: many operations on one connection.

A client that takes nothing is read for no longer, as with server-sent events: each operation
waits until its last answer was taken, and a connection that takes nothing for a minute is closed.
"""

import asyncio
import contextlib
import enum
from collections.abc import Mapping
from contextlib import aclosing
from time import perf_counter
from typing import Any

import orjson

from gateway.authentication import Caller, Gatekeeper
from gateway.errors import Code, RequestRefused, error
from gateway.metrics import Metrics
from gateway.outcomes import note, outcome, told
from gateway.parsing import GraphQLRequest, request_of
from gateway.pipeline import Answers, Pipeline
from gateway.settings import GatewaySettings
from services.chassis import subscribing, telemetry
from services.chassis.ending import end
from services.chassis.logs import log, say_of_all
from services.chassis.refusals import LimitExceeded
from services.chassis.subscribing import Places, Receive, Send

PROTOCOL = "graphql-transport-ws"
MAX_REASON = 123
"""Bytes: what a close frame has room for."""


class Close(enum.IntEnum):
    """Why a connection is closed: the codes of RFC 6455, and those of the protocol."""

    GONE = 1006
    """Never sent: the other side has left, or takes nothing."""
    RESTARTING = 1012
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    NO_SUCH_PROTOCOL = 4406
    INIT_TIMEOUT = 4408
    ID_IN_USE = 4409
    TOO_MANY_INITS = 4429
    FAULT = 4500


class Closed(Exception):
    """The connection is over, for this reason."""

    def __init__(self, code: Close, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Sockets:
    """All connections that are open here, with what they share."""

    def __init__(
        self, pipeline: Pipeline, gatekeeper: Gatekeeper, metrics: Metrics, places: Places
    ) -> None:
        self.pipeline = pipeline
        self.gatekeeper = gatekeeper
        self.metrics = metrics
        self.places = places
        self.open: set[Socket] = set()

    @property
    def settings(self) -> GatewaySettings:
        return self.pipeline.settings

    async def serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Lead one connection from its handshake to its end."""
        await receive()
        if scope["path"] != "/graphql":
            return await _turn_away(send, 404)
        if len(self.open) >= self.settings.max_websockets or self.places.closing.is_set():
            return await _turn_away(send, 503)
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            return await _close(send, Closed(Close.NO_SUCH_PROTOCOL, f"speak {PROTOCOL}"))
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        socket = Socket(self, _authorization(scope["headers"]), receive, send)
        self.open.add(socket)
        try:
            with self.metrics.websockets.track_inprogress():
                await _close(send, await socket.ended())
        finally:
            self.open.discard(socket)

    def restart(self) -> None:
        """Ask all clients to go elsewhere, or to come again."""
        for socket in self.open:
            socket.stop(Closed(Close.RESTARTING, "the gateway restarts: connect again"))


class Socket:
    """One connection, and the operations that go on over it."""

    def __init__(self, sockets: Sockets, authorization: str, receive: Receive, send: Send) -> None:
        self.sockets = sockets
        self.authorization = authorization
        """Of the handshake, for programs; a page can only tell it in `connection_init`."""
        self.receive = receive
        self.send = send
        self.caller: Caller | None = None
        self.is_initialised = False
        self.patience = asyncio.timeout(sockets.settings.websocket_init_seconds)
        self.operations: dict[str, asyncio.Task[None]] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.stopped: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()

    def stop(self, closed: Closed) -> None:
        if not self.stopped.done():
            self.stopped.set_result(closed)

    async def ended(self) -> Closed:
        """Serve until one of both sides has enough; say why."""
        reading = asyncio.create_task(self._read())
        try:
            return await self.stopped
        finally:
            await end([reading])
            await end(self.tasks)

    async def _read(self) -> None:
        try:
            async with self.patience:
                while (message := await self.receive())["type"] != "websocket.disconnect":
                    await self._take(message)
            self.stop(Closed(Close.GONE))
        except Closed as closed:
            self.stop(closed)
        except TimeoutError:
            late = Closed(Close.INIT_TIMEOUT, "Connection initialisation timeout")
            expired = Closed(Close.FORBIDDEN, subscribing.EXPIRED)
            self.stop(expired if self.caller else late)
        except Exception:  # noqa: BLE001  # the one place where faults of a connection are masked
            log().exception("a connection failed")
            self.stop(Closed(Close.FAULT, "something went wrong here"))

    async def _take(self, message: Mapping[str, Any]) -> None:
        match _read(message):
            case {"type": "connection_init", "payload": payload}:
                await self._begin(payload)
            case {"type": "ping", "payload": payload}:
                await self._say({"type": "pong", **({"payload": payload} if payload else {})})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id), "payload": payload} if id:
                await self._subscribe(id, payload)
            case {"type": "complete", "id": str(id)} if id:
                if (task := self.operations.pop(id, None)) is not None:
                    await end([task])
            case _:
                raise Closed(Close.BAD_MESSAGE, "Invalid message: no type of the protocol's")

    async def _begin(self, payload: Mapping[str, Any]) -> None:
        if self.is_initialised:
            raise Closed(Close.TOO_MANY_INITS, "Too many initialisation requests")
        self.is_initialised = True
        gatekeeper = self.sockets.gatekeeper
        try:
            caller = gatekeeper.identify(_told_in(payload) or self.authorization)
        except RequestRefused as refused:
            raise Closed(Close.FORBIDDEN, f"Forbidden: {refused}") from refused
        self.caller = caller
        say_of_all(tenant=caller.identity.tenant)
        left = caller.identity.seconds_left(gatekeeper.verifier.clock())
        now = asyncio.get_running_loop().time()
        self.patience.reschedule(None if left is None else now + left)
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, id: str, payload: Mapping[str, Any]) -> None:
        if self.caller is None:
            raise Closed(Close.UNAUTHORIZED, "Unauthorized: send connection_init first")
        if id in self.operations:
            raise Closed(Close.ID_IN_USE, f"Subscriber for {id} already exists")
        try:
            request = request_of(payload)
        except RequestRefused as refused:
            raise Closed(Close.BAD_MESSAGE, f"Invalid message: {refused}") from refused
        most = self.sockets.settings.max_operations
        if len(self.operations) >= most:
            message = f"at most {most} operations may be open on one connection"
            await self._refuse(id, {"errors": [error(Code.LIMIT_EXCEEDED, message)]})
            return
        task = asyncio.create_task(self._operate(id, request, self.caller))
        self.operations[id] = task
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _operate(self, id: str, request: GraphQLRequest, caller: Caller) -> None:
        try:
            with telemetry.traced(telemetry.new_trace(self.sockets.settings.request_seconds)):
                await self._answer(id, request, caller)
        except Closed as closed:
            self.stop(closed)

    async def _answer(self, id: str, request: GraphQLRequest, caller: Caller) -> None:
        pipeline, begun = self.sockets.pipeline, perf_counter()
        _, prepared = await outcome(pipeline.ready(request))
        if isinstance(prepared, dict):
            answer = prepared
        elif prepared.goes_on:
            await self._follow(id, caller, pipeline.answers(prepared, request, caller))
            return
        else:
            _, answer = await outcome(pipeline.answer(prepared, request, caller))
        note(self.sockets.metrics, answer, perf_counter() - begun)
        await self._finish(id, answer)

    async def _follow(self, id: str, caller: Caller, answers: Answers) -> None:
        """Carry the answers of a subscription, which has a place as by any other way."""
        identity, metrics = caller.identity, self.sockets.metrics
        async with aclosing(answers):
            try:
                with (
                    self.sockets.places.taken(identity.tenant, identity.subject),
                    metrics.subscriptions.track_inprogress(),
                ):
                    last = await self._carry(id, answers)
            except LimitExceeded as refused:
                last = {"errors": [error(Code.LIMIT_EXCEEDED, refused.message)]}
        await self._finish(id, last)

    async def _carry(self, id: str, answers: Answers) -> dict[str, Any] | None:
        """Send what comes; give what ended it, if that was no good end."""
        log().info("a subscription begins")
        while True:
            _, answer = await outcome(anext(answers, None))
            if answer is None or "data" not in answer:
                log().info("a subscription ends")
                return answer
            self.sockets.metrics.delivered.inc()
            await self._say({"id": id, "type": "next", "payload": told(answer)})

    async def _finish(self, id: str, answer: dict[str, Any] | None) -> None:
        if answer is not None and "data" not in answer:
            await self._refuse(id, answer)
            return
        if answer is not None:
            await self._say({"id": id, "type": "next", "payload": told(answer)})
        self.operations.pop(id, None)  # before it is said: then the client may use it again
        await self._say({"id": id, "type": "complete"})

    async def _refuse(self, id: str, answer: dict[str, Any]) -> None:
        self.operations.pop(id, None)
        await self._say({"id": id, "type": "error", "payload": told(answer)["errors"]})

    async def _say(self, message: Mapping[str, Any]) -> None:
        """Send, and wait while the client does not take it; not for ever."""
        text = orjson.dumps(message).decode()
        try:
            async with asyncio.timeout(subscribing.STALLED_SECONDS):
                await self.send({"type": "websocket.send", "text": text})
        except TimeoutError as late:
            log().info("a connection's client takes nothing any more")
            raise Closed(Close.GONE) from late
        except (OSError, RuntimeError) as gone:  # the server's word for a connection that closes
            raise Closed(Close.GONE) from gone


def _read(message: Mapping[str, Any]) -> dict[str, Any]:
    """Read a message whose payload, if it has one, is an object."""
    try:
        found = orjson.loads(message.get("text") or b"")
    except orjson.JSONDecodeError as fault:
        raise Closed(Close.BAD_MESSAGE, "Invalid message: not JSON in a text frame") from fault
    if not isinstance(found, dict) or not isinstance(found.get("payload"), dict | None):
        raise Closed(Close.BAD_MESSAGE, "Invalid message: no object, or a payload that is none")
    return {**found, "payload": found.get("payload") or {}}


def _told_in(payload: Mapping[str, Any]) -> str:
    """Find the token: as `authorization`, written like the header, or alone as `token`."""
    given = {str(name).lower(): value for name, value in payload.items()}
    if isinstance(token := given.get("token"), str) and token:
        return f"Bearer {token}"
    found = given.get("authorization", "")
    if not isinstance(found, str):
        raise Closed(Close.FORBIDDEN, "Forbidden: the authorization is not a text")
    return found


def _authorization(headers: list[tuple[bytes, bytes]]) -> str:
    return dict(headers).get(b"authorization", b"").decode("latin-1")


async def _turn_away(send: Send, status: int) -> None:
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


async def _close(send: Send, closed: Closed) -> None:
    if closed.code is Close.GONE:
        return
    reason = closed.reason.encode()[:MAX_REASON].decode(errors="ignore")
    with contextlib.suppress(OSError, RuntimeError):  # it is closed already
        await send({"type": "websocket.close", "code": int(closed.code), "reason": reason})
