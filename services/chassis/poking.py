"""Pokes: the programs of a service tell each other over NATS that something was committed.

A poke says nothing and promises nothing: one that is lost costs the time until the next poll.
"""

import asyncio

from services.chassis.streams import FAILURES, Stream, poke_of


class Poke:
    """Sends one poke, however much was committed since the last."""

    def __init__(self, stream: Stream, service: str) -> None:
        self.stream = stream
        self.subject = poke_of(service)
        self._wanted = asyncio.Event()

    def send(self) -> None:
        self._wanted.set()

    async def run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.stream.opened()
                if self.stream.is_connected:  # else the library would keep it for later
                    await self.stream.client.publish(self.subject)
            except FAILURES:
                continue  # the stream says itself that it is in trouble, and the poll goes on
