"""A job steps aside for whoever asks the database meanwhile, and for nobody else."""

import pytest

from services.chassis.courtesy import FEWEST, FIRST, LONGEST_PAUSE, MOST, STEP, Courtesy
from services.chassis.database import connect
from tests.support.waiting import until


class Watched(Courtesy):
    """Its batches take as long as they are said to, and its pauses are noted."""

    def __init__(self, engine):
        self.time, self.pauses = 0.0, []
        super().__init__(engine, clock=lambda: self.time, pause=self.note)

    async def note(self, seconds):
        self.pauses.append(seconds)

    async def batch(self, took):
        """Do a batch that takes so long, and give the pause after it."""
        async with self.turn():
            self.time += took
        return self.pauses[-1]


@pytest.fixture
async def courtesy(toy):
    engine = connect(toy.app_url, name="toy jobs")
    yield Watched(engine)
    await engine.dispose()


async def test_it_pauses_as_long_as_a_batch_took_when_somebody_else_asked_meanwhile(
    courtesy, harbour
):
    await harbour.counted("ship")
    assert await courtesy.batch(0.7) == 0.7
    assert await courtesy.batch(60.0) == LONGEST_PAUSE


async def test_it_does_not_pause_when_nobody_else_asked(courtesy, harbour):
    await harbour.counted("ship")

    async def is_alone():
        return await courtesy.batch(0.05) == 0

    await until(is_alone)


async def test_long_batches_become_smaller_and_short_ones_larger_within_bounds(courtesy):
    assert courtesy.rows == FIRST
    await courtesy.batch(0.01)
    assert courtesy.rows == FIRST + STEP
    for _ in range(20):
        await courtesy.batch(0.01)
    assert courtesy.rows == MOST
    await courtesy.batch(0.2)
    assert courtesy.rows == MOST, "it took as long as a batch may"
    for _ in range(9):
        await courtesy.batch(0.3)
    assert courtesy.rows == FEWEST
