"""Bring the whole system up on one machine, watch it, and take it down in order."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from deploy.stream import provisioning, rights
from deploy.stream.grants import Grant
from deploy.stream.provisioning import StreamLimits

from . import databases, keys, ports, processes, programs
from .checkout import ROOT, Checkout, Part
from .company import Company
from .databases import SERVICES, Database
from .nats import Nats
from .postgres import Postgres
from .programs import Ground, Program
from .readiness import is_ready
from .refusals import ProgramDied
from .screen import Screen
from .settings import LocalSettings

Process = subprocess.Popen[bytes]
Services = Callable[[Ground, LocalSettings], Sequence[Program]]
Gateway = Callable[[Ground, LocalSettings, Mapping[str, str]], Program]
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class System:
    """What runs on the servers; `migrate` takes a service and its owner's URL."""

    migrate: Callable[[str, str], None]
    company: Company | None = None
    services: Services = programs.services
    gateway: Gateway = programs.gateway


@dataclass
class Supervisor:
    """One run of a system. What is started goes on `running`, and is stopped last first."""

    checkout: Checkout
    settings: LocalSettings
    screen: Screen
    system: System
    running: ExitStack = field(default_factory=ExitStack, init=False)
    processes: dict[str, Process] = field(default_factory=dict, init=False)
    parts: list[Part] = field(default_factory=list, init=False)

    @property
    def graph_url(self) -> str:
        return f"http://{ports.HOST}:{self.settings.gateway_port}/graphql"

    def run(self) -> None:
        """Return when somebody asked it to stop; raise when a part has ended by itself."""
        with asked_to_stop(), self.checkout.hold(), self.running:
            ports.require_free(self.settings.wanted_ports)
            self.start()
            self.show_the_way()
            self.watch()

    def start(self) -> None:
        admin_url, nats_urls = self.start_postgres(), self.start_nats()
        made = self.prepare(admin_url)
        with self.screen.step("preparing keys", "keys"):
            ground = Ground(made, nats_urls, keys.make(self.checkout.keys), self.make_sockets())
        self.start_programs(self.system.services(ground, self.settings))
        company = self.system.company
        explorer = company.explorer_settings() if company else {}
        self.start_programs([self.system.gateway(ground, self.settings, explorer)])
        self.load_company(made)

    def start_postgres(self) -> str:
        if self.settings.admin_database_url is not None:
            return self.settings.admin_database_url.get_secret_value()
        log = self.checkout.fresh_log("postgres")
        server = Postgres(self.checkout.postgres, self.settings.postgres_port, log=log)
        with self.screen.step("starting PostgreSQL", "PostgreSQL"):
            self.on_stop("PostgreSQL", server.stop)
            url = server.start()
            self.add("postgres", server.process, f"{ports.HOST}:{server.port}")
            asyncio.run(databases.seclude(url))
        return url

    def start_nats(self) -> dict[str, str]:
        """Give each service its own address of the stream; a foreign server has one for all."""
        if self.settings.nats_url is not None:
            url = self.settings.nats_url.get_secret_value()
            return self.prepare_stream(url, dict.fromkeys((*SERVICES, rights.GATEWAY), url), [])
        log = self.checkout.fresh_log("nats")
        server = Nats(self.checkout.nats, self.settings.nats_port, log=log)
        with self.screen.step("starting NATS", "NATS"):
            self.on_stop("NATS", server.stop)
            url = server.start()
            self.add("nats", server.process, f"{ports.HOST}:{server.port}")
        granted = list(server.grants().values())
        return self.prepare_stream(
            url, {it: server.url_of(it) for it in (*SERVICES, rights.GATEWAY)}, granted
        )

    def prepare_stream(
        self, url: str, urls: dict[str, str], granted: Sequence[Grant]
    ) -> dict[str, str]:
        with self.screen.step("making the stream", "stream and consumers"):
            asyncio.run(provisioning.apply_at(url, StreamLimits(), granted))
        return urls

    def prepare(self, admin_url: str) -> dict[str, Database]:
        with self.screen.step("making databases", "databases and roles"):
            made = asyncio.run(databases.make(admin_url, self.checkout.keys))
        for name in SERVICES:
            with self.screen.step(f"migrating {name}", f"{name} migrated"):
                self.system.migrate(name, made[name].owner_url)
        return made

    def make_sockets(self) -> Path:
        """Make a short private folder: a socket's path may not be longer than 107 characters.

        What a run that was killed has left is removed.
        """
        link = self.checkout.run / "sockets"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.unlink()
        folder = Path(tempfile.mkdtemp(prefix="guanxi-"))
        link.symlink_to(folder)
        self.running.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def start_programs(self, wanted: Sequence[Program]) -> None:
        """Start them together, then wait for each; they are stopped together too."""
        started: list[Process] = []
        self.on_stop(", ".join(each.name for each in wanted), lambda: stop_together(started))
        for program in wanted:
            log = self.checkout.fresh_log(program.name)
            process = processes.start(
                program.command, log=log, environment=program.environment, folder=ROOT
            )
            started.append(process)
            self.add(program.name, process, program.address)
        for program, process in zip(wanted, started, strict=True):
            with self.screen.step(f"starting {program.name}", program.name):
                ready = partial(is_ready, program.address)
                log = self.checkout.log(program.name)
                processes.await_ready(program.name, process, ready, log=log)

    def load_company(self, made: Mapping[str, Database]) -> None:
        """Load it once; an interrupted loading is seen by the mark that it left."""
        unfinished = self.checkout.run / "demo.unfinished"
        company = self.system.company
        if company is None or (company.is_there(made) and not unfinished.exists()):
            return
        unfinished.touch()
        with self.screen.step("loading the demo company", "demo company"):
            company.load(self.graph_url, made)
        unfinished.unlink()

    def show_the_way(self) -> None:
        self.screen.title("Guanxi is up")
        self.screen.say(f"  graph     {self.graph_url}")
        self.screen.say(f"  explorer  {self.graph_url.removesuffix('graphql')}")
        company = self.system.company
        for line in company.welcome(self.graph_url) if company else ():
            self.screen.say(line)
        self.screen.say("\nCtrl-C stops everything; `make logs` shows what the programs say.")

    def watch(self) -> None:
        while True:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise ProgramDied(processes.died(name, process, self.checkout.log(name)))
            time.sleep(0.1)

    def add(self, name: str, process: Process | None, address: str) -> None:
        if process is not None:
            self.processes[name] = process
            self.parts.append(Part(name, process.pid, address))
            self.checkout.record(self.parts)

    def on_stop(self, what: str, stop: Callable[[], None]) -> None:
        def stopping() -> None:
            with self.screen.step(f"stopping {what}", f"{what} stopped"):
                stop()

        self.running.callback(stopping)


def stop_together(started: Sequence[Process]) -> None:
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in started:
        processes.stop(process, signal.SIGTERM)


@contextmanager
def asked_to_stop() -> Iterator[None]:
    """Let the first signal end the run, and let no second one disturb the stopping."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        raise KeyboardInterrupt

    # What the caller has it ignore (`nohup`, `&` in a script) stays ignored.
    heard = [each for each in ENDINGS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {ending: signal.signal(ending, stop) for ending in heard}
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
