"""A service's program with something armed: `python -m tests.faults.program services.sales.main`.

FAULTS says what, separated by commas: `NAME:N` of a failpoint ends it by SIGKILL at the N-th
passing; `slow` holds transactions open before they commit; other names are planted bugs.
"""

import asyncio
import os
import random
import runpy
import signal
import sys
from functools import wraps

from nats.aio.msg import Msg
from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis import idempotency, outbox, publishing
from services.chassis.reacting import Reactions
from services.chassis.relay import Relay
from services.chassis.work import Work
from tests.faults import planted

ARMED = "FAULTS"
SLOW_SHARE, SLOW_SECONDS = 0.2, 0.4

BEFORE = {
    "before-commit": (AsyncSession, "commit"),
    "before-lay": (outbox, "lay"),
    "before-batch": (publishing, "_publish_batch"),
    "before-forget": (Relay, "_forget"),
    "before-ack": (Msg, "ack_sync"),
}
AFTER = {
    "after-claim": (idempotency, "claim"),
    "after-count": (outbox, "count"),
    "after-write": (Work, "write"),
    "after-commit": (AsyncSession, "commit"),
    "after-reaction": (Reactions, "_handle"),
    "after-batch": (publishing, "_publish_batch"),
    "after-forget": (Relay, "_forget"),
    "after-ack": (Msg, "ack_sync"),
}
FAILPOINTS = (*BEFORE, *AFTER)


class Failpoint:
    """Ends this process the N-th time that somebody passes."""

    def __init__(self, times):
        self.left = times

    def pass_by(self):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(name, times):
    place, function = BEFORE.get(name) or AFTER[name]
    point, was = Failpoint(times), getattr(place, function)

    @wraps(was)
    async def passing(*given, **more):
        if name in BEFORE:
            point.pass_by()
        answer = await was(*given, **more)
        if name in AFTER:
            point.pass_by()
        return answer

    planted.replace(place, function, passing)


def slow_down():
    """Let some transactions stay open for a while between their last word and their commit."""
    was, chance = AsyncSession.commit, random.Random()

    @wraps(was)
    async def commit(self):
        if chance.random() < SLOW_SHARE:
            await asyncio.sleep(chance.random() * SLOW_SECONDS)
        await was(self)

    planted.replace(AsyncSession, "commit", commit)


def prepare(armed):
    for it in filter(None, armed.split(",")):
        name, _, times = it.partition(":")
        if name == "slow":
            slow_down()
        elif times:
            arm(name, int(times))
        else:
            planted.BUGS[name].plant()


if __name__ == "__main__":
    prepare(os.environ.get(ARMED, ""))
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
