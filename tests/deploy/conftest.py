"""Supervised systems for the tests: one that is up to be looked at, and new ones."""

import pytest

from .runs import Run, free_ports


@pytest.fixture
def free():
    """Ports of our own for all three listeners."""
    return free_ports()


@pytest.fixture
def begin(tmp_path, free):
    runs = []

    def started(**settings):
        runs.append(Run(tmp_path, **{**free, **settings}))
        return runs[-1]

    yield started
    for run in runs:
        run.kill()


@pytest.fixture(scope="session")
def up(tmp_path_factory):
    """A system that is up, for those who only look at it."""
    run = Run(tmp_path_factory.mktemp("up"), **free_ports())
    run.up()
    yield run
    run.kill()
