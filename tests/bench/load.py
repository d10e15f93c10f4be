"""Asking the gateway again and again: how long it takes, and what each process spends on it."""

import asyncio
import itertools
import json
import statistics
import time
from dataclasses import dataclass

import aiohttp

from tests.bench.world import cpu_seconds, statements

WARM, ROUNDS = 20, 5


@dataclass
class Cost:
    """Milliseconds but for `bytes` and `statements`; CPU is that of one operation."""

    operation: str
    target: str
    connections: int
    p50: float
    p95: float
    p99: float
    cpu: dict[str, float]
    statements: float
    bytes: int


async def measured(world, operation, connections, requests):
    """Warm up, then ask in rounds, and take the median of what they spent."""
    asker = Asker(world, operation, connections)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        await asker.rounds(session, WARM)
        before = await statements(world.admin_url)
        asker.took.clear()
        spent = [await asker.rounds(session, requests) for _ in range(ROUNDS)]
        after = await statements(world.admin_url)
    took = sorted(asker.took)
    return Cost(
        operation.name,
        operation.target,
        connections,
        p50=quantile(took, 0.50),
        p95=quantile(took, 0.95),
        p99=quantile(took, 0.99),
        cpu={name: statistics.median(it[name] for it in spent) for name in world.pids},
        statements=(after - before) / (requests * ROUNDS),
        bytes=asker.bytes,
    )


def quantile(took, share):
    return took[min(len(took) - 1, int(len(took) * share))] * 1000


class Asker:
    """Asks one operation on so many connections, and holds that each answer is without errors."""

    def __init__(self, world, operation, connections):
        self.world = world
        self.connections = connections
        told = {"query": operation.document, "variables": operation.variables}
        self.body = json.dumps(told).encode()
        self.headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {world.company.token}",
        }
        self.took: list[float] = []
        self.bytes = 0

    async def rounds(self, session, requests):
        """Ask so often, and give the CPU milliseconds of one request in each process."""
        before = {name: cpu_seconds(pid) for name, pid in self.world.pids.items()}
        left = itertools.repeat(None, requests)
        await asyncio.gather(*(self._ask(session, left) for _ in range(self.connections)))
        return {
            name: (cpu_seconds(pid) - before[name]) * 1000 / requests
            for name, pid in self.world.pids.items()
        }

    async def _ask(self, session, left):
        for _ in left:
            begun = time.perf_counter()
            asked = session.post(self.world.graph_url, data=self.body, headers=self.headers)
            async with asked as response:
                answer = await response.read()
            self.took.append(time.perf_counter() - begun)
            self.bytes = len(answer)
            if response.status != 200 or b'"errors":[{' in answer:
                raise RuntimeError(answer[:500].decode())
