"""Bringing files in and taking them out through the toy's graph, with a runner beside it."""

import asyncio
import base64
import hashlib
from contextlib import asynccontextmanager

from services.chassis.database import connect
from services.chassis.ending import end
from services.chassis.exchange import UNKNOWN
from services.chassis.files import FileLimits
from services.chassis.runner import Runner
from services.chassis.work import Works
from tests.support.waiting import until
from tests.toy.schema import schema

JOB = """
    id kind recordType state isDryRun total done failed created updated unchanged
    startedAt finishedAt reason message delimiter quote encoding lineEnd
    sourceFile { id } resultFile { id state size sha256 name } failedFile { id state mediaType }
"""
REFUSED = "userErrors { code reason message path }"
ENDED = {"DONE", "FAILED", "CANCELLED"}
CHUNK = 300_000


async def made_file(harbour, format="CSV", who=None, name="ships"):
    document = f"""mutation($i: FileInput!) {{ done: createToyFile(input: $i) {{
        toyFile {{ id state size chunks }} {REFUSED} }} }}"""
    return (await harbour.ask(document, who, i={"name": name, "format": format}))["done"]


async def appended(harbour, id, number, content, who=None):
    document = f"""mutation($id: ID!, $i: AppendToToyFileInput!) {{
        done: appendToToyFile(id: $id, input: $i) {{ toyFile {{ size chunks }} {REFUSED} }} }}"""
    given = {"number": number, "content": base64.b64encode(content).decode()}
    return (await harbour.ask(document, who, id=id, i=given))["done"]


async def closed(harbour, id, sha256=None, who=None):
    document = f"""mutation($id: ID!, $i: CloseToyFileInput) {{
        done: closeToyFile(id: $id, input: $i) {{ toyFile {{ state size }} {REFUSED} }} }}"""
    given = {"sha256": sha256} if sha256 else {}
    return (await harbour.ask(document, who, id=id, i=given))["done"]


async def uploaded(harbour, content, format="CSV", who=None, size=CHUNK):
    content = content if isinstance(content, bytes) else content.encode()
    file = (await made_file(harbour, format, who))["toyFile"]["id"]
    for number, begin in enumerate(range(0, len(content), size)):
        done = await appended(harbour, file, number, content[begin : begin + size], who)
        assert done["userErrors"] == [], done
    done = await closed(harbour, file, hashlib.sha256(content).hexdigest(), who)
    assert done["userErrors"] == [], done
    return file


async def downloaded(harbour, file, who=None):
    document = """query($id: ID!, $from: Int!) {
        toyFilePart(id: $id, from: $from) { content next } }"""
    parts, following = [], 0
    while following is not None:
        part = (await harbour.ask(document, who, id=file, **{"from": following}))["toyFilePart"]
        parts.append(base64.b64decode(part["content"]))
        following = part["next"]
    return b"".join(parts).decode()


async def importing(harbour, file, who=None, *, dry_run=False, **given):
    """Ask for an import of ships; give the payload."""
    document = f"""mutation($i: ImportInput!, $dry: Boolean) {{
        done: importShips(input: $i, dryRun: $dry) {{ toyJob {{ {JOB} }} {REFUSED} }} }}"""
    given = {"fileId": file, "format": "CSV", **given}
    return (await harbour.ask(document, who, i=given, dry=dry_run))["done"]


async def queued(harbour, content, who=None, *, dry_run=False, **given):
    file = await uploaded(harbour, content, given.get("format", "CSV"), who)
    done = await importing(harbour, file, who, dry_run=dry_run, **given)
    assert done["userErrors"] == [], done
    return done["toyJob"]["id"]


async def exporting(harbour, where=None, who=None, **given):
    document = f"""mutation($w: ShipWhere, $i: ExportInput!) {{
        done: exportShips(where: $w, input: $i) {{ toyJob {{ {JOB} }} {REFUSED} }} }}"""
    variables = {"i": {"format": "CSV", **given}} | ({"w": where} if where else {})
    return (await harbour.ask(document, who, **variables))["done"]


async def job_of(harbour, id, who=None):
    document = f"query($id: ID!) {{ toyJob(id: $id) {{ {JOB} }} }}"
    return (await harbour.ask(document, who, id=id))["toyJob"]


async def ended(harbour, id, who=None):
    """Wait for a job's end; give it."""

    async def is_over():
        job = await job_of(harbour, id, who)
        return job if job["state"] in ENDED else None

    return await until(is_over, 120)


async def brought(harbour, content, who=None, *, dry_run=False, **given):
    """Import to the end."""
    return await ended(harbour, await queued(harbour, content, who, dry_run=dry_run, **given), who)


async def taken(harbour, where=None, who=None, **given):
    """Export to the end; give the file's text."""
    done = await exporting(harbour, where, who, **given)
    assert done["userErrors"] == [], done
    job = await ended(harbour, done["toyJob"]["id"], who)
    assert job["state"] == "DONE", job
    return await downloaded(harbour, job["resultFile"]["id"], who)


async def act(harbour, deed, id, who=None):
    document = f"""mutation($id: ID!) {{ done: {deed}ToyJob(id: $id) {{
        toyJob {{ state }} {REFUSED} }} }}"""
    return (await harbour.ask(document, who, id=id))["done"]


@asynccontextmanager
async def running(database, read_actor, limits=None, rows=None):
    """Let a runner of its own work on a database for a while."""
    app, worker = (
        connect(database.app_url, name="toy jobs"),
        connect(database.worker_url, pooled=False),
    )
    runner = Runner(
        Works(app, "toy"), worker, schema.deeds(UNKNOWN), read_actor, limits or FileLimits()
    )
    if rows:
        runner.courtesy.rows = runner.courtesy.most = rows
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        await end([task])
        await app.dispose()
        await worker.dispose()
