"""Ending tasks: asked until they have ended."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 0.5


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks and wait for their end; what they failed with is not told.

    A cancel that meets the end of a `wait_for` is swallowed (Python 3.11, and libraries wait so):
    asked once, such a task would run for ever.
    """
    known = list(tasks)
    left = {it for it in known if not it.done()}
    while left:
        for it in left:
            it.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
    for it in known:
        if not it.cancelled():
            it.exception()  # seen, so that nobody logs that it was never retrieved
