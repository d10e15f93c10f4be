"""Imports: a file's rows as items of an upsert; what is refused goes into a file of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

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
    Unreadable,
    written,
)
from services.chassis.files import File, FileState
from services.chassis.graph.bulk import Upserting
from services.chassis.graph.cells import Cell, cells_of, coerced, item_of, named, unguarded
from services.chassis.graph.errors import each_of
from services.chassis.graph.mutate import Command
from services.chassis.graph.rows import Row, put_all
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import FileFormat, RowStatus
from services.chassis.jobs import Progress
from services.chassis.permissions import Permission
from services.chassis.refusals import Code, Forbidden, Path, Refusal, Refusals
from services.chassis.runner import Run
from services.chassis.work import Work

REFUSED = "refused"
"""Under this name a line of a file of refused items says why; when it is read it is left out."""
MAX_REASON = 1000


class TooManyFailed(Refusal):
    code, reason = Code.LIMIT_EXCEEDED, "TOO_MANY_FAILED_LINES"


class FileUnreadable(Refusal):
    code, reason = Code.INVALID, "FILE_UNREADABLE"


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


class Importing:
    """One import in the hands of a runner; `place` counts the rows that are behind it."""

    def __init__(self, of: Importable, run: Run) -> None:
        self.of = of
        self.run = run
        self.options = run.job.options
        self.behind: int = run.job.place.get("rows", 0)
        self.chunk = 0
        self.is_begun = False
        self.waiting: list[Entry] = []
        dialect = self.options.get("dialect")
        self.dialect = Dialect(**dialect) if dialect else Dialect(encoding="utf-8-sig")
        self.lines = Lines(self.dialect.encoding)
        self.cells = of.cells()
        self.columns: list[str] = []
        self.entries: Iterator[Entry] = iter(())

    async def step(self) -> bool:
        """Do one batch; what is refused whole is done again row by row."""
        try:
            entries = await self._next(self.run.courtesy.rows)
        except Unreadable as why:
            raise FileUnreadable(str(why)) from None
        if not entries:
            await self._end()
            return False
        try:
            await self._do(entries)
        except (TooManyFailed, Forbidden):
            raise
        except (Refusal, Refusals):
            for it in entries:
                await self._alone(it)
        most = self.options.get("maxFailures")
        if most is not None and self.run.job.failed > most:
            raise TooManyFailed(f"{self.run.job.failed} lines were refused, {most} are allowed")
        return True

    async def _alone(self, entry: Entry) -> None:
        """Do one row; if even that is refused at its end, by what it comes to, it is refused."""
        try:
            await self._do([entry])
        except (Refusal, Refusals) as refusal:
            entry.reason = _reason(refusal)
            await self._do([entry])

    async def _do(self, entries: Sequence[Entry]) -> None:
        sound = [it for it in entries if not it.reason]
        async with self.run.batch(rehearsal=self.run.job.is_dry_run) as (work, progress):
            rows = await self._upserted(work, sound)
            refused = [
                (it, _reason(*row.refusals))
                for it, row in zip(sound, rows, strict=True)
                if row.status is RowStatus.REFUSED
            ]
            _refuse_if_nothing_may_be(rows)
            failed = [(it, it.reason) for it in entries if it.reason] + refused
            progress.place = {"rows": self.behind + len(entries)}
            progress.done = len(entries)
            progress.failed = len(failed)
            statuses = [it.status for it in rows]
            progress.created = statuses.count(RowStatus.CREATED)
            progress.updated = statuses.count(RowStatus.UPDATED)
            progress.unchanged = statuses.count(RowStatus.UNCHANGED)
            if self.run.job.total is None:
                progress.more["total"] = await self._counted()
            if failed:
                failed.sort(key=lambda it: it[0].line)
                progress.writings.append(partial(self._write_failed, failed, progress))
        self.behind += len(entries)

    async def _upserted(self, work: Work, entries: Sequence[Entry]) -> list[Row]:
        of = self.of
        items = {"items": [it.item for it in entries]}
        upserting = Upserting(of.shape, of.create, of.update, of.history, items)
        rows = await upserting.rows(work)
        await put_all(work, upserting, rows)
        await upserting.finish(work, rows)
        return rows

    async def _end(self) -> None:
        """Close the file of what was refused."""
        async with self.run.batch() as (work, _progress):
            if id := self.run.job.failed_file_id:
                file = await work.lock(File, id)
                if file.state is FileState.OPEN:
                    await files.close(work, file, sha256=None)

    async def _write_failed(
        self, failed: Sequence[tuple[Entry, str]], progress: Progress, work: Work
    ) -> None:
        job = self.run.job
        lines = [self._failed_line(entry, why[:MAX_REASON]) for entry, why in failed]
        id = job.failed_file_id
        if id is None:
            media_type = FileFormat[self.options["format"]].value
            name = f"refused of {job.id}"
            file = await files.begin(work, self.run.limits, name=name, media_type=media_type)
            await work.flush()
            progress.more["failed_file_id"] = id = file.id
            lines.insert(0, self._failed_header())
        content = "".join(lines).encode()
        for begin in range(0, len(content), files.MAX_CHUNK):
            part = content[begin : begin + files.MAX_CHUNK]
            await files.extend(work.session, id, part)

    def _failed_header(self) -> str:
        if not self.is_csv:
            return ""
        return written([[*REFUSAL_COLUMNS, *self.columns]], self.dialect)

    def _failed_line(self, entry: Entry, why: str) -> str:
        if self.is_csv:
            return written([[entry.line, why, *entry.raw]], self.dialect)
        told = {"line": entry.line, "reason": why}
        if isinstance(entry.raw, dict):
            return f"{orjson.dumps({**entry.raw, REFUSED: told}).decode()}\n"
        return f"{orjson.dumps({REFUSED: {**told, 'text': entry.raw}}).decode()}\n"

    @property
    def is_csv(self) -> bool:
        return FileFormat[self.options["format"]] is FileFormat.CSV

    async def _next(self, most: int) -> list[Entry]:
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
        for _ in range(self.behind):
            await self._entry(skipped=True)

    async def _entry(self, *, skipped: bool = False) -> Entry | None:
        await self._fill()
        entry = next(self.entries, None)
        if entry is not None and not entry.reason and not skipped:
            try:
                entry.item = self._item(entry.raw)
            except (Refusal, Refusals) as refusal:
                entry.reason = _reason(refusal)
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

    async def _counted(self) -> int:
        """Count the lines of the file, headings and all: so many rows there are at the most."""
        job = self.run.job
        count = 0
        async with reading(self.run.works.engine, job.tenant) as connection:
            async for content in files.contents(connection, str(job.source_file_id)):
                count += content.count(b"\n")
        return count


def _refuse_if_nothing_may_be(rows: Sequence[Row]) -> None:
    """Stop when it is the person, not the rows, that may not."""
    refusals = [it.refusals[0] if it.refusals else None for it in rows]
    if refusals and all(isinstance(it, Forbidden) for it in refusals):
        raise Forbidden(str(refusals[0]))


def _reason(*refusals: Refusal | Refusals) -> str:
    """Say refusals in one line; of a path, the cell is what helps."""
    each = [one for it in refusals for one in each_of(it)]
    return "; ".join(f"{_named(it.path)}{it.message}" for it in each)


def _named(path: Path) -> str:
    name = named(path)
    return f"{name}: " if name else ""
