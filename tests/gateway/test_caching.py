"""What is remembered: made once, bounded by weight, forgotten by age."""

import asyncio

import pytest

from gateway.caching import ShortLived, SingleFlight


async def test_one_thing_is_made_once_however_many_ask():
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return "value"

    cache = SingleFlight[str, str](100, len)
    found = await asyncio.gather(*(cache.get("key", make) for _ in range(10)))
    assert found == ["value"] * 10
    assert made == [1]


async def test_a_failure_is_told_to_all_and_not_kept():
    cache = SingleFlight[str, str](100, len)

    def fail() -> str:
        raise ValueError("no")

    found = await asyncio.gather(
        *(cache.get("key", fail) for _ in range(3)), return_exceptions=True
    )
    assert [type(each) for each in found] == [ValueError] * 3
    assert await cache.get("key", lambda: "value") == "value"


async def test_a_caller_who_leaves_does_not_fail_the_others():
    begun, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    cache = SingleFlight[str, str](100, len)

    def make() -> str:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(timeout=10)
        return "value"

    leaving = asyncio.create_task(cache.get("key", make))
    staying = asyncio.create_task(cache.get("key", make))
    await asyncio.wait_for(begun.wait(), timeout=10)
    leaving.cancel()
    go_on.set()
    assert await staying == "value"
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_what_is_kept_stays_under_its_weight_and_the_least_used_goes_first():
    cache = SingleFlight[str, str](10, len)
    for key in ("aaaa", "bbbb", "aaaa", "cccc"):
        await cache.get(key, str)
    assert list(cache._kept) == ["aaaa", "cccc"]
    await cache.get("d" * 11, lambda: "too heavy to be kept")
    assert (list(cache._kept), cache.weight) == ([], 0)


def test_what_is_short_lived_is_made_anew_after_its_time():
    now = [0.0]
    cache = ShortLived[str, float](2, 30, lambda: now[0])
    assert cache.get("a", lambda: now[0]) == 0
    now[0] = 29.0
    assert cache.get("a", lambda: now[0]) == 0
    now[0] = 31.0
    assert cache.get("a", lambda: now[0]) == 31
    for key in ("b", "c"):
        cache.get(key, lambda: now[0])
    assert list(cache._kept) == ["b", "c"]
