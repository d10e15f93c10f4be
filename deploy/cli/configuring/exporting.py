"""`crm config export`: how a company is set up, written into files."""

import asyncio
import json
from pathlib import Path

import typer

from deploy.cli.importing.command import own_graph, token_of
from deploy.cli.importing.graph import Graph

from .kinds import KINDS, Kind, Present

PAGE = 200


def export(folder: Path, *, url: str | None, person: str | None, tenant: str) -> None:
    """Write a file for each kind, and tell how many entries it has."""
    found = asyncio.run(_all(Graph(url or own_graph(), token_of(person, tenant))))
    folder.mkdir(parents=True, exist_ok=True)
    for kind, present in zip(KINDS, found, strict=True):
        entries = [it.entry for it in present]
        written = json.dumps(entries[0] if kind.is_sole else entries, indent=2, ensure_ascii=False)
        (folder / kind.file).write_text(f"{written}\n", encoding="utf-8")
        typer.echo(f"{folder / kind.file}: {len(entries)}")


async def _all(graph: Graph) -> list[list[Present]]:
    async with graph:
        return [await present_of(kind, graph) for kind in KINDS]


async def present_of(kind: Kind, graph: Graph) -> list[Present]:
    """Ask for all records of a kind, sorted as a file has them."""
    if kind.is_sole:
        data = await graph.ask(f"{{ found: {kind.lists} {{ id version {kind.asked} }} }}")
        return kind.entries([data["found"]])
    nodes, after = [], None
    while True:
        page = (await graph.ask(_document(kind), first=PAGE, after=after))["found"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return sorted(kind.entries(nodes), key=lambda it: kind.key_of(it.entry))
        after = page["pageInfo"]["endCursor"]


def _document(kind: Kind) -> str:
    return f"""query Configured($first: Int!, $after: String) {{
        found: {kind.lists}(first: $first, after: $after) {{
            nodes {{ id version {kind.asked} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
