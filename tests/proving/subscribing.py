"""The proof that the catalogue is AsyncAPI, and that a subscriber in Node reads what happens."""

import asyncio
import os
import tempfile
from pathlib import Path

from deploy.cli.eventing import granting
from deploy.local.checkout import ROOT
from deploy.stream.grants import Grant
from tests.proving import npm
from tests.proving.proofs import Skipped, fresh_system
from tests.system.system import Company

NAME = "node-reader"
STEPS = ("placeOrder", "reviewOrder", "confirmOrder")
PATIENCE = 120


def subscribers(transcript):
    if not npm.is_there():
        raise Skipped("node 20 or newer and npm are needed for the subscriber in Node")
    transcript.title = "The catalogue as AsyncAPI, and a subscriber in Node"
    transcript.meaning = (
        "AsyncAPI's own parser reads docs/events/asyncapi.json. Then the subscriber of\n"
        "docs/examples/subscriber/node, with the version that its package.json pins, reads on a\n"
        "fresh system what was granted to it, while orders are drawn up and taken on their way."
    )
    with tempfile.TemporaryDirectory() as there, fresh_system() as system:
        checking = npm.copied(ROOT / "tests" / "proving" / "asyncapi", Path(there) / "asyncapi")
        reading = npm.copied(ROOT / "docs" / "examples" / "subscriber" / "node", Path(there) / "n")
        told = {"CATALOGUE": str(ROOT / "docs" / "events" / "asyncapi.json")}
        transcript.is_proven = (
            npm.ran(transcript, "install --silent", checking)
            and npm.ran(transcript, "start", checking, told)
            and npm.ran(transcript, "install --silent", reading)
            and asyncio.run(_read(transcript, system, reading))
        )
    return transcript


async def _read(transcript, system, folder):
    """Let Node read, draw orders up, and hold what it printed against what was told."""
    company = Company(system)
    await company.found()
    grant = Grant.of(NAME, "sales.order", company.tenant)
    url = await asyncio.to_thread(granting.let_in, system.nats, grant)
    process = await asyncio.create_subprocess_exec(
        *("node", "subscriber.js"),
        cwd=folder,
        env=os.environ | {"NATS_URL": url, "CRM_NAME": NAME},
        stdout=asyncio.subprocess.PIPE,
    )
    customer = await company.customer()
    for _ in range(3):
        await company.order(customer, steps=STEPS)
    statement = (
        "SELECT sequence, aggregate_id, type FROM event WHERE type LIKE 'sales.order.%'"
        " ORDER BY aggregate_id, sequence"
    )
    wanted = [
        " ".join(map(str, it)) for it in await system.rows("sales", company.tenant, statement)
    ]
    read: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while len(read) < len(wanted):
            assert process.stdout
            read.append((await process.stdout.readline()).decode().strip())
    process.kill()
    await process.wait()
    transcript.say(f"{len(wanted)} events of 3 orders were told; Node printed {len(read)} lines")
    in_order = sorted(read, key=lambda line: (line.split()[1], int(line.split()[0])))
    is_same = in_order == wanted and all(_is_in_order(read, it.split()[1]) for it in wanted)
    transcript.say("each once, each order's in their order" if is_same else "they differ")
    return is_same


def _is_in_order(lines, subject):
    numbers = [int(it.split()[0]) for it in lines if it.split()[1] == subject]
    return numbers == list(range(1, len(numbers) + 1))
