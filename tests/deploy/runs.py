"""A supervisor in a process of its own, as the tests see it."""

import os
import subprocess
import sys

from deploy.local import ports
from deploy.local.checkout import Checkout
from tests.support.forking import forked

from .waiting import until

STARTS_SECONDS = 120
"""With servers to start and databases to migrate, on a machine that has other things to do."""
LAST_WORDS = "Ctrl-C stops everything"
"""What it says when all else has been said: that it is up comes a few lines before."""


class Run:
    """A supervisor at work in a folder, and what it says."""

    def __init__(self, folder, **settings):
        self.folder, self.settings = folder, settings
        self.checkout = Checkout(folder / "run")
        self.diary = folder / "diary"
        self.said = folder / f"said.{len(list(folder.glob('said.*')))}"
        told = {
            "RUN_FOLDER": self.checkout.run,
            "DIARY": self.diary,
            "COMPANY": folder / "company",
        }
        environment = {**os.environ, **{name: str(value) for name, value in told.items()}}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.deploy.a_run"],
                env=environment | {name: str(value) for name, value in settings.items()},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self):
        return self.said.read_text()

    def up(self):
        until(lambda: LAST_WORDS in self.text or self.process.poll() is not None, STARTS_SECONDS)
        assert LAST_WORDS in self.text, self.text
        self.pids = {part.name: part.pid for part in self.checkout.parts()}
        return self.pids

    def end(self, by):
        self.process.send_signal(by)
        return self.process.wait(60)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def free_ports():
    return {name: ports.any_free() for name in ("GATEWAY_PORT", "POSTGRES_PORT", "NATS_PORT")}


def crm(*arguments, folder=None, stdin="", **settings):
    told = {"RUN_FOLDER": str(folder)} if folder else {}
    environment = {**os.environ, "COLUMNS": "200", **told, **settings}
    return forked(arguments, environment=environment, stdin=stdin)
