"""Processes that never outlive the one that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import confined
from .refusals import NotReady, ProgramDied

Identity = Literal["self", "namespace", "nobody"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Who a process is, and the signal that it gets when its parent is gone."""

    identity: Identity = "self"
    dies_by: signal.Signals = signal.SIGKILL

    def around(self, command: Sequence[str | Path]) -> list[str]:
        python = [sys.executable, "-I", "-S", confined.__file__]
        bounds = [str(os.getpid()), str(int(self.dies_by)), self.identity]
        return [*python, *bounds, *map(str, command)]


FREE = Bounds()


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    bounds: Bounds = FREE,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command whose life ends with the calling thread's.

    It gets a session of its own: a Ctrl-C at the terminal reaches the supervisor alone, which
    then stops everything in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  # the command is the launcher's own, no shell
            bounds.around(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], by: signal.Signals, *, patience: float = 20) -> None:
    """Ask by a signal, wait, and kill only what does not answer."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def await_ready(
    name: str,
    process: subprocess.Popen[bytes],
    ready: Callable[[], bool],
    *,
    log: Path,
    patience: float = 120,  # a first start compiles every module, on whatever machine
) -> None:
    """Return when it is ready; refuse as soon as it has ended, or when patience has."""
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None:
            raise ProgramDied(died(name, process, log))
        if time.monotonic() > deadline:
            raise NotReady(f"{name} was not ready within {patience:g} seconds: see {log}")
        time.sleep(0.005)


def died(name: str, process: subprocess.Popen[bytes], log: Path) -> str:
    code = process.returncode
    how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
    return f"{name} ended {how}: its last lines are in {log}"
