"""The system in a faulty world: a proxy on each way, and programs that may be armed."""

import asyncio
import os
import shutil
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import programs
from deploy.local.readiness import is_ready
from tests.faults.program import ARMED
from tests.faults.proxy import HOST, Proxies
from tests.support.waiting import until
from tests.system.outside import SERVICES
from tests.system.system import PATIENCE, System

SECOND = "-worker"


class World(System):
    """`planted` are bugs that every service is started with, by `tests.faults.program`.

    `shared` are services of which a second worker runs: it competes for what is to be relayed
    and to be taken.
    """

    def __init__(self, folder, sockets, planted=(), shared=SERVICES):
        super().__init__(folder, sockets, durable=True)
        self.planted = tuple(planted)
        self.shared = tuple(shared)
        self.armed = {}
        self.proxies = Proxies()
        self.keeper = ThreadPoolExecutor(1)
        """Starts servers again: they live as long as its thread, and nobody waits meanwhile."""

    def ground(self, made):
        self.direct = super().ground(made)
        return self._behind_proxies("")

    def _behind_proxies(self, more):
        """Give the ground as it is reached by programs whose names end so."""
        databases = {
            name: replace(
                it,
                app_url=self._by_proxy(f"{name}{more}-postgres", it.app_url),
                worker_url=self._by_proxy(f"{name}{more}-postgres", it.worker_url),
            )
            for name, it in self.direct.databases.items()
        }
        nats_urls = {
            name: self._by_proxy(f"{name}{more}-nats", url)
            for name, url in self.direct.nats_urls.items()
        }
        return replace(self.direct, databases=databases, nats_urls=nats_urls)

    def _by_proxy(self, name, url):
        parts = urlsplit(url)
        if name in self.proxies.links:
            port = self.proxies.links[name].port
        else:
            port = self.proxies.link(name, (parts.hostname, parts.port))
        credentials = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{credentials}@{HOST}:{port}").geturl()

    def parts(self, ground, settings):
        beside = self._behind_proxies(SECOND)
        seconds = [second(programs.service(it, beside, settings)) for it in self.shared]
        return [*super().parts(ground, settings), *seconds]

    @property
    def services(self):
        """Name the programs that have a database and the stream."""
        return [it for it in self.programs if it != "gateway"]

    def launch(self, name):
        """Start a program as it is, or with what is planted and armed."""
        wanted = [*(self.planted if name in self.services else ()), *self.armed.get(name, ())]
        known = self.programs[name]
        if wanted:
            python, module, *main = known.command
            command = (python, module, "tests.faults.program", *main)
            settings = known.settings | {ARMED: ",".join(wanted)}
            self.programs[name] = replace(known, command=command, settings=settings)
        try:
            super().launch(name)
        finally:
            self.programs[name] = known

    def signal(self, name, by):
        os.kill(self.running[name].pid, by)

    def is_dead(self, name):
        return self.running[name].poll() is not None

    async def stands(self, name):
        """Wait until a program is ready, while all else goes on."""
        address = self.programs[name].address
        await until(partial(asyncio.to_thread, is_ready, address), PATIENCE)

    async def again(self, name):
        self.launch(name)
        await self.stands(name)

    def kill_server(self, server):
        """End a server at once; it comes back by its `start`, where it was."""
        server.wanted_port = server.port
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(20)

    async def server_again(self, server):
        await asyncio.get_running_loop().run_in_executor(self.keeper, server.start)

    def stop(self):
        super().stop()
        self.keeper.shutdown()
        self.proxies.close()


def second(program):
    """Make a worker of a program that is all in one, to stand beside it."""
    listen = {it: f"{program.settings[it]}{SECOND}" for it in ("HTTP_LISTEN", "GRPC_LISTEN")}
    return replace(
        program,
        name=f"{program.name}{SECOND}",
        command=(*program.command, "worker"),
        settings=program.settings | listen,
        address=listen["HTTP_LISTEN"],
    )


@contextmanager
def a_world(planted=(), *, shared=SERVICES, kept=None):
    """Start a world in a folder of its own; `kept` names where its logs and history stay."""
    folder, sockets = (Path(tempfile.mkdtemp(prefix="guanxi-")) for _ in range(2))
    world = World(folder, sockets, planted, shared)
    try:
        world.start()
        yield world
    finally:
        world.stop()
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
            for it in [*folder.glob("*.log"), *folder.glob("*.jsonl")]:
                shutil.copy(it, kept)
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
