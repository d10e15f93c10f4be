"""Where an operation's time goes, in the service that answers it: by CPU, not by the clock."""

import asyncio
import cProfile
import importlib
import pstats
import time

from services.chassis.actor import Actor, ActorKind
from services.chassis.database import connect
from services.chassis.graph.answer import Answerer
from services.chassis.graph.request import Request
from services.chassis.work import Works
from tests.bench.operations import OPERATIONS
from tests.bench.seeding import TENANT
from tests.bench.world import running

ROUNDS, LINES = 200, 40


def profile(factor, name):
    """Ask the service itself, in this process, what the first operation of such a name asks."""
    found = next((it for it in OPERATIONS if name in it.name), None)
    if found is None or "customer(" in found.document:
        named = ", ".join(it.name for it in OPERATIONS if "customer(" not in it.document)
        raise SystemExit(f"no operation of one service is named so: {named}")
    service = "sales" if "order" in found.document else "customers"
    with running(factor) as world:
        asyncio.run(_profile(world.databases[service].app_url, service, found))
    return 0


async def _profile(url, service, operation):
    engine = connect(url)
    answerer = Answerer(importlib.import_module(f"services.{service}.schema").schema())
    permissions = importlib.import_module(f"services.{service}.permissions")
    every = frozenset().union(*permissions.ROLES.values())
    actor = Actor(TENANT, "usr_1", ActorKind.USER, every)
    request = Request(actor, Works(engine, service), answerer.schema.shapes)

    async def ask():
        answer = await answerer.answer(request, operation.document, operation.variables)
        assert "errors" not in answer, answer

    for _ in range(10):
        await ask()
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    for _ in range(ROUNDS):
        await ask()
    profiler.disable()
    await engine.dispose()
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(LINES)
    stats.sort_stats("cumtime").print_stats(LINES)
