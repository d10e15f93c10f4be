"""Waiting for what becomes true by itself, with an end to one's patience."""

import asyncio
import inspect
from time import monotonic

PATIENCE = 30.0


async def until(condition, seconds=PATIENCE):
    """Ask a condition, plain or async, until it is true; give its answer."""
    deadline = monotonic() + seconds
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        assert monotonic() < deadline, "it did not become true in time"
        await asyncio.sleep(0.01)
