"""Watching: files that are read again when they change: keys, passwords."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from services.chassis.logs import log

T = TypeVar("T")
LOOK_SECONDS = 1.0
"""A file is looked at again this often at the most."""


class Watched(Generic[T]):
    """What stands in a file by now; one that cannot be read stays as it was, and is told of."""

    def __init__(
        self, path: Path, read: Callable[[str], T], clock: Callable[[], float] = monotonic
    ) -> None:
        self.path = path
        self.read = read
        self.clock = clock
        self._mark = self._marked()
        self._value = read(path.read_text())
        self._looked_at = clock()

    def now(self, *, at_once: bool = False) -> T:
        """Give what stands there; `at_once` looks however short ago it was looked at."""
        moment = self.clock()
        if at_once or moment - self._looked_at >= LOOK_SECONDS:
            self._looked_at = moment
            self._look()
        return self._value

    def _look(self) -> None:
        try:
            mark = self._marked()
            if mark != self._mark:
                self._value = self.read(self.path.read_text())
                self._mark = mark
                log().info("a file was read again", path=str(self.path))
        except (OSError, ValueError) as error:
            log().error(
                "a file cannot be read again", path=str(self.path), why=type(error).__name__
            )

    def _marked(self) -> tuple[int, int, int]:
        found = self.path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
