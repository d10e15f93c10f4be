"""What a checkout keeps beside its code, and who is running it."""

import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from .passwords import write_private
from .refusals import AlreadyRunning

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """A process of a running system, and where it answers."""

    name: str
    pid: int | None
    address: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """The folder `.run`: data of both servers, keys, logs, and the state of the supervisor.

    The lock is the kernel's, so that it goes with the process, however that ends.
    """

    run: Path

    @property
    def keys(self) -> Path:
        return self.run / "keys"

    @property
    def postgres(self) -> Path:
        return self.run / "postgres"

    @property
    def nats(self) -> Path:
        return self.run / "nats"

    def log(self, name: str) -> Path:
        return self.run / "logs" / f"{name}.log"

    def fresh_log(self, name: str) -> Path:
        """Answer an empty one; the last run's stays beside it."""
        log = self.log(name)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        return log

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Be the one supervisor of this checkout."""
        self.run.mkdir(parents=True, exist_ok=True)
        with (self.run / "lock").open("a+") as lock:
            if not taken(lock.fileno()):
                raise AlreadyRunning(
                    f"this checkout is up already (process {self.supervisor() or 'unknown'}): "
                    "`make stop` stops it"
                )
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                (self.run / "state.json").unlink(missing_ok=True)

    def supervisor(self) -> int | None:
        """Find the process that holds this checkout, if there is one."""
        with suppress(FileNotFoundError), (self.run / "lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
        return None

    def record(self, parts: Iterable[Part]) -> None:
        write_private(self.run / "state.json", json.dumps([asdict(part) for part in parts]))

    def parts(self) -> list[Part]:
        if self.supervisor() is None:
            return []
        with suppress(FileNotFoundError):
            recorded = json.loads((self.run / "state.json").read_text())
            return [Part(**each) for each in recorded]
        return []


def taken(lock: int) -> bool:
    """Take the lock; who merely looks whether it is held has it for a moment, so ask again."""
    deadline = time.monotonic() + 0.5
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True
