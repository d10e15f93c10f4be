"""The entries of a file that a job reads: its rows or lines, one by one, and what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from graphql import GraphQLInputObjectType

from services.chassis import files
from services.chassis.database import reading
from services.chassis.delimited import (
    MAX_LINE,
    REFUSAL_COLUMNS,
    Dialect,
    Lines,
    Rows,
    written,
)
from services.chassis.graph.bulk import Upserting
from services.chassis.graph.cells import Cell, cells_of, coerced, item_of, named, unguarded
from services.chassis.graph.errors import each_of
from services.chassis.graph.mutate import Command
from services.chassis.graph.rows import Rowwise
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import FileFormat
from services.chassis.permissions import Permission
from services.chassis.refusals import Code, Path, Refusal, Refusals
from services.chassis.runner import Run

REFUSED = "refused"
"""Under this name a line of a file of refused items says why; when it is read it is left out."""


class FileUnreadable(Refusal):
    code, reason = Code.INVALID, "FILE_UNREADABLE"


class Lined(Protocol):
    """What is done with the lines of a file: an upsert of items, or a deed with records."""

    @property
    def item(self) -> GraphQLInputObjectType:
        """Say what a line is."""

    def cells(self) -> dict[str, Cell]:
        """Say what its cells are, where it is a row."""

    def rowwise(self, items: Sequence[Mapping[str, Any]]) -> Rowwise:
        """Give what is done with the lines of a batch."""

    def mended(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write a line so that it can be mended and run again."""


@dataclass(frozen=True)
class Importable:
    """A record type that can be brought in: the upsert that does it."""

    shape: Shape
    create: Command
    update: Command
    history: Permission
    item: GraphQLInputObjectType

    def cells(self) -> dict[str, Cell]:
        return cells_of(self.item)

    def rowwise(self, items: Sequence[Mapping[str, Any]]) -> Rowwise:
        given = {"items": items}
        return Upserting(self.shape, self.create, self.update, self.history, given)

    def mended(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        return raw


@dataclass(slots=True)
class Entry:
    """A row or a line of a file: as it stands, and as an item or why it is none."""

    line: int
    raw: Any
    item: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def key(self) -> Any:
        ref = self.item.get("externalRef") or {}
        return self.item.get("id") or (ref.get("source"), ref.get("id"))


class Entries:
    """Reads a job's file as a stream, from the row on that its place says."""

    def __init__(self, of: Lined, run: Run) -> None:
        self.of = of
        self.run = run
        self.options = run.job.options
        self.chunk = 0
        self.is_begun = False
        self.waiting: list[Entry] = []
        dialect = self.options.get("dialect")
        self.dialect = Dialect(**dialect) if dialect else Dialect()
        self.lines = Lines(self.dialect.encoding)
        self.cells = of.cells()
        self.columns: list[str] = []
        self.entries: Iterator[Entry] = iter(())

    def refused_header(self) -> str:
        if not self.is_csv:
            return ""
        return written([[*REFUSAL_COLUMNS, *self.columns]], self.dialect)

    def refused(self, entry: Entry, why: str) -> str:
        if self.is_csv:
            return written([[entry.line, why, *entry.raw]], self.dialect)
        told = {"line": entry.line, "reason": why}
        if isinstance(entry.raw, dict):
            return f"{orjson.dumps({**self.of.mended(entry.raw), REFUSED: told}).decode()}\n"
        return f"{orjson.dumps({REFUSED: {**told, 'text': entry.raw}}).decode()}\n"

    @property
    def is_csv(self) -> bool:
        return FileFormat[self.options["format"]] is FileFormat.CSV

    async def some(self, most: int) -> list[Entry]:
        """Read the next rows; the same record twice is two batches, of which the later stays."""
        if not self.is_begun:
            await self._begin()
        taken: list[Entry] = []
        keys = set()
        while len(taken) < most:
            entry = self.waiting.pop() if self.waiting else await self._entry()
            if entry is None:
                break
            if not entry.reason and entry.key in keys:
                self.waiting.append(entry)
                break
            keys.add(entry.key)
            taken.append(entry)
        return taken

    async def _begin(self) -> None:
        await self._fill()
        self.entries = self._of_csv() if self.is_csv else self._of_lines()
        self.is_begun = True
        for _ in range(self.run.job.place.get("rows", 0)):
            await self._entry(skipped=True)

    async def _entry(self, *, skipped: bool = False) -> Entry | None:
        await self._fill()
        entry = next(self.entries, None)
        if entry is not None and not entry.reason and not skipped:
            try:
                entry.item = self._item(entry.raw)
            except (Refusal, Refusals) as refusal:
                entry.reason = reason_of(refusal)
        return entry

    async def _fill(self) -> None:
        """Hold so many whole lines that a row cannot end beyond them."""
        while self.lines.held <= MAX_LINE * 2 and not self.lines.is_over:
            async with reading(self.run.works.engine, self.run.job.tenant) as connection:
                id = str(self.run.job.source_file_id)
                content = await files.chunk(connection, id, self.chunk)
            if content is None and not self.chunk:
                raise FileUnreadable("the file is here no more: its time was over")
            self.chunk += 1
            self.lines.feed(content or b"")

    def _of_csv(self) -> Iterator[Entry]:
        rows = Rows(self.lines, self.dialect)
        self.columns = rows.columns
        for row in rows:
            yield Entry(row.line, row.cells, reason=row.damage)

    def _of_lines(self) -> Iterator[Entry]:
        while line := self.lines.line():
            if not line.strip():
                yield Entry(self.lines.taken, line, reason="this line is empty")
                continue
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                why = f"this line is no JSON: {error}"
                yield Entry(self.lines.taken, line.rstrip("\r\n"), reason=why)
            else:
                yield Entry(self.lines.taken, found)

    def _item(self, raw: Any) -> Mapping[str, Any]:
        if self.is_csv:
            raw = self._of_row(raw)
        elif isinstance(raw, dict):
            raw = {k: v for k, v in raw.items() if k != REFUSED}
        return coerced(raw, self.of.item)

    def _of_row(self, cells: Sequence[str]) -> Mapping[str, Any]:
        names = self.options["columns"]
        texts = map(unguarded, cells) if self.options.get("spreadsheet") else cells
        row = {name: text for name, text in zip(names, texts, strict=True) if name is not None}
        item = item_of(self.cells, row)
        source = self.options.get("source")
        if source and "externalRef" in item:
            item["externalRef"].setdefault("source", source)
        return item

    async def counted(self) -> int:
        """Count the lines of the file, headings and all: so many rows there are at the most."""
        job = self.run.job
        count = 0
        async with reading(self.run.works.engine, job.tenant) as connection:
            async for content in files.contents(connection, str(job.source_file_id)):
                count += content.count(b"\n")
        return count


def reason_of(*refusals: Refusal | Refusals) -> str:
    """Say refusals in one line; of a path, the cell is what helps."""
    each = [one for it in refusals for one in each_of(it)]
    return "; ".join(f"{_named(it.path)}{it.message}" for it in each)


def _named(path: Path) -> str:
    name = named(path)
    return f"{name}: " if name else ""
