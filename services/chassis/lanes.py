"""Lanes: what is of one key happens in order, what is of different keys side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

from services.chassis.logs import log

Job = Callable[[], Awaitable[None]]


class Lanes:
    """Runs so many jobs at once, and takes in so many that `put` waits for room.

    A job sees to its own failures: one that raises all the same makes room, and its lane goes on.
    """

    def __init__(self, *, width: int, room: int) -> None:
        self._width = asyncio.Semaphore(width)
        self._room = asyncio.Semaphore(room)
        self._waiting: dict[Hashable, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, key: Hashable, job: Job) -> None:
        """Run a job after all that were put under its key before."""
        await self._room.acquire()
        if key in self._waiting:
            self._waiting[key].append(job)
            return
        self._waiting[key] = deque([job])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, key: Hashable) -> None:
        waiting = self._waiting[key]
        while waiting:
            job = waiting.popleft()
            try:
                async with self._width:
                    await job()
            except Exception as error:  # noqa: BLE001  # else the room of all behind it were lost
                log().error("a job did not see to its failure", reason=type(error).__name__)
            finally:
                self._room.release()
        del self._waiting[key]
