"""A minute of faults, one after the other, while clients go on: nothing that we promise breaks."""

import os

import pytest

from deploy.local.checkout import ROOT
from tests.faults import nemesis
from tests.faults.running import Plan, run
from tests.faults.world import a_world

SEED = 1
SECONDS = 30.0
"""Each fault that a minute has room for, once at the least; starting and ending take the rest."""


@pytest.fixture(scope="module")
def world():
    with a_world(shared=["customers"], kept=ROOT / ".run" / "faults") as world:
        yield world


@pytest.mark.feature("PLT-06")
async def test_what_we_promise_holds_through_a_minute_of_faults(world):
    plan = Plan(int(os.environ.get("SEED") or SEED), SECONDS, nemesis.LIGHT, pause=0.2)
    done = await run(world, plan)
    said = "\n".join([f"seed {plan.seed}", *done.lines()])
    assert done.drained is not None, said
    assert done.violations == [], said
    assert {it.__name__ for it in nemesis.LIGHT} <= done.faults.keys(), said
    told = [it for it in done.evidence.commands if it.outcome.value == "acknowledged"]
    assert len(told) > 100, said
