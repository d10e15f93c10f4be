"""`crm config import`: a company is set up as files say, by the same graph as by hand."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from deploy.cli.importing.command import own_graph, token_of
from deploy.cli.importing.graph import Graph
from deploy.local.refusals import Refused

from .exporting import present_of
from .kinds import KINDS, Deed, Entry, Ids, Key, Kind, Present

DONE = "userErrors { code message path } events { id }"
MOST_BYTES = 4 * 1024 * 1024
LONGEST_TOLD = 60


@dataclass(frozen=True)
class Wanted:
    """An entry of a file, and the record that it is about, if there is one."""

    kind: Kind
    key: Key
    entry: Entry
    present: Present | None

    def deeds(self, ids: Ids) -> list[Deed]:
        return self.kind.deeds(self.entry, self.present, ids)

    def told(self) -> Iterator[str]:
        """Say in what it differs from what is there."""
        name = " / ".join(map(str, filter(None, self.key))) or self.kind.lists
        if self.present is None:
            yield f"+ {self.kind.record} {name}"
            return
        for field, value in self.entry.items():
            if value != (now := self.present.entry.get(field)):
                yield f"~ {self.kind.record} {name}: {field} {_short(now)} -> {_short(value)}"


def bring_in(
    folder: Path, *, dry_run: bool, url: str | None, person: str | None, tenant: str
) -> None:
    """Tell the differences, try all of them, and then make them so; refuse all or none."""
    files = {kind.lists: _entries(kind, folder / kind.file) for kind in KINDS}
    if all(it is None for it in files.values()):
        raise Refused(f"{folder} holds none of {', '.join(kind.file for kind in KINDS)}")
    graph = Graph(url or own_graph(), token_of(person, tenant))
    asyncio.run(_bring_in(files, graph, dry_run=dry_run))


async def _bring_in(files: dict[str, list[Entry] | None], graph: Graph, *, dry_run: bool) -> None:
    async with graph:
        ids: dict[tuple[str, Key], str] = {}
        wanted: list[Wanted] = []
        for kind in KINDS:
            present = {kind.key_of(it.entry): it for it in await present_of(kind, graph)}
            ids |= {(kind.record, key): it.id for key, it in present.items()}
            for entry in files[kind.lists] or ():
                key = kind.key_of(entry)
                wanted.append(Wanted(kind, key, entry, present.get(key)))
        different = [it for it in wanted if it.deeds(ids)]
        for it in different:
            for line in it.told():
                typer.echo(line)
        refused = [line for it in different for line in await _tried(it, graph, ids)]
        if refused:
            raise Refused("\n".join(["nothing was changed:", *refused]))
        if not dry_run:
            for it in different:
                await _made(it, graph, ids)
        would = " would be" if dry_run else ""
        typer.echo(
            f"{len(different)}{would} different, {len(wanted) - len(different)} as they are"
        )


async def _tried(wanted: Wanted, graph: Graph, ids: Ids) -> list[str]:
    """Have it refused without doing it; what its own record is needed for comes later."""
    tried = [await _do(wanted.kind, it, graph, dry_run=True) for it in wanted.deeds(ids)]
    return [f"  {wanted.kind.file}: {why}" for _id, refused in tried for why in refused]


async def _made(wanted: Wanted, graph: Graph, ids: dict[tuple[str, Key], str]) -> None:
    """Do it; what has been made is known by its id to what comes after it."""
    done: set[str] = set()
    while deeds := [it for it in wanted.deeds(ids) if it.name not in done]:
        deed = deeds[0]
        id, refused = await _do(wanted.kind, deed, graph, dry_run=False)
        if refused:
            raise Refused("\n".join([f"{wanted.kind.file}, after others were done:", *refused]))
        done.add(deed.name)
        if id is not None:
            ids[wanted.kind.record, wanted.key] = id


async def _do(
    kind: Kind, deed: Deed, graph: Graph, *, dry_run: bool
) -> tuple[str | None, list[str]]:
    """Do it, or only try; give the record's id, and why it was refused."""
    type_name = f"{deed.name[0].upper()}{deed.name[1:]}Input"
    declared, handed, given = ["$dryRun: Boolean"], ["dryRun: $dryRun"], {"dryRun": dry_run}
    asked: list[tuple[str, str, Any]] = [
        ("id", "ID!", deed.id),
        ("expectedVersion", "Int", deed.version),
        ("input", f"{type_name}!", deed.input),
    ]
    for name, type, value in asked:
        if value is not None:
            declared.append(f"${name}: {type}")
            handed.append(f"{name}: ${name}")
            given[name] = value
    field = kind.record[0].lower() + kind.record[1:]
    document = f"""mutation Configure({", ".join(declared)}) {{
        done: {deed.name}({", ".join(handed)}) {{ {field} {{ id }} {DONE} }} }}"""
    done = (await graph.ask(document, **given))["done"]
    refused = [f"{'.'.join(it['path'] or ())} {it['message']}" for it in done["userErrors"]]
    return (done[field] or {}).get("id"), refused


def _entries(kind: Kind, file: Path) -> list[Entry] | None:
    """Read a file's entries; None where there is no such file."""
    if not file.exists():
        return None
    if file.stat().st_size > MOST_BYTES:
        raise Refused(f"{file} is larger than {MOST_BYTES} bytes")
    try:
        found = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise Refused(f"{file} is no JSON: {error}") from None
    entries = [found] if kind.is_sole else found
    if not isinstance(entries, list) or not all(isinstance(it, dict) for it in entries):
        raise Refused(
            f"{file} is no list of entries" if not kind.is_sole else f"{file} is no entry"
        )
    by_key: dict[Key, Entry] = {}
    for entry in map(kind.plain, entries):
        if (key := kind.key_of(entry)) in by_key:
            raise Refused(f"{file} says {' / '.join(map(str, key))} twice")
        by_key[key] = entry
    above_first = sorted(by_key, key=lambda it: [str(part) for part in it])
    return [by_key[it] for it in above_first]


def _short(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= LONGEST_TOLD else f"{written[:LONGEST_TOLD]}…"
