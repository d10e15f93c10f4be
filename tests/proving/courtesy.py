"""How fast a job is, and how little others notice of it: ratios of one run."""

import asyncio
import os
import statistics
from datetime import datetime
from pathlib import Path
from time import perf_counter

import orjson

from deploy.cli.importing.graph import Graph
from deploy.cli.importing.jobs import ERRORS, Jobs, Upload
from tests.system.system import Company

ROWS, ASKED = 20_000, 200
LIST = """{ products(first: 20, orderBy: [{field: NAME}]) {
    nodes { id name unitPrice { amount } } } }"""
MOST = 2.5
"""So many times as long an answer may take while a job runs, at the median."""


async def measured(transcript, system):
    """Import with nobody asking, then with somebody who asks all the time; say both."""
    rows = int(os.environ.get("ROWS") or ROWS)
    company = Company(system)
    await company.found()
    async with Graph(system.graph_url, lambda: company.token) as graph:
        jobs = Jobs(graph, "sales")
        await imported(jobs, "warm", 500)
        quiet = [await asked(company) for _ in range(ASKED)]
        before = cpu_seconds(system)
        job = await imported(jobs, "alone", rows)
        alone = rows / seconds_of(job)
        each = (cpu_seconds(system) - before) / rows * 1e6
        transcript.say(f"rows of products, nobody asking: {alone:.0f}/s, {each:.0f} µs CPU a row")
        job, busy = await while_asked(company, imported(jobs, "asked", rows))
        shared = rows / seconds_of(job)
        transcript.say(f"the same with somebody asking all the time: {shared:.0f}/s")
        again = await imported(jobs, "asked", rows)
        transcript.say(f"the same file once more: {again['unchanged']} of {rows} unchanged")
        quiet += [await asked(company) for _ in range(ASKED)]
    for name, took in (("without a job", quiet), ("while it runs", busy)):
        slow = statistics.quantiles(took, n=20)[-1]
        middle = statistics.median(took)
        transcript.say(
            f"an answer {name}: median {middle * 1e3:.1f} ms, p95 {slow * 1e3:.1f} ms,"
            f" of {len(took)}"
        )
    ratio = statistics.median(busy) / statistics.median(quiet)
    transcript.say(f"ratio of the medians: {ratio:.2f}, at most {MOST} is promised")
    return ratio <= MOST and again["unchanged"] == rows


async def while_asked(company, importing):
    """Ask, one after the other, until the import ends; give it, and how long each answer took."""
    running = asyncio.ensure_future(importing)
    took = []
    while not running.done():
        took.append(await asked(company))
    return await running, took


async def asked(company):
    begun = perf_counter()
    await company.ask(LIST)
    return perf_counter() - begun


async def imported(jobs, source, rows):
    upload = await Upload.begun(jobs, source, "JSONL")
    for number in range(rows):
        await upload.add(orjson.dumps(item(source, number)) + b"\n")
    given = {"format": "JSONL", "fileId": await upload.close()}
    document = f"""mutation($i: ImportInput!) {{ done: importProducts(input: $i) {{
        job: salesJob {{ id }} {ERRORS} }} }}"""
    done = await jobs.asked(document, i=given)
    await jobs.followed(done["job"]["id"], lambda _job: None)
    document = """query($id: ID!) { job: salesJob(id: $id) {
        startedAt finishedAt created unchanged failed } }"""
    return (await jobs.graph.ask(document, id=done["job"]["id"]))["job"]


def item(source, number):
    price = {"amount": f"{number % 90 + 1}.50", "currency": "EUR"}
    values: dict[str, object] = {
        "name": f"Product {number}",
        "category": "Lamps",
        "packaging": "a box of 10",
    }
    values |= {"sku": f"{source}-{number}", "isActive": True, "unitPrice": price}
    return {"externalRef": {"source": source, "id": str(number)}, "input": values}


def seconds_of(job):
    begun, ended = (datetime.fromisoformat(job[it]) for it in ("startedAt", "finishedAt"))
    return (ended - begun).total_seconds()


def cpu_seconds(system):
    """Read the CPU time of the program of sales, from the kernel."""
    pid = system.running["sales"].pid
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
