"""Following: the stream read by number, without a consumer, and a look at whether it has grown.

Whoever may do this can read all that the stream holds: rights give it to one service alone.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from services.chassis.ending import end
from services.chassis.positions import Extent, Position
from services.chassis.refusals import DependencyUnavailable
from services.chassis.streams import FAILURES, STREAM, Stream

READ_SECONDS = 3.0
"""How long the stream may take to begin an answer, and to go on with it."""
MAX_BYTES = 1 << 20
"""Of one piece, whatever its number: whoever reads on gets the rest."""
WATCH_SECONDS = 0.1
DIRECT = f"$JS.API.DIRECT.GET.{STREAM}"
MICROSECONDS = 1_000_000


class Message(NamedTuple):
    """What stands on the stream: under which subject and number, letter by letter."""

    subject: str
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of what stands on the stream, in order, and where that ends.

    With `is_gap` it holds nothing: of what came after the reader's position some is gone, and what
    is left begins after `end`. `is_whole` says of a piece that holds nothing that nothing is left.
    """

    messages: tuple[Message, ...]
    end: Position
    latest: Position
    is_gap: bool = False
    is_whole: bool = False
    has_more: bool = False


class Following:
    """Reads the stream for anybody here, and tells those who wait when it has grown."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._watching: asyncio.Task[None] | None = None
        self._watchers = 0
        self._seen: Position | None = None
        self._turned = asyncio.Condition()

    async def extent(self) -> Extent:
        """Ask what the stream holds, of its leader."""
        try:
            js = await self._connected()
            info = await asyncio.wait_for(js.stream_info(STREAM), READ_SECONDS)
        except FAILURES as error:
            raise _away() from error
        if info.created is None:
            raise _away()
        epoch = round(info.created.timestamp() * MICROSECONDS)
        return Extent(epoch, info.state.first_seq, info.state.last_seq)

    async def read(self, subjects: str, after: Position | None, count: int) -> Piece:
        """Give the next messages under some subjects: at most so many, in no more than 1 MiB.

        The stream is asked what it is after it was read: if it is then still the one of the
        position, so it was all the while. Replicas may answer late, but only the leader can say
        that there is nothing more; what it says so of is never looked through again.
        """
        position = after or (await self.extent()).begin
        try:
            found, left = await self._batch(subjects, position.sequence + 1, count)
            extent = await self.extent()
            if not extent.continues(position):
                return Piece((), extent.begin, extent.end, is_gap=True, has_more=True)
            if not found and position.sequence < extent.last:
                found = await self._next(subjects, position.sequence + 1)
        except FAILURES as error:
            raise _away() from error
        if not found:
            return Piece((), extent.end, extent.end, is_whole=True)
        last = Position(position.epoch, found[-1].sequence)
        return Piece(tuple(found), last, extent.end, has_more=left > 0)

    async def grown(self, since: Position) -> None:
        """Return when the stream ends elsewhere than it did; one look serves all who wait."""
        self._watchers += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        try:
            async with self._turned:
                await self._turned.wait_for(lambda: self._seen not in (None, since))
        finally:
            self._watchers -= 1

    async def close(self) -> None:
        """Look no more; who waits still waits in vain."""
        if self._watching is not None:
            await end([self._watching])

    async def _watch(self) -> None:
        """Look again and again while anybody waits; while the stream is away, they wait on."""
        self._seen = None
        while self._watchers:
            try:
                seen = (await self.extent()).end
            except DependencyUnavailable:
                seen = None
            async with self._turned:
                self._seen = seen
                self._turned.notify_all()
            await asyncio.sleep(WATCH_SECONDS)

    async def _connected(self) -> JetStreamContext:
        js = await self.stream.opened(READ_SECONDS)
        if not self.stream.is_connected:  # else the library would keep what is asked for later
            raise ConnectionError
        return js

    async def _batch(self, subjects: str, sequence: int, count: int) -> tuple[list[Message], int]:
        """Ask any replica for some messages at once (ADR-31); tell how many it knows beyond."""
        asked = {"seq": sequence, "next_by_subj": subjects, "batch": count, "max_bytes": MAX_BYTES}
        found: list[Message] = []
        async for it in self._answers(DIRECT, asked):
            headers: Mapping[str, str] = it.headers or {}
            if headers.get("Status") == "204":
                return found, int(headers["Nats-Num-Pending"])
            if headers.get("Status") == "404":
                return [], 0
            if "Status" in headers:
                raise _away()
            number = int(headers["Nats-Sequence"])
            found.append(Message(headers["Nats-Subject"], number, it.data))
        raise _away()

    async def _answers(self, subject: str, asked: Mapping[str, Any]) -> AsyncIterator[Msg]:
        """Ask once, and give each answer; whoever has enough stops listening."""
        await self._connected()
        inbox = self.stream.client.new_inbox()
        listening = await self.stream.client.subscribe(inbox)
        try:
            await self.stream.client.publish(subject, orjson.dumps(asked), reply=inbox)
            while True:
                yield await listening.next_msg(timeout=READ_SECONDS)
        finally:
            await listening.unsubscribe()

    async def _next(self, subjects: str, sequence: int) -> list[Message]:
        """Ask the leader for the one next message."""
        js = await self._connected()
        try:
            found = await js.get_msg(STREAM, seq=sequence, subject=subjects, next=True)
        except NotFoundError:
            return []
        return [Message(found.subject or "", found.seq or 0, found.data or b"")]


def _away() -> DependencyUnavailable:
    return DependencyUnavailable("the stream of events does not answer just now")
