"""The same list over HTTP, from our service and from a REST service, each a process of its own."""

import asyncio
import json
import signal
import statistics
import sys
from datetime import timedelta
from functools import partial

import aiohttp

from deploy.local import processes
from deploy.local.checkout import ROOT
from deploy.local.keys import KeyFiles
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity, Signer
from services.customers import maintenance
from tests.bench import seeding, stock
from tests.bench.ratios import NEWEST, Ratio
from tests.bench.world import cpu_seconds
from tests.support.waiting import until

REQUESTS, ROUNDS = 100, 5


async def over_http(world):
    """Measure the CPU of both processes in turns, and give their ratio."""
    socket = world.sockets / "rest.http"
    url = world.databases["sales"].app_url
    command = (sys.executable, "-m", "tests.bench.stock", url, str(socket))
    rest = processes.start(command, log=world.folder / "rest.log", folder=ROOT)
    try:
        await until(partial(_is_there, socket))
        ours = await _asking(world)
        theirs = partial(_get, socket)
        spent: tuple[list[float], list[float]] = ([], [])
        pids = (world.running["sales"].pid, rest.pid)
        for _ in range(ROUNDS + 1):
            for way, pid, taken in zip((ours, theirs), pids, spent, strict=True):
                before = cpu_seconds(pid)
                await way()
                taken.append((cpu_seconds(pid) - before) * 1000 / REQUESTS)
        medians = [statistics.median(it[1:]) for it in spent]  # the first round warms up
        what = f"list of {stock.ROWS} × 8, over HTTP"
        return Ratio(what, "ours / REST", "≤ 2.5", *medians)
    finally:
        processes.stop(rest, signal.SIGTERM)


async def _asking(world):
    """Sign as the gateway does, for the administrator, and give the way to ask."""
    found = await maintenance.find_staff(
        world.databases["customers"].app_url, tenant=seeding.TENANT, email=world.company.email
    )
    assert found is not None
    signer = Signer.from_file("gateway", KeyFiles.of("gateway", world.folder / "keys").private)
    identity = Identity(seeding.TENANT, found.subject, ActorKind.USER)
    token = signer.sign(identity, audience="sales", life=timedelta(minutes=10))
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    body = json.dumps({"query": NEWEST}).encode()
    return partial(_post, world.sockets / "sales.http", body, headers)


async def _is_there(socket):
    return socket.exists()


async def _post(socket, body, headers):
    async with _session(socket) as session:
        for _ in range(REQUESTS):
            async with session.post("http://sales/graphql", data=body, headers=headers) as told:
                answer = await told.read()
                assert told.status == 200, answer
                assert b'"errors":[{' not in answer, answer


async def _get(socket):
    async with _session(socket) as session:
        for _ in range(REQUESTS):
            async with session.get("http://rest/opportunities") as told:
                await told.read()
                assert told.status == 200


def _session(socket):
    return aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)))


def measured(world):
    return asyncio.run(over_http(world))
