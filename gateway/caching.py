"""Remembers what is dear to make: each thing made once, the least used forgotten first."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar, cast

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SingleFlight(Generic[Key, Value]):
    """A cache that makes a missing value in a thread, once, however many ask meanwhile.

    It is bounded by the weight of what it keeps, since callers choose how heavy that is. A failure
    is told to all who wait; those that would come again each time are kept too.
    """

    def __init__(
        self,
        capacity: int,
        weigh: Callable[[Key], int],
        lasting: type[Exception] | tuple[()] = (),
    ) -> None:
        self.capacity = capacity
        self.weigh = weigh
        self.lasting = lasting
        self.weight = 0
        self._kept: OrderedDict[Key, tuple[Value | None, Exception | None]] = OrderedDict()
        self._making: dict[Key, asyncio.Task[Value]] = {}

    def known(self, key: Key) -> Value | None:
        """Give what was made before, without waiting."""
        kept = self._kept.get(key)
        if kept is None or kept[1] is not None:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    async def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Give the value, made if need be, or raise what making it raises."""
        if key in self._kept:
            self._kept.move_to_end(key)
            value, failure = self._kept[key]
            if failure is not None:
                raise failure.with_traceback(None)
            return cast(Value, value)
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(key, make))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)  # one caller who leaves must not fail the others

    async def _make(self, key: Key, make: Callable[[], Value]) -> Value:
        try:
            value = await asyncio.to_thread(make)
        except self.lasting as failure:
            self._keep(key, None, failure)
            raise
        finally:
            del self._making[key]
        self._keep(key, value)
        return value

    def _keep(self, key: Key, value: Value | None, failure: Exception | None = None) -> None:
        self._kept[key] = value, failure
        self.weight += self.weigh(key)
        while self.weight > self.capacity:
            gone, _ = self._kept.popitem(last=False)
            self.weight -= self.weigh(gone)


class ShortLived(Generic[Key, Value]):
    """A cache whose values are good for some seconds only."""

    def __init__(self, size: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self.size = size
        self.seconds = seconds
        self.clock = clock
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        now = self.clock()
        found = self._kept.get(key)
        if found is not None and found[0] > now:
            return found[1]
        value = make()
        self._kept[key] = (now + self.seconds, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self.size:
            self._kept.popitem(last=False)
        return value
