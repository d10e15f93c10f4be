"""A run: clients at work, faults, then peace; and what the checker says of what is left."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from services.chassis.ending import end
from services.chassis.streams import STREAM
from tests.faults import checker, gathering
from tests.faults.checker import Violation
from tests.faults.evidence import Evidence
from tests.faults.history import History
from tests.faults.listening import Listener
from tests.faults.nemesis import Fault, Nemesis
from tests.faults.workload import Client, Known
from tests.support.waiting import until
from tests.system import outside
from tests.system.system import Company

CLIENTS = 6
DRAIN_SECONDS = 240.0
"""How long everything may take to come right once the faults have ended."""
LOOK_SECONDS = 0.5
RENEW_SECONDS = 1200.0


@dataclass(frozen=True)
class Plan:
    """What a run is made of. With a `pace` clients think between their deeds, for so long."""

    seed: int
    seconds: float
    faults: Sequence[Fault] = ()
    clients: int = CLIENTS
    pace: float = 0.0
    pause: float = 0.5
    patience: float = DRAIN_SECONDS


@dataclass(frozen=True)
class Run:
    """What a run came to; `drained` is how long it took to come right, None if it did not."""

    evidence: Evidence
    violations: list[Violation]
    faults: Counter[str]
    drained: float | None

    def lines(self):
        """Give a summary: commands by what came of them, events, faults, violations."""
        commands = self.evidence.commands
        outcomes = Counter(it.outcome.value for it in commands)
        tries = sum(len(it.tries) for it in commands)
        silent = sum(it.unanswered for it in commands)
        yield (
            f"{len(commands)} commands in {tries} tries, {silent} of them unanswered: "
            + ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
        )
        taken = sum(len(it.inbox) for it in self.evidence.readers)
        yield (
            f"{len(self.evidence.told)} events told, {len(self.evidence.stream)} messages on the"
            f" stream, {taken} taken by readers,"
            f" {sum(len(it.letters) for it in self.evidence.readers)} dead letters"
        )
        yield "faults: " + ", ".join(f"{n} {it}" for it, n in sorted(self.faults.items()))
        is_late = "NOT within its time" if self.drained is None else f"in {self.drained:.1f} s"
        yield f"everything came right {is_late} after the last fault"
        yield f"violations: {len(self.violations)}"
        for (name, what), _ in zip(self.violations, range(20), strict=False):
            yield f"  {name}: {what}"
        for name, count in Counter(it.invariant for it in self.violations).items():
            yield f"  {count} of {name}"


async def run(world, plan):
    """Do it all on a world that stands, for a company of its own."""
    chance = random.Random(plan.seed)
    company = Company(world)
    await company.found()
    history = History(world.folder / f"history-{company.tenant}.jsonl")
    listener = Listener(world, company)
    await listener.grant()
    nemesis = Nemesis(world, company, listener, chance, history.note)
    stopping = asyncio.Event()
    beside = [asyncio.create_task(it) for it in (_renewed(company), listener.reader.run())]
    working = [asyncio.create_task(it) for it in _clients(company, history, plan, stopping)]
    if plan.faults:
        await nemesis.rage(plan.faults, plan.seconds, plan.pause)
    else:
        await asyncio.sleep(plan.seconds)
    stopping.set()
    await asyncio.gather(*working)
    came_right = partial(gathering.is_drained, world, company, listener)
    drained = await _waited(came_right, plan.patience)
    if drained is None:
        await _note_what_stands_still(world, history)
    evidence = await gathering.gather(world, company, history, nemesis.made_up, listener)
    await end(beside)
    history.close()
    return Run(evidence, checker.violations(evidence), nemesis.done, drained)


def _clients(company, history, plan, stopping):
    known = Known(random.Random(plan.seed))
    for number in range(plan.clients):
        client = Client(company, history, known, random.Random(f"{plan.seed}-{number}"))
        yield client.work(stopping, plan.pace)


async def _renewed(company):
    """Sign in again from time to time: tokens are short-lived."""
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        company.token = await company.sign_in(company.email)


async def _note_what_stands_still(world, history):
    """Write down how far each reader is, as the stream sees it."""
    async with outside.stream(world) as js:
        for it in await js.consumers_info(STREAM):
            history.note("consumer", info=str(it))


async def _waited(came_right, patience):
    """Give how long it took, or None."""
    begun = monotonic()

    async def look():
        await asyncio.sleep(LOOK_SECONDS)  # looking costs the system more than waiting
        return await came_right()

    try:
        await until(look, patience)
    except AssertionError:
        return None
    return monotonic() - begun
