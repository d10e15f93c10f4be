"""The stream on NATS: how a program connects, comes back, and what the stream promises."""

import asyncio
from dataclasses import dataclass

from nats.aio.client import Client
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError

from services.chassis.ending import end
from services.chassis.logs import log

STREAM, SUBJECTS = "CRM", "crm.>"
DAY_SECONDS = 86_400
GIB = 1 << 30
CALL_SECONDS, RECONNECT_SECONDS = 5.0, 0.5
OTHER_CONFIGURATION = 10058
FAILURES = (Error, asyncio.TimeoutError, OSError)
"""What a call to NATS may end in while the server is away, full, or slow."""


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
            allow_direct=False,
            deny_delete=True,
            deny_purge=True,
        )


class Stream:
    """One program's connection to the stream. While NATS is away it waits, and comes back."""

    def __init__(self, url: str, *, name: str, limits: StreamLimits | None = None) -> None:
        self.url = url
        self.name = name
        self.limits = limits or StreamLimits()
        self.client = Client()
        self.jetstream: JetStreamContext = self.client.jetstream(timeout=CALL_SECONDS)
        self._opening: asyncio.Task[None] | None = None
        self._begun = False
        self._told = ""

    @property
    def is_connected(self) -> bool:
        return self.client.is_connected

    @property
    def reconnects(self) -> int:
        return int(self.client.stats["reconnects"])

    async def opened(self, within: float = CALL_SECONDS) -> JetStreamContext:
        """Connect and see to the stream, the first time; raise if that takes too long.

        The attempt goes on behind this call, and the next one joins it. A connection that was
        closed for good (NATS turned the program away) is made anew.
        """
        if self._opening is None or (self._opening.done() and self._is_lost(self._opening)):
            self._opening = asyncio.create_task(self._open())
        async with asyncio.timeout(within):
            await asyncio.shield(self._opening)
        return self.jetstream

    async def ensure(self) -> None:
        """Make the stream as it should be; several programs may do so at once."""
        wanted = self.limits.configuration()
        try:
            await self.jetstream.add_stream(wanted)
        except BadRequestError as error:
            if error.err_code != OTHER_CONFIGURATION:
                raise
            await self.jetstream.update_stream(wanted)

    async def close(self) -> None:
        if self._opening is not None:
            await end([self._opening])
        if self._begun and not self.client.is_closed:
            await self.client.close()

    def _is_lost(self, opening: asyncio.Task[None]) -> bool:
        return self.client.is_closed or opening.exception() is not None

    async def _open(self) -> None:
        if self.client.is_closed:
            self.client = Client()
            self.jetstream = self.client.jetstream(timeout=CALL_SECONDS)
        if not (self.client.is_connected or self.client.is_reconnecting):
            self._begun = True
            await self.client.connect(
                self.url,
                name=self.name,
                error_cb=self._failed,
                disconnected_cb=self._lost,
                reconnected_cb=self._back,
                connect_timeout=2,
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # only slept
                ping_interval=10,
            )
        await self.ensure()

    async def _failed(self, error: Exception) -> None:
        """Tell a trouble once, not at each attempt."""
        told = f"{type(error).__name__}: {error}"
        if told != self._told:
            self._told = told
            log().warning("the stream is in trouble", reason=told)

    async def _lost(self) -> None:
        if not self.client.is_closed:
            log().warning("the stream is away")

    async def _back(self) -> None:
        self._told = ""
        log().info("the stream is back")
