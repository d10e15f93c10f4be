"""Listening to the graph: server-sent events, read as any client would, without a library."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp

PATIENCE = 60


class Live:
    """One subscription: its answers as they come; None when it is complete."""

    def __init__(self, response):
        self.response = response
        self.status = response.status

    async def event(self):
        """Give the next event as its kind and its data; None where the connection ended."""
        fields = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self.response.content:
                name, _, value = line.decode().rstrip("\n").partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                elif fields:
                    return fields.get("event"), json.loads(fields.get("data") or "null")
        return None

    async def next(self):
        """Give the next answer; None when it is complete."""
        kind, answer = await self.event()
        assert kind in ("next", "complete")
        return answer

    async def heard(self, field="events"):
        answer = await self.next()
        assert "errors" not in answer, answer
        return answer["data"][field]


@asynccontextmanager
async def subscribed(url, token, document, **variables):
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    body = {"query": document, "variables": variables}
    async with (
        aiohttp.ClientSession(read_bufsize=1 << 20) as session,
        session.post(url, json=body, headers=headers) as response,
    ):
        yield Live(response)
