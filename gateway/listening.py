"""Listens to a subgraph whose answer goes on: server-sent events, one operation each."""

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from typing import Any

import aiohttp
import orjson

from gateway.errors import Code, SubgraphFailed

SILENCE_SECONDS = 35.0
"""Three heartbeats of a subgraph and a little: after that nobody is there any more."""
MAX_EVENT = 8 << 20


def timeout() -> aiohttp.ClientTimeout:
    """Wait for ever for what may come, but not for a sign of life."""
    return aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=SILENCE_SECONDS)


async def answers(
    name: str, response: aiohttp.ClientResponse
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Give each answer until the subgraph says that it was the last, or raise `SubgraphFailed`."""
    if response.content_type != "text/event-stream":
        yield _read(name, await response.read())
        return
    async for event in _events(name, response.content.iter_any()):
        kind, data = _parts(event)
        if kind == b"complete":
            return
        if kind == b"next":
            yield _read(name, data)
    raise unavailable(name, "it stopped without saying that it was complete")


def unavailable(name: str, reason: str) -> SubgraphFailed:
    return SubgraphFailed(
        Code.SUBGRAPH_UNAVAILABLE, f"the {name} service is not available", reason
    )


async def _events(name: str, pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Cut what comes into events, which end with an empty line."""
    kept = b""
    async for piece in pieces:
        *whole, kept = (kept + piece).split(b"\n\n")
        if len(kept) > MAX_EVENT:
            raise unavailable(name, "an event of it is too large")
        for event in whole:
            yield event


def _parts(event: bytes) -> tuple[bytes, bytes]:
    """Give an event's kind and its data; a comment, which is a sign of life, has neither."""
    lines = [line.partition(b":") for line in event.split(b"\n")]
    fields = {name: value.removeprefix(b" ") for name, _, value in lines}
    return fields.get(b"event", b""), fields.get(b"data", b"")


def _read(name: str, text: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise unavailable(name, f"no GraphQL answer but {text[:200]!r}") from error
    if not isinstance(told, dict):
        raise unavailable(name, f"no GraphQL answer but {text[:200]!r}")
    return told
