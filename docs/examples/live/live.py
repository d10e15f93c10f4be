"""Prints each event once, live over WebSocket; it goes on after its last one when it comes again.

    CRM_URL=ws://127.0.0.1:8000/graphql CRM_TOKEN=… python live.py [cursor]

It needs the package `websockets` and nothing else. A real reader keeps the cursor together with
what it does about an event, in one transaction, and begins with it.
"""

import asyncio
import json
import os
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
EVENTS = """subscription($after: String) {
    events(after: $after) { event { type subject sequence } gap cursor } }"""
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0


async def listen(after: str | None) -> None:
    """Follow for ever; a connection may end at any time, and another goes on."""
    wait = FIRST_WAIT
    while True:
        try:
            async with connect(os.environ["CRM_URL"], subprotocols=[PROTOCOL]) as socket:
                async for delivery in deliveries(socket, after):
                    told(delivery)
                    after, wait = delivery["cursor"], FIRST_WAIT
        except (OSError, ConnectionClosed, InvalidHandshake) as reason:
            warn(f"again in {wait} s: {reason}")
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


async def deliveries(socket: ClientConnection, after: str | None) -> Any:
    """Give what the subscription brings, until it or the connection ends."""
    token = {"authorization": f"Bearer {os.environ['CRM_TOKEN']}"}
    await say(socket, type="connection_init", payload=token)
    async for text in socket:
        match json.loads(text):
            case {"type": "connection_ack"}:
                payload = {"query": EVENTS, "variables": {"after": after}}
                await say(socket, type="subscribe", id="events", payload=payload)
            case {"type": "ping"}:
                await say(socket, type="pong")
            case {"type": "next", "payload": {"data": {"events": delivery}}}:
                yield delivery
            case {"type": "error", "payload": errors}:
                warn(str(errors))
                return
            case {"type": "complete"}:
                return


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


def told(delivery: dict[str, Any]) -> None:
    if delivery["gap"]:
        warn("some events are lost to this feed: read the present state anew")
    if event := delivery["event"]:
        sys.stdout.write(f"{event['sequence']} {event['subject']} {event['type']}\n")
        sys.stdout.flush()


def warn(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1] if len(sys.argv) > 1 else None))
