"""Showing what the parts have logged."""

import os
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from os.path import samestat
from pathlib import Path
from typing import TextIO

import typer

from deploy.local.refusals import NotThere

from . import here


@dataclass
class Log:
    """A log file that is read on as it grows, and from its beginning when it is begun anew."""

    path: Path
    stream: TextIO | None = field(default=None, init=False)

    def last(self, lines: int) -> list[str]:
        return list(deque(self.more(), maxlen=lines))

    def more(self) -> list[str]:
        with suppress(FileNotFoundError):
            if self.stream is None:
                self.stream = self.path.open(errors="replace")
            elif not samestat(os.fstat(self.stream.fileno()), self.path.stat()):
                rest = self.stream.readlines()
                self.stream.close()
                self.stream = self.path.open(errors="replace")
                return rest + self.stream.readlines()
        return self.stream.readlines() if self.stream else []


def show(name: str | None, *, follow: bool, lines: int) -> None:
    logs = found(name)
    width = max(len(log.path.stem) for log in logs)
    several = len(logs) > 1

    def say(log: Log, line: str) -> None:
        before = f"{log.path.stem:<{width}} | " if several else ""
        typer.echo(before + line.rstrip("\n"))

    for log in logs:
        for line in log.last(lines):
            say(log, line)
    while follow:
        for log in logs:
            for line in log.more():
                say(log, line)
        time.sleep(0.1)


def found(name: str | None) -> list[Log]:
    folder = here.checkout().log("any").parent
    there = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if not there:
        raise NotThere("there are no logs yet: `make run` starts what writes them")
    if name is None:
        return [Log(path) for path in there.values()]
    wanted = name.replace("-", "_")
    if wanted not in there:
        raise NotThere(f"there is no log of {name}: there is {', '.join(there)}")
    return [Log(there[wanted])]
