"""`crm export`: has a job write records into a file, and fetches it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import typer

from deploy.cli.importing.command import own_graph, progress, token_of
from deploy.cli.importing.graph import Graph
from deploy.cli.importing.importer import Watch
from deploy.cli.importing.intake import transfer_of
from deploy.cli.importing.jobs import ERRORS, Jobs
from deploy.local.refusals import Refused


@dataclass(frozen=True)
class Export:
    """What to take out, and how to write it."""

    kind: str
    file: Path
    where: str | None = None
    columns: str | None = None
    format: str = "csv"
    delimiter: str | None = None
    spreadsheet: bool = False

    def input(self) -> dict[str, Any]:
        columns = [it.strip() for it in self.columns.split(",")] if self.columns else None
        said = {"columns": columns, "delimiter": self.delimiter}
        given = {"format": self.format.upper(), "spreadsheet": self.spreadsheet}
        return given | {name: value for name, value in said.items() if value is not None}

    def filter(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = orjson.loads(self.where or "{}")
        except orjson.JSONDecodeError as error:
            raise Refused(f"--where is no JSON: {error}") from None
        return found


def export_file(export: Export, *, url: str | None, person: str | None, tenant: str) -> None:
    """Export and tell."""
    if export.file.exists():
        raise Refused(f"{export.file} is there already")
    with progress(export.file) as (watch, tell):
        graph = Graph(url or own_graph(), token_of(person, tenant), tell=tell)
        count = asyncio.run(take_out(export, graph, watch))
    typer.echo(f"{export.kind}: {count} records are in {export.file}")


async def take_out(export: Export, graph: Graph, watch: Watch) -> int:
    given, where = export.input(), export.filter()
    async with graph:
        transfer = await transfer_of(graph, "export", export.kind)
        jobs = Jobs(graph, transfer.service)
        document = f"""mutation Export($w: {transfer.where}, $i: ExportInput!, $key: String!) {{
            done: {transfer.mutation}(where: $w, input: $i, idempotencyKey: $key) {{
                job: {jobs.name}Job {{ id }} {ERRORS} }} }}"""
        done = await jobs.asked(document, w=where, i=given, key=str(uuid4()))
        job = await jobs.followed(done["job"]["id"], watch.job)
        await jobs.fetched(job["resultFile"], export.file)
    count: int = job["done"]
    return count
