"""A real nats-server with JetStream in a folder, started and stopped by us."""

import json
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from . import binaries, ports, processes
from .passwords import password_in, write_private
from .processes import Bounds
from .refusals import NotRunning

USER = "guanxi"
CONFIGURATION = """\
host: {host}
port: {port}
server_name: guanxi
ports_file_dir: {folder}
authorization {{ user: {user}, password: {password} }}
jetstream {{ store_dir: {store}, sync_interval: {sync_interval} }}
"""


@dataclass
class Nats:
    """`start` answers the URL, password included; the streams stay in the folder.

    Start it from a thread that lives as long as it should: the server ends with that thread.
    A killed server loses nothing; a power cut loses what came within `sync_interval`, and the
    outbox keeps its rows for longer than that. `durable=False` writes when it likes.
    """

    folder: Path
    port: int = 0
    durable: bool = True
    log: Path | None = None
    sync_interval: str = "1s"
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
        if self.process is None:
            raise NotRunning("NATS is not running")
        return self.process.pid

    @property
    def password(self) -> str:
        return password_in(self.folder / "password")

    @property
    def url(self) -> str:
        return f"nats://{USER}:{self.password}@{ports.HOST}:{self.port}"

    def start(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        for left_behind in self.folder.glob("*.ports"):
            left_behind.unlink()
        log = self.log or self.folder / "server.log"
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
        text = CONFIGURATION.format(
            host=ports.HOST,
            port=self.wanted_port or -1,
            folder=json.dumps(str(self.folder)),
            user=USER,
            password=json.dumps(self.password),
            store=json.dumps(str(self.folder)),
            sync_interval=self.sync_interval if self.durable else "2m",
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
