"""The stream on NATS: how a program connects and comes back, and what things are called there.

The stream and its durables are made by an administrator (`crm events apply`): a program may not.
"""

import asyncio
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error, SlowConsumerError
from nats.js import JetStreamContext

from services.chassis.ending import end
from services.chassis.logs import log

STREAM, SUBJECTS = "CRM", "crm.>"
ACK_SECONDS = 30
"""How long a message may be with a reader before it is told again."""
CALL_SECONDS, RECONNECT_SECONDS = 5.0, 0.5
FAILURES = (Error, asyncio.TimeoutError, OSError)
"""What a call to NATS may end in while the server is away, full, or slow."""


def durable_name(reader: str, service: str, aggregate: str) -> str:
    """Name the durable by which a service reads of another's aggregate."""
    return f"{reader}-{service}-{aggregate}"


def inbox_of(user: str) -> str:
    """Name where a user hears its answers: nobody else may listen there."""
    return f"_INBOX_{user}"


def poke_of(service: str) -> str:
    """Name where a service's programs tell each other of a commit; no stream keeps it."""
    return f"poke.{service}"


class Stream:
    """One program's connection to the stream. While NATS is away it waits, and comes back.

    `missed` is called where something may have been told that was not heard here.
    """

    def __init__(self, url: str, *, name: str, missed: Callable[[], None] | None = None) -> None:
        self.url = url
        self.name = name
        self._missed = missed or (lambda: None)
        self._heard: dict[str, Callable[[], None]] = {}
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
        """Connect, the first time; raise if that takes too long.

        The attempt goes on behind this call, and the next one joins it. A connection that was
        closed for good (NATS turned the program away) is made anew.
        """
        if self._opening is None or (self._opening.done() and self._is_lost(self._opening)):
            self._opening = asyncio.create_task(self._open())
        async with asyncio.timeout(within):
            await asyncio.shield(self._opening)
        return self.jetstream

    def hear(self, subject: str, react: Callable[[], None]) -> None:
        """Do something whenever another program says something there, from the next opening on."""
        self._heard[subject] = react

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
                inbox_prefix=inbox_of(self.name),
                no_echo=True,
            )
            for subject, react in self._heard.items():
                await self._listen(subject, react)

    async def _listen(self, subject: str, react: Callable[[], None]) -> None:
        async def heard(_message: Msg) -> None:
            react()

        await self.client.subscribe(subject, cb=heard)

    async def _failed(self, error: Exception) -> None:
        """Tell a trouble once, not at each attempt."""
        told = f"{type(error).__name__}: {error}"
        if told != self._told:
            self._told = told
            log().warning("the stream is in trouble", reason=told)
        if isinstance(error, SlowConsumerError):
            self._missed()

    async def _lost(self) -> None:
        if not self.client.is_closed:
            log().warning("the stream is away")

    async def _back(self) -> None:
        self._told = ""
        log().info("the stream is back")
        self._missed()
