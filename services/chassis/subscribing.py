"""Subscriptions over HTTP: an answer that goes on, as server-sent events (one operation each).

A client that is slow is read for less often, and nothing is kept for it; one that takes nothing
at all for a minute is let go. What it was given names a place from which it can go on.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.chassis import telemetry
from services.chassis.ending import end
from services.chassis.logs import log
from services.chassis.refusals import LimitExceeded

EVENT_STREAM = "text/event-stream"
HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 60.0
HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),
]
EXPIRED = "the token has expired: come again with a new one"
MAX_OF_ONE, MAX_OF_ALL = 10, 500
"""How many may be open in a program: of one caller, and together."""

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Answers = AsyncGenerator[Mapping[str, Any], None]


def is_wanted(headers: Mapping[str, str]) -> bool:
    """Say whether the caller wants an answer that goes on."""
    return EVENT_STREAM in headers.get("accept", "")


@dataclass
class Places:
    """Who has a subscription open here; when the program ends, all of them end."""

    of_one: int = MAX_OF_ONE
    of_all: int = MAX_OF_ALL
    open: Counter[tuple[str, str]] = field(default_factory=Counter)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def taken(self, tenant: str, caller: str) -> Iterator[None]:
        """Have a place for one more, or be refused."""
        who = tenant, caller
        if self.open[who] >= self.of_one or self.open.total() >= self.of_all:
            raise LimitExceeded(f"at most {self.of_one} subscriptions may be open at once")
        self.open[who] += 1
        try:
            yield
        finally:
            self.open[who] -= 1
            self.open += Counter()  # forget who has none


class EventStream:
    """One answer that goes on, until it is complete, or somebody has enough of it.

    Cut short by the program's end it does not say that it is complete, so that clients come again.
    """

    def __init__(self, receive: Receive, send: Send, closing: asyncio.Event) -> None:
        self.receive = receive
        self.send = send
        self.closing = closing

    async def follow(
        self, answers: Answers, seconds: float | None, expired: Mapping[str, Any]
    ) -> None:
        """Carry answers until their end, or the caller's token's, or nobody takes them."""
        log().info("a subscription begins")
        try:
            async with aclosing(answers):
                await self.carry(answers, telemetry.current().request_id, seconds, expired)
        except TimeoutError:
            log().info("a subscription's client takes nothing any more")
        log().info("a subscription ends")

    async def carry(
        self, answers: Answers, request_id: str, seconds: float | None, last: Mapping[str, Any]
    ) -> None:
        """Send answers as they come; when the seconds are over, say this last one instead."""
        headers = [*HEADERS, (b"x-request-id", request_id.encode())]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        sending = asyncio.create_task(self._send_all(answers))
        ends = [asyncio.create_task(it) for it in (self._left(), self._closed())]
        try:
            done, _ = await asyncio.wait(
                [sending, *ends], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if sending in done:
                sending.result()
            elif not done:
                await end([sending])
                await self._write(_event(last) + COMPLETE)
        finally:
            await end([sending, *ends])
        await self.send({"type": "http.response.body", "body": b""})

    async def _send_all(self, answers: Answers) -> None:
        upcoming: asyncio.Task[Mapping[str, Any] | None] | None = None
        try:
            while True:
                upcoming = upcoming or asyncio.create_task(_next(answers))
                done, _ = await asyncio.wait([upcoming], timeout=HEARTBEAT_SECONDS)
                if not done:
                    await self._write(HEARTBEAT)
                    continue
                answer, upcoming = upcoming.result(), None
                if answer is None:
                    break
                await self._write(_event(answer))
        finally:
            await end([upcoming] if upcoming else [])
        await self._write(COMPLETE)

    async def _write(self, body: bytes) -> None:
        """Write, and wait while the client does not take it; not for ever."""
        async with asyncio.timeout(STALLED_SECONDS):
            await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def _left(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _closed(self) -> None:
        await self.closing.wait()


async def _next(answers: Answers) -> Mapping[str, Any] | None:
    return await anext(answers, None)


def _event(answer: Mapping[str, Any]) -> bytes:
    body = orjson.dumps(answer, default=str)
    return b"event: next\ndata: " + body + b"\n\n"
