"""A real nats-server with JetStream in a folder, started and stopped by us."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from deploy.stream import grants, rights
from deploy.stream.grants import Grant

from . import binaries, ports, processes
from .passwords import password_in, write_private
from .processes import Bounds
from .refusals import NotReady, NotRunning

RELOADED = "Reloaded server configuration"
PATIENCE_SECONDS = 10.0

CONFIGURATION = """\
host: {host}
port: {port}
server_name: guanxi
ports_file_dir: {folder}
include "users.conf"
jetstream {{ store_dir: {store}, sync_interval: {sync_interval} }}
"""


@dataclass
class Nats:
    """`start` answers the administrator's URL, password included; the streams stay in the folder.

    Start it from a thread that lives as long as it should: the server ends with that thread.
    What it has acknowledged is on the disk; `durable=False` writes when it likes.
    """

    folder: Path
    port: int = 0
    durable: bool = True
    log: Path | None = None
    reached: int | None = None
    """The server's process, where somebody else started it."""
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
    def pid(self) -> int:
        pid = self.process.pid if self.process else self.reached
        if pid is None:
            raise NotRunning("NATS is not running")
        return pid

    @property
    def url(self) -> str:
        return self.url_of(rights.ADMINISTRATOR)

    @property
    def grants_file(self) -> Path:
        return self.folder / "grants.json"

    def url_of(self, user: str) -> str:
        return f"nats://{user}:{self.password_of(user)}@{ports.HOST}:{self.port}"

    def password_of(self, user: str) -> str:
        return password_in(self.folder / "passwords" / user)

    def grants(self) -> dict[str, Grant]:
        return grants.read(self.grants_file)

    def keep_grants(self, kept: Mapping[str, Grant]) -> None:
        """Remember who else may sign in; the server knows when it reads its users anew."""
        grants.write(self.grants_file, kept)
        self.write_users()

    def write_users(self) -> None:
        """Write who may sign in and do what, beside the configuration that includes it."""
        granted = self.grants().values()
        text = rights.configuration(granted, lambda user: json.dumps(self.password_of(user)))
        write_private(self.folder / "users.conf", text)

    def forget(self, user: str) -> None:
        """Throw a user's password away: whoever is granted under the name has another."""
        (self.folder / "passwords" / user).unlink(missing_ok=True)

    def reload(self) -> None:
        """Have the server read its users anew, and return when it has.

        Twice: what a new account imports from ours is answered from the second time on (2.15.1).
        """
        self._reload_once()
        self._reload_once()

    def _reload_once(self) -> None:
        before = self._said(RELOADED)
        os.kill(self.pid, signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._said(RELOADED) == before:
            if time.monotonic() > deadline:
                raise NotReady(f"NATS did not take its users: see {self._log}")
            time.sleep(0.005)

    def _said(self, what: str) -> int:
        return self._log.read_text().count(what)

    @property
    def _log(self) -> Path:
        return self.log or self.folder / "server.log"

    def start(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        for left_behind in self.folder.glob("*.ports"):
            left_behind.unlink()
        log = self._log
        self.process = processes.start(
            [binaries.nats_server(), "--config", self._configure()],
            log=log,
            bounds=Bounds(dies_by=signal.SIGTERM),
            folder=self.folder,
        )
        processes.await_ready("NATS", self.process, self._is_ready, log=log)
        return self.url

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGTERM)
            self.process = None

    def erase(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _configure(self) -> Path:
        """Write a file rather than flags: it alone knows `sync_interval`, and no `ps` shows it."""
        file = self.folder / "server.conf"
        self.write_users()
        text = CONFIGURATION.format(
            host=ports.HOST,
            port=self.wanted_port or -1,
            folder=json.dumps(str(self.folder)),
            store=json.dumps(str(self.folder)),
            sync_interval="always" if self.durable else "2m",
        )
        write_private(file, text)
        return file

    def _is_ready(self) -> bool:
        """Its ports file is written when it listens; asking it earlier costs seconds."""
        file = self.folder / f"nats-server_{self.pid}.ports"
        try:
            urls = json.loads(file.read_text())["nats"]
        except (FileNotFoundError, json.JSONDecodeError):  # not there, or half written
            return False
        self.port = int(urls[0].rpartition(":")[2])
        return True
