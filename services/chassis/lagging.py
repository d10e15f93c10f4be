"""Lagging: how far behind the stream a service's readers are, as the stream itself says."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from nats.js.errors import NotFoundError

from services.chassis.refusals import DependencyUnavailable
from services.chassis.streams import FAILURES, STREAM, Stream, durable_name


@dataclass(frozen=True, slots=True)
class Lag:
    """One durable: what it has not given yet, and what it gave and nobody has acknowledged."""

    name: str
    waiting: int = 0
    unacknowledged: int = 0
    is_there: bool = True


async def lags(stream: Stream, reader: str, sources: Iterable[tuple[str, str]]) -> list[Lag]:
    """Ask for each durable of a reader, all at once."""
    try:
        await stream.opened()
        names = [durable_name(reader, *source) for source in sources]
        return list(await asyncio.gather(*(_lag(stream, name) for name in names)))
    except FAILURES as error:
        raise DependencyUnavailable("the stream does not answer just now") from error


async def _lag(stream: Stream, name: str) -> Lag:
    try:
        info = await stream.jetstream.consumer_info(STREAM, name)
    except NotFoundError:
        return Lag(name, is_there=False)
    return Lag(name, info.num_pending or 0, info.num_ack_pending or 0)
