"""A task ends when it is asked to, also when it did not hear the first time."""

import asyncio

from services.chassis.ending import end


async def test_a_cancel_that_was_swallowed_is_said_again():
    heard: list[str] = []

    async def deaf():
        while len(heard) < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                heard.append("cancel")

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await asyncio.wait_for(end([task]), 30)
    assert heard == ["cancel", "cancel"]


async def test_what_has_ended_or_failed_is_left_in_peace():
    async def failing():
        raise LookupError

    task = asyncio.create_task(failing())
    await asyncio.wait([task])
    await end([task])
    assert isinstance(task.exception(), LookupError)
