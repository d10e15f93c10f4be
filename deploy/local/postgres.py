"""A real PostgreSQL in a folder, started and stopped by us."""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from . import identity, ports, processes
from .binaries import PostgresBinaries
from .passwords import password_in, write_private
from .processes import Bounds, Identity
from .refusals import NotRunning, ProgramDied, Refused

ATTEMPTS, FIRST_WAIT = 8, 0.1
"""Each wait is twice the one before: in all, 13 seconds."""
INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--username=postgres",
    "--auth=scram-sha-256",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",  # a socket's path may not be longer than 107 characters
    "max_connections": "400",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Nothing of the caller's locale or PG* settings reaches the server.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


@dataclass
class Postgres:
    """`start` answers the administrator's URL; the data stays in the folder.

    Start it from a thread that lives as long as it should: the server ends with that thread.
    `durable=False` is for tests: what was written is lost when the machine stops.
    """

    folder: Path
    port: int = 0
    durable: bool = True
    log: Path | None = None
    identity: Identity = field(default_factory=identity.of_database_server)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        self.wanted_port = self.port

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        return identity.place(self.folder, self.identity) / "data"

    @property
    def pid(self) -> int:
        if self.process is None:
            raise NotRunning("PostgreSQL is not running")
        return self.process.pid

    @property
    def url(self) -> str:
        password = password_in(self.folder / "password")
        return f"postgresql://postgres:{password}@{ports.HOST}:{self.port}/postgres"

    def start(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        binaries = PostgresBinaries.found().reachable_as(self.identity, self.data.parent)
        if self.data.exists():
            self._require_same_version(binaries)
        else:
            self._create(binaries)
        for attempt in range(ATTEMPTS):
            self.port = self.wanted_port or ports.any_free()
            try:
                self._launch(binaries)
            except ProgramDied:
                # Another may have been faster to take the port that was found free, and the
                # children of a killed server hold its data for a moment longer.
                theirs = self.wanted_port and not ports.is_free(self.wanted_port)
                if theirs or attempt == ATTEMPTS - 1:
                    raise
                time.sleep(FIRST_WAIT * 2**attempt)
            else:
                break
        return self.url

    def stop(self) -> None:
        if self.process is not None:
            # SIGINT is its "fast": it ends connections and writes everything down.
            processes.stop(self.process, signal.SIGINT if self.durable else signal.SIGQUIT)
            self.process = None

    def erase(self) -> None:
        """Remove the data, wherever it lies."""
        for folder in {self.data.parent, self.folder}:
            shutil.rmtree(folder, ignore_errors=True)

    def _launch(self, binaries: PostgresBinaries) -> None:
        log = self.log or self.folder / "server.log"
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else FORGETFUL)
        self.process = processes.start(
            [binaries.postgres, "-D", self.data, *(f"--{k}={v}" for k, v in settings.items())],
            log=log,
            bounds=Bounds(self.identity, signal.SIGINT if self.durable else signal.SIGQUIT),
            environment=ENVIRONMENT,
            folder=self.data.parent,
        )
        processes.await_ready("PostgreSQL", self.process, self._is_ready, log=log)

    def _is_ready(self) -> bool:
        """Read what the server itself writes: its process id first, its state last."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        mine = lines[0] == str(self.pid)
        return mine and len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004  # its eighth line

    def _create(self, binaries: PostgresBinaries) -> None:
        """Make the data folder under another name first: a killed initdb leaves no half of one."""
        home = self.data.parent
        new, password = home / "data.new", home / "password.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        write_private(password, password_in(self.folder / "password"))
        for path in (new, password):
            identity.hand_over(path, self.identity)
        sync = [] if self.durable else ["--no-sync"]
        command: list[str | Path] = [
            binaries.initdb,
            "-D",
            new,
            f"--pwfile={password}",
            *INITDB,
            *sync,
        ]
        made = subprocess.run(  # noqa: S603  # our own launcher, no shell
            Bounds(self.identity).around(command),
            capture_output=True,
            text=True,
            check=False,
            cwd=home,
            env=ENVIRONMENT,
        )
        password.unlink()
        if made.returncode != 0:
            raise Refused(f"initdb could not make {new}: {made.stderr.strip()}")
        new.rename(self.data)

    def _require_same_version(self, binaries: PostgresBinaries) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != binaries.major:
            raise Refused(
                f"the data in {self.data} was made by PostgreSQL {made_by} and this is "
                f"{binaries.major}: `make reset` begins anew"
            )
