"""Where it is measured: the real services, gateway and servers, on data that is made once."""

import asyncio
import hashlib
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from deploy.local.checkout import ROOT
from deploy.local.postgres import Postgres
from tests.bench import seeding
from tests.system.system import Company, System

MIGRATIONS = "services/*/migrations/versions/*.py"


class World(System):
    """A system whose data stays in `.run/bench`, as long as tables and seed are the same."""

    def __init__(self, factor, sockets):
        self.factor = factor
        folder = ROOT / ".run" / "bench" / f"{factor:g}-{stamp()}"
        self.is_new = not (folder / "seeded").exists()
        super().__init__(folder, sockets, durable=True)

    def start(self):
        if self.is_new:
            count_statements(self.folder / "postgres")
        super().start()
        self.admin_url = self.postgres.url
        self.company = Company(self)
        self.company.tenant = seeding.TENANT
        if self.is_new:
            asyncio.run(self.company.found())
            asyncio.run(seeding.seed(self.databases, self.factor))
            (self.folder / "seeded").touch()
        self.company.token = asyncio.run(self.company.sign_in(self.company.email))

    @property
    def pids(self):
        found = {name: it.pid for name, it in self.running.items()}
        return found | {"postgres": self.postgres.pid, "nats": self.nats.pid}


@contextmanager
def running(factor):
    """Start a world, and stop it; its data stays."""
    with tempfile.TemporaryDirectory(prefix="guanxi-") as sockets:
        world = World(factor, Path(sockets))
        try:
            world.start()
            yield world
        finally:
            world.stop()


def count_statements(folder):
    """Have a new server count what it is asked, from its next start on."""
    server = Postgres(folder)
    url = server.start()
    try:
        asyncio.run(_ask(url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"))
        asyncio.run(_ask(url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"))
    finally:
        server.stop()


async def _ask(url, statement):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def statements(url):
    """Count the statements that the services have had carried out, BEGIN and COMMIT included."""
    counting = """SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements
        JOIN pg_roles ON pg_roles.oid = userid WHERE rolname LIKE '%\\_app'"""
    return _ask(url, counting)


def stamp():
    """Name what the data is made by: another table or another seed makes it anew."""
    made = hashlib.blake2s(digest_size=4)
    for file in [Path(seeding.__file__), *sorted(ROOT.glob(MIGRATIONS))]:
        made.update(file.read_bytes())
    return made.hexdigest()


def cpu_seconds(pid):
    """Read what a process and its children have used so far, of all cores."""
    ticks = 0
    for each in [pid, *_children(pid)]:
        try:
            told = Path(f"/proc/{each}/stat").read_text("ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(map(int, told.rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid):
    try:
        threads = Path(f"/proc/{pid}/task").iterdir()
        return [child for it in threads for child in (it / "children").read_text("ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
