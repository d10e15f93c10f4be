"""The proofs of the gateway's wire: the audits of GraphQL over HTTP, live in Node, and a soak."""

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.checkout import ROOT
from tests.gateway.soaking import Soak
from tests.proving import npm
from tests.proving.proofs import Skipped, fresh_system
from tests.system.system import Company

PATIENCE = 120
MINUTES, CLIENTS = 10.0, 5000


def http_audit(transcript):
    if not npm.is_there():
        raise Skipped("node 20 or newer and npm are needed for the audits of graphql-http")
    transcript.title = "The audits of graphql-http"
    transcript.meaning = (
        "What the field holds servers of GraphQL over HTTP against, in the version that\n"
        "tests/proving/http_audit/package.json pins, against the gateway of a fresh system."
    )
    with tempfile.TemporaryDirectory() as there, fresh_system() as system:
        folder = npm.copied(ROOT / "tests" / "proving" / "http_audit", Path(there) / "audit")
        transcript.is_proven = npm.ran(transcript, "install --silent", folder) and npm.ran(
            transcript, "start", folder, {"URL": system.graph_url}
        )
    return transcript


def live(transcript):
    if not npm.is_there():
        raise Skipped("node 20 or newer and npm are needed for the listener in Node")
    transcript.title = "Live over WebSocket, in Node"
    transcript.meaning = (
        "docs/examples/live/node, with the graphql-ws that its package.json pins, listens to a\n"
        "fresh system while customers are made. Customers' service and then the gateway end by\n"
        "kill -9 in between and begin again. It prints each event once, in order."
    )
    with tempfile.TemporaryDirectory() as there, fresh_system() as system:
        source = ROOT / "docs" / "examples" / "live" / "node"
        folder = npm.copied(source, Path(there) / "live")
        transcript.is_proven = npm.ran(transcript, "install --silent", folder) and asyncio.run(
            _listen(transcript, system, folder)
        )
    return transcript


async def _listen(transcript, system, folder):
    company = Company(system)
    await company.found()
    async with _listening(company, folder) as process:
        await _heard_first(company, process)
        read, made = [], []
        for name in ("customers", "gateway", None):
            made += [await company.customer(name=f"Firm {it} before {name}") for it in range(5)]
            read += [await _line(process) for _ in range(5)]
            if name:
                system.kill(name)
                system.restart(name)
    wanted = [f"1 {it} customers.customer.created.v1" for it in made]
    transcript.say(f"{len(wanted)} customers were made; Node printed {len(read)} lines")
    transcript.say("each once, in order" if read == wanted else f"they differ: {read}")
    return read == wanted


@asynccontextmanager
async def _listening(company, folder):
    process = await asyncio.create_subprocess_exec(
        *("node", "live.js"),
        cwd=folder,
        env=os.environ
        | {
            "CRM_URL": company.system.graph_url.replace("http", "ws", 1),
            "CRM_TOKEN": company.token,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def _heard_first(company, process):
    """Make customers until one is heard of: whoever begins without a cursor begins now."""
    heard = asyncio.create_task(_line(process))
    made = [await company.customer(name="First")]
    while not heard.done():
        await asyncio.wait([heard], timeout=1)
        if not heard.done():
            made.append(await company.customer(name="First"))
    last = heard.result()
    while made[-1] not in last:
        last = await _line(process)


async def _line(process):
    async with asyncio.timeout(PATIENCE):
        return (await process.stdout.readline()).decode().strip()


def gateway_soak(transcript):
    """Load a gateway for MINUTES beside CLIENTS idle WebSockets, and read what it has."""
    minutes = float(os.environ.get("MINUTES") or MINUTES)
    clients = int(os.environ.get("CLIENTS") or CLIENTS)
    transcript.title = "The gateway under load, beside idle clients"
    transcript.meaning = (
        f"One gateway process for {minutes:g} minutes: {clients} WebSockets that began and are\n"
        "silent then, and beside them queries by HTTP and WebSocket, new documents, refused\n"
        "ones, clients that leave in the middle, subscriptions that come and go, and a subgraph\n"
        "that fails now and then. Memory, sockets and tasks are read after a first tenth and at\n"
        "the end, at rest each time."
    )
    with tempfile.TemporaryDirectory() as there:
        soak = Soak(Path(there), minutes * 60, clients, transcript.say)
        transcript.is_proven = asyncio.run(soak.run())
    return transcript
