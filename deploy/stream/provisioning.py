"""Provisioning: the stream and every durable, made by the administrator; twice is as once."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import BadRequestError, NotFoundError

from services.chassis.streams import ACK_SECONDS, FAILURES, STREAM, SUBJECTS, durable_name

from . import facts
from .grants import Grant

DAY_SECONDS = 86_400
GIB = 1 << 30
CALL_SECONDS, RETRY_SECONDS = 10.0, 0.2
OTHER_CONFIGURATION = 10058
MAX_WAITING = 20_000
"""How many may wait for their turn or their retry before a consumer stands still."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What the stream may hold. Full, it refuses: the outbox then keeps what is new."""

    replicas: int = 1
    max_bytes: int = 4 * GIB
    days: int = 14

    def configuration(self) -> StreamConfig:
        return StreamConfig(
            name=STREAM,
            subjects=[SUBJECTS],
            storage=StorageType.FILE,
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW,
            max_age=self.days * DAY_SECONDS,
            max_bytes=self.max_bytes,
            num_replicas=self.replicas,
            duplicate_window=3600,
            allow_atomic=True,
            allow_direct=True,
            deny_delete=True,
            deny_purge=True,
        )


@dataclass(frozen=True, slots=True)
class DurableMade:
    """A durable consumer as it should be. It filters by aggregate, never by deed."""

    name: str
    subjects: tuple[str, ...]

    def configuration(self) -> ConsumerConfig:
        return ConsumerConfig(
            durable_name=self.name,
            filter_subjects=list(self.subjects),
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_SECONDS,
            max_deliver=-1,
            max_ack_pending=MAX_WAITING,
        )


def of_source(reader: str, source: facts.Source) -> DurableMade:
    return DurableMade(durable_name(reader, *source), (f"crm.*.{'.'.join(source)}.>",))


def of_service(service: str) -> list[DurableMade]:
    return [of_source(service, source) for source in facts.read_by(service)]


def of_grant(grant: Grant) -> DurableMade:
    return DurableMade(grant.name, tuple(grant.subjects))


def of_all(grants: Iterable[Grant] = ()) -> list[DurableMade]:
    services = [durable for service in facts.names() for durable in of_service(service)]
    return [*services, *(of_grant(it) for it in grants)]


@asynccontextmanager
async def administrator(
    url: str, patience: float = CALL_SECONDS
) -> AsyncIterator[JetStreamContext]:
    """Sign in as who makes streams; wait for a server that is still starting."""
    client = await _connected(url, patience)
    try:
        yield client.jetstream(timeout=CALL_SECONDS)
    finally:
        await client.close()


async def _connected(url: str, patience: float) -> Client:
    async def quietly(_error: Exception) -> None:
        """Say nothing of an attempt: what counts is whether one succeeds in time."""

    async with asyncio.timeout(patience):
        while True:
            try:
                return await nats.connect(
                    url, name="crm", allow_reconnect=False, connect_timeout=2, error_cb=quietly
                )
            except FAILURES:
                await asyncio.sleep(RETRY_SECONDS)


async def apply(
    js: JetStreamContext, limits: StreamLimits, durables: Iterable[DurableMade]
) -> None:
    """Make the stream and the durables as they should be; what is right already stays."""
    await ensure_stream(js, limits)
    for it in durables:
        await js.add_consumer(STREAM, it.configuration())


async def apply_at(
    url: str, limits: StreamLimits, grants: Iterable[Grant], patience: float = CALL_SECONDS
) -> None:
    """Make all that there should be on a server, as its administrator."""
    async with administrator(url, patience) as js:
        await apply(js, limits, of_all(grants))


async def ensure_stream(js: JetStreamContext, limits: StreamLimits) -> None:
    wanted = limits.configuration()
    try:
        await js.add_stream(wanted)
    except BadRequestError as error:
        if error.err_code != OTHER_CONFIGURATION:
            raise
        await js.update_stream(wanted)


async def has_stream(js: JetStreamContext) -> bool:
    try:
        await js.stream_info(STREAM)
    except NotFoundError:
        return False
    return True


async def remove_durable(js: JetStreamContext, name: str) -> None:
    """Remove a durable, if it is there."""
    try:
        await js.delete_consumer(STREAM, name)
    except NotFoundError:
        return
