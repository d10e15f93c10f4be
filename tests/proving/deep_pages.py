"""The proof that a list costs the same however far one has read: a million cases, page by page."""

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from deploy.local.postgres import Postgres
from tests.reading.doors import Visitor
from tests.reading.explaining import Listing, explained
from tests.support.databases import connected, migrated_database
from tests.support.sowing import Sower

SERVICE, TENANT = "service_desk", "large"
ROWS, PAGE, FAR = 1_000_000, 25, 10_000
TIMES = 60
MOST = 1.5
"""How many times as much the far page may cost: what is left is chance."""
FEW_BUFFERS, INSTANT = 40, 0.1
"""Differences, in buffers and in milliseconds, that are no more than chance either."""


def deep_pages(transcript):
    transcript.title = f"Page 1 and page {FAR:,} of a million records"
    transcript.meaning = (
        f"{ROWS:,} cases of one company, read in pages of {PAGE} by the graph, as the service's\n"
        "role and under row-level security. A page costs what it touches in the database\n"
        "(buffers of 8 kB), how long its statements run there, and our CPU time for the whole\n"
        f"answer: the least of {TIMES} times. COUNTED asks for a capped count beside the page."
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        Postgres(Path(folder) / "postgres", durable=False) as url,
    ):
        database = migrated_database(url, Path(folder) / "keys", SERVICE)
        transcript.is_proven = asyncio.run(_proven(transcript, url, database))
    return transcript


async def _proven(transcript, url, database):
    sower = Sower(url, database.name, SERVICE)
    await sower.sow(TENANT, ROWS, anew=True)
    await sower.settle()
    async with connected(database) as engine:
        visitor = Visitor(SERVICE, engine, TENANT)
        plain = Listing(visitor.shapes["Case"], "cases")
        lists = (
            plain,
            replace(plain, sort="opened_at"),
            replace(plain, sort="opened_at", descending=True),
            replace(plain, sort="number"),
        )
        return all([await _is_level(transcript, visitor, it) for it in lists])


async def _is_level(transcript, visitor, listing):
    """Say what both pages cost, with and without a count, and whether they cost the same."""
    first = await listing.variables(visitor)
    far = await listing.deep(visitor, first, rows=(FAR - 1) * PAGE)
    is_level = True
    for name, more in (("", ""), (", COUNTED", "count { value }")):
        document = listing.document(more)
        costs = await _costs(visitor, document, first, far)
        is_level &= _is_same(*costs)
        for page, (buffers, there, here) in zip((1, FAR), costs, strict=True):
            transcript.say(
                f"{listing.name}{name}, page {page:,}: {buffers} buffers,"
                f" {there:.2f} ms in the database, {here:.2f} ms CPU here"
            )
    return is_level


def _is_same(first, far):
    return far[0] <= first[0] * MOST + FEW_BUFFERS and all(
        b <= a * MOST + INSTANT for a, b in zip(first[1:], far[1:], strict=True)
    )


async def _costs(visitor, document, *pages):
    """Give of each page the buffers, the database's milliseconds, and ours of CPU: the least.

    The pages take turns: whatever else the machine does holds them up alike.
    """
    runs = [[await _cost(visitor, document, it) for it in pages] for _ in range(TIMES)]
    return [tuple(map(min, zip(*of_page, strict=True))) for of_page in zip(*runs, strict=True)]


async def _cost(visitor, document, given):
    ran = await explained(visitor, document, given)
    there = sum(it.milliseconds for it in ran)
    return sum(it.buffers for it in ran), there, await _cpu(visitor, document, given)


async def _cpu(visitor, document, given):
    begun = time.process_time()
    await visitor.ask(document, **given)
    return (time.process_time() - begun) * 1_000
