"""Somebody outside who listens slowly, with the kit that we give to subscribers."""

import asyncio
import importlib.util
import sqlite3
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from deploy.local.checkout import ROOT
from deploy.stream import provisioning
from deploy.stream.provisioning import DurableMade, StreamLimits
from tests.faults.evidence import Copies, Reader
from tests.system import outside
from tests.system.outside import SERVICES
from tests.system.recording import recorded

KIT = ROOT / "docs" / "examples" / "subscriber" / "crm_events.py"
NAME = "listener"
PAUSE_SECONDS = 0.02
HEARD = "CREATE TABLE heard (place INTEGER PRIMARY KEY, id TEXT NOT NULL)"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class Listener:
    """Notes each event in its database, in the transaction in which it is taken."""

    def __init__(self, world, company):
        self.world = world
        self.durable = DurableMade(NAME, (f"crm.{company.tenant}.>",))
        self.gate = kit().Gate(partial(sqlite3.connect, ":memory:"))
        self.gate.connection.execute(HEARD)
        self.reader = kit().Reader(world.nats_url, NAME, self.gate)
        self.reader.on(*types())(_note)
        take = self.reader._take

        async def take_slowly(message):
            await asyncio.sleep(PAUSE_SECONDS)
            await take(message)

        self.reader._take = take_slowly

    async def grant(self):
        """Make its durable, as an administrator does; once more where the stream is lost."""
        async with outside.stream(self.world) as js:
            await provisioning.apply(js, StreamLimits(), [self.durable])

    def heard(self):
        """Give the ids of what it has taken, in its order."""
        found = self.gate.connection.execute("SELECT id FROM heard ORDER BY place")
        return [id for (id,) in found]

    def as_reader(self):
        """Give what it has done as of a reader whose order can be judged."""
        taken = {id: BEGINNING + timedelta(seconds=n) for n, id in enumerate(self.heard())}
        return Reader(NAME, sources=(), gates={}, inbox=taken)

    def copies(self, told, foreign):
        """Hold what it heard against what was told."""
        heard: Counter[tuple[object, ...]] = Counter(
            (it,) for it in self.heard() if it not in foreign
        )
        return Copies("what a slow listener heard", Counter((it.id,) for it in told), heard)


@cache
def kit():
    """Load the file as a subscriber does who has copied it."""
    spec = importlib.util.spec_from_file_location(KIT.stem, KIT)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[KIT.stem] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def types():
    return {it["type"] for service in SERVICES for it in recorded(service)}


def _note(cursor, event):
    cursor.execute("INSERT INTO heard (id) VALUES (?)", (event.id,))
