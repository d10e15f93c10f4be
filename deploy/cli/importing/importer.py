"""An import from its first row to its closing summary: what is read here, a job does there."""

import asyncio
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from deploy.cli.importing import mapping as mappings
from deploy.cli.importing import rejects, rows
from deploy.cli.importing.graph import Graph
from deploy.cli.importing.intake import Transfer, intake_of, transfer_of
from deploy.cli.importing.items import Item, Items
from deploy.cli.importing.jobs import ERRORS, Jobs, Upload
from deploy.cli.importing.references import References
from deploy.cli.importing.rows import Row, Rows, Said
from deploy.cli.importing.values import Unfit
from deploy.local.refusals import NotThere, Refused
from services.chassis.delimited import Dialect, Lines

AT_ONCE, BLOCK, SHOWN = 200, 65_536, 10
REASON_LENGTH = 1000
STATUSES = ("CREATED", "UPDATED", "UNCHANGED", "REFUSED")


@dataclass
class Outcome:
    """What became of the rows: how many of each status, and the first refused ones."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    first_refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def add(self, job: Mapping[str, Any]) -> None:
        """Count what a job did with the rows that came to it."""
        for status, name in zip(STATUSES, ("created", "updated", "unchanged"), strict=False):
            self.counts[status] += job[name]


@dataclass(frozen=True)
class Job:
    """What to import, by which mapping if any, and where refused rows go."""

    kind: str
    file: Path
    map: Path | None = None
    rejects: Path | None = None
    said: Said = field(default_factory=Said)
    source: str | None = None
    dry_run: bool = False

    def mapping(self) -> mappings.Mapping | None:
        if self.rejects is not None and self.rejects.resolve() == self.file.resolve():
            raise Refused("refused rows cannot go into the file that is being read")
        return None if self.map is None else mappings.read(self.map, self.kind)

    @property
    def is_of_lines(self) -> bool:
        return self.file.suffix.lower() in (".jsonl", ".ndjson")


@dataclass
class Watch:
    """Whoever looks on: told how a file is written, and how far it is, of how much."""

    say: Callable[[str], None] = lambda _text: None
    move: Callable[[int, int, str], None] = lambda _done, _total, _what: None

    def job(self, job: Mapping[str, Any]) -> None:
        self.move(job["done"], job["total"] or 0, f"{job['done']} rows done")


def run(job: Job, graph: Graph, watch: Watch | None = None) -> Outcome:
    """Bring in a file."""
    return asyncio.run(bring_in(job, graph, watch or Watch()))


async def bring_in(job: Job, graph: Graph, watch: Watch) -> Outcome:
    mapping = job.mapping()
    if not job.file.is_file():
        raise NotThere(f"there is no file {job.file}")
    rejects.cleared(job.rejects)
    async with graph:
        if mapping is None:
            return await _as_it_is(job, graph, watch)
        return await _mapped(job, mapping, graph, watch)


async def _as_it_is(job: Job, graph: Graph, watch: Watch) -> Outcome:
    """Send a file up as it stands: its headings are fields, or its lines items."""
    dialect = None if job.is_of_lines else job.said.dialect_of(job.file)
    if dialect is not None:
        with rows.reading(job.file, dialect) as found:
            watch.say(f"{job.file}: {rows.told(dialect)}; columns {', '.join(found.columns)}")
    transfer = await transfer_of(graph, "import", job.kind)
    jobs = Jobs(graph, transfer.service)
    upload = await Upload.begun(jobs, job.file.name, "CSV" if dialect else "JSONL")
    size = job.file.stat().st_size
    with job.file.open("rb") as stream:
        while content := stream.read(BLOCK):
            await upload.add(content)
            watch.move(stream.tell(), size, "sent")
    given = _input_of(dialect, job.source) | {"fileId": await upload.close()}
    done = await _done(jobs, transfer, given, job, watch)
    outcome = Outcome()
    outcome.add(done)
    outcome.counts["REFUSED"] = done["failed"]
    if failed := done["failedFile"]:
        if job.rejects is not None:
            await jobs.fetched({**failed, "sha256": None}, job.rejects)
        outcome.first_refused = await _first_refused(jobs, failed["id"], dialect)
    return outcome


def _input_of(dialect: Dialect | None, source: str | None) -> dict[str, Any]:
    if dialect is None:
        return {"format": "JSONL"}
    given = {
        "format": "CSV",
        "delimiter": dialect.delimiter,
        "quote": dialect.quote or "",
        "encoding": dialect.encoding.removesuffix("-sig"),
    }
    return given | ({"source": source} if source else {})


async def _first_refused(jobs: Jobs, file: str, dialect: Dialect | None) -> list[tuple[int, str]]:
    """Read the beginning of a file of refused rows."""
    if dialect is None:
        found = [orjson.loads(it)["refused"] async for it in _some(jobs, file)]
        return [(it["line"], it["reason"]) for it in found]
    content = b""
    async for part in jobs.parts(file):
        content = part
        break
    lines = Lines("utf-8")
    lines.feed(content)
    lines.feed(b"")
    refused = rows.Rows(lines, dialect)
    refused.skipped = 0
    return [(int(it.cells[0]), it.cells[1]) for it in islice(refused, SHOWN) if not it.damage]


async def _some(jobs: Jobs, file: str) -> Any:
    count = 0
    async for line in jobs.lines(file):
        yield line
        count += 1
        if count == SHOWN:
            return


async def _done(
    jobs: Jobs, transfer: Transfer, given: Mapping[str, Any], job: Job, watch: Watch
) -> dict[str, Any]:
    """Have the file that was sent brought in, and look on until it is."""
    document = f"""mutation Import($i: ImportInput!, $dry: Boolean!, $key: String!) {{
        done: {transfer.mutation}(input: $i, dryRun: $dry, idempotencyKey: $key) {{
            job: {jobs.name}Job {{ id }} {ERRORS} }} }}"""
    key = str(uuid4())
    done = await jobs.asked(document, i=given, dry=job.dry_run, key=key)
    return await jobs.followed(done["job"]["id"], watch.job)


async def _mapped(job: Job, mapping: mappings.Mapping, graph: Graph, watch: Watch) -> Outcome:
    """Make items of the rows here, by the mapping, and send these."""
    said = job.said
    if said.delimiter is None and mapping.delimiter is not None:
        said = Said(mapping.delimiter, said.quote, said.encoding)
    dialect = said.dialect_of(job.file)
    intake = await intake_of(graph, mapping.mutation)
    kind = mapping.mutation.removeprefix("upsert")
    transfer = await transfer_of(graph, "import", kind)
    jobs = Jobs(graph, transfer.service)
    size = job.file.stat().st_size
    with rows.reading(job.file, dialect) as found:
        watch.say(f"{job.file}: {rows.told(dialect)}; columns {', '.join(found.columns)}")
        found.require(mapping.columns())
        sending = Sending(graph, mapping, await Upload.begun(jobs, job.file.name, "JSONL"))
        await sending.send_all(found, Items(mapping, intake, found.columns), size, watch)
    outcome = Outcome()
    if sending.sent:
        given = {"format": "JSONL", "fileId": await sending.upload.close()}
        done = await _done(jobs, transfer, given, job, watch)
        outcome.add(done)
        if failed := done["failedFile"]:
            await sending.note_refused(jobs, failed["id"])
    outcome.counts["REFUSED"] = len(sending.refused)
    _tell_refused(job, dialect, sending.refused, outcome)
    return outcome


class Sending:
    """Sends rows up as items, and keeps why the others were refused, by their lines."""

    def __init__(self, graph: Graph, mapping: mappings.Mapping, upload: Upload) -> None:
        self.mapping = mapping
        self.upload = upload
        self.references = References(graph)
        self.refused: dict[int, str] = {}
        self.lines: dict[str, int] = {}
        self.sent = array("Q")
        """Of each line that was sent, the line of the file that it comes from."""

    async def send_all(self, found: Rows, items: Items, size: int, watch: Watch) -> None:
        ready = self._items(found, items)
        while batch := list(islice(ready, AT_ONCE)):
            await self._send(batch)
            watch.move(found.position, size, f"{len(self.sent)} rows sent")

    def _items(self, found: Rows, items: Items) -> Iterator[Item]:
        """Give the rows that can be sent; the others are refused on the way."""
        for row in found:
            try:
                item = items.of(row)
                self._require_new(item)
            except Unfit as reason:
                self.refused[row.line] = str(reason)
            else:
                yield item

    def _require_new(self, item: Item) -> None:
        line = self.lines.setdefault(item.ref, item.row.line)
        if line != item.row.line:
            raise Unfit(f"line {line} has the same id, {item.ref}")

    async def _send(self, batch: Sequence[Item]) -> None:
        known = await self.references.look_up(it for item in batch for it in item.wanted())
        for item in batch:
            try:
                made = orjson.dumps(item.resolved(self.mapping.source, known))
            except Unfit as reason:
                self.refused[item.row.line] = str(reason)
            else:
                self.sent.append(item.row.line)
                await self.upload.add(made + b"\n")

    async def note_refused(self, jobs: Jobs, file: str) -> None:
        """Find, of what the job refused, the lines of the file that was read here."""
        async for line in jobs.lines(file):
            refused = orjson.loads(line)["refused"]
            self.refused[self.sent[refused["line"] - 1]] = refused["reason"]


def _tell_refused(
    job: Job, dialect: Dialect, refused: Mapping[int, str], outcome: Outcome
) -> None:
    """Read the file once more, and write the refused rows down as they stand in it."""
    outcome.first_refused = [(line, refused[line]) for line in sorted(refused)[:SHOWN]]
    if not refused or job.rejects is None:
        return
    with (
        rows.reading(job.file, dialect) as found,
        rejects.writing(job.rejects, found.columns, dialect) as kept,
    ):
        for row in found:
            if row.line in refused:
                kept.add(Row(row.line, row.cells), refused[row.line][:REASON_LENGTH])
