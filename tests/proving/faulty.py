"""The proofs of the event spine: half an hour of faults, and bugs that the checker must see."""

import asyncio
import os
import random
from collections import Counter

from deploy.local.checkout import ROOT
from tests.faults import nemesis
from tests.faults.planted import BUGS
from tests.faults.running import Plan, run
from tests.faults.world import a_world

MINUTES, ROUND_SECONDS = 30, 300.0
"""Every round is a company of its own, whose evidence is judged before the next begins."""
CALM_SECONDS, CALM_PACE = 45.0, 0.3
PLANTED_SECONDS, PLANTED_PATIENCE, PLANTED_RUNS = 20.0, 20.0, 4
"""A bug may hide from a run or two, by chance or on a slow machine."""
CALM = "slow"
KEPT = ROOT / ".run" / "faults-proof"
"""Where histories and logs of a proof stay: what comes once in an hour is looked for there."""


def faults(transcript):
    """Do harm for MINUTES; SEED repeats a run, as far as chance decides it."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    minutes = float(os.environ.get("MINUTES") or MINUTES)
    transcript.title = "Faults, and what they did not break"
    transcript.meaning = (
        "Clients change records through the gateway, each command under an idempotency key, and\n"
        "one fault follows the other, in an order that the seed decides. Afterwards the checker\n"
        "(tests/faults/checker.py) holds every answer, outbox, message, gate, inbox, dead letter\n"
        "and projection against what docs/guides/events.md promises. First a calm part with long\n"
        "transactions at a low rate, and no fault: it shows what load and restarts would hide."
    )
    transcript.say(f"seed {seed} (SEED={seed} make prove PROOF=faults does the same again)")
    total: Counter[str] = Counter()
    with a_world([CALM]) as world:
        calm = Plan(seed, CALM_SECONDS, pace=CALM_PACE)
        _say(transcript, "calm", asyncio.run(run(world, calm)), total)
    left, number = minutes * 60, 0
    with a_world(kept=KEPT) as world:
        while left > 0:
            number += 1
            plan = Plan(seed + number, min(left, ROUND_SECONDS), nemesis.ALL)
            _say(transcript, f"round {number}", asyncio.run(run(world, plan)), total)
            left -= plan.seconds
    transcript.say()
    for name, count in sorted(total.items()):
        transcript.say(f"in all, {name}: {count}")
    return transcript


def _say(transcript, what, done, total):
    transcript.say()
    transcript.say(what)
    for it in done.lines():
        transcript.say(f"  {it}")
    transcript.is_proven &= done.drained is not None and not done.violations
    total.update(done.faults)
    total["commands"] += len(done.evidence.commands)
    total["tries"] += sum(len(it.tries) for it in done.evidence.commands)
    total["events"] += len(done.evidence.told)
    total["violations"] += len(done.violations)


def planted_bugs(transcript):
    """Plant one bug after the other; NAMES chooses some."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    names = (os.environ.get("NAMES") or ",".join(BUGS)).split(",")
    transcript.title = "Planted bugs, and how the checker sees them"
    transcript.meaning = (
        "Each bug breaks one promise of the chassis in all three services\n"
        "(tests/faults/planted.py). It is given a workload and the faults under which it shows;\n"
        "the checker must name the promise that it breaks. What these faults and others break\n"
        "without a bug, which is nothing, is in faults.md."
    )
    transcript.say(f"seed {seed} (SEED={seed} make prove PROOF=planted_bugs)")
    for it in names:
        transcript.is_proven &= _is_seen(transcript, it, BUGS[it], seed)
    return transcript


def _named(names):
    return [getattr(nemesis, it) for it in names]


def _is_seen(transcript, name, bug, seed):
    """Run with a bug until it is seen, and say how."""
    harm, patience = _named(bug.faults), PLANTED_PATIENCE
    armed = [CALM] if bug.pace else []
    under = ", ".join(bug.faults) or ("long transactions" if bug.pace else "no fault")
    with a_world([*armed, name], shared=()) as world:
        for number in range(1, PLANTED_RUNS + 1):
            plan = Plan(seed + number, PLANTED_SECONDS, harm, pace=bug.pace, patience=patience)
            done = asyncio.run(run(world, plan))
            found = Counter(it.invariant for it in done.violations)
            count = len(done.evidence.commands)
            transcript.say(f"{name} ({under}), run {number}: {count} commands, {dict(found)}")
            if set(bug.seen_by) <= found.keys():
                _say_how(transcript, bug, done)
                return True
    transcript.say("  NOT SEEN")
    return False


def _say_how(transcript, bug, done):
    for wanted in bug.seen_by:
        example = next(it.what for it in done.violations if it.invariant == wanted)
        transcript.say(f"  {wanted}: {example}")
