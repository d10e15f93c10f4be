"""Exports: the records that a filter finds, page by page, into a file of CSV or JSON lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLInputObjectType
from sqlalchemy import ColumnElement, func, select

from services.chassis import files
from services.chassis.actor import Actor
from services.chassis.audit import EXPORTED, Noted
from services.chassis.delimited import Dialect, written
from services.chassis.exchange import Reckoning
from services.chassis.files import File
from services.chassis.graph.cells import default_columns, guarded, plain, sources_of, text_of
from services.chassis.graph.inputs import read_back
from services.chassis.graph.masking import hidden_fields, refuse_hidden
from services.chassis.graph.plan import Plan, take
from services.chassis.graph.read import Reader
from services.chassis.graph.shapes import Shape, reads
from services.chassis.graph.types import FileFormat
from services.chassis.jobs import Progress
from services.chassis.permissions import Permission, admit
from services.chassis.refusals import Bounds, Invalid
from services.chassis.runner import Run
from services.chassis.work import Work


@dataclass(frozen=True)
class Exportable:
    """A record type that can be taken out, and the type of its filter."""

    shape: Shape
    where: GraphQLInputObjectType
    permission: Permission

    def default(self, actor: Actor) -> list[str]:
        """Give the columns of who names none: all that can be brought in again, and be seen."""
        hidden = hidden_fields(self.shape, actor)
        sources = sources_of(self.shape)
        return [it for it in default_columns(self.shape) if sources[it].field.name not in hidden]

    def check(self, actor: Actor, columns: Sequence[str]) -> None:
        """Refuse a column that there is not, or that is hidden."""
        known = sources_of(self.shape)
        if unknown := [it for it in columns if it not in known]:
            raise Invalid(
                f"{self.shape.name} has no column {', '.join(unknown)}",
                path=("columns",),
                details=Bounds(allowed=tuple(known)),
            )
        read = (k for it in columns for k in reads(self.shape, known[it].field))
        refuse_hidden(self.shape, actor, read, ("columns",))


class Exporting:
    """One export in the hands of a runner; `place` is the last id that was written."""

    def __init__(self, of: Exportable, reckoning: Reckoning, run: Run) -> None:
        self.of = of
        self.run = run
        self.reckoning = reckoning
        self.options = run.job.options
        sources = sources_of(of.shape)
        self.columns = {it: sources[it] for it in self.options["columns"]}
        self.plan = Plan(of.shape)
        for it in self.columns.values():
            take(self.plan, it.field)
        self.dialect = Dialect(delimiter=self.options.get("delimiter") or ",")
        self.is_csv = FileFormat[self.options["format"]] is FileFormat.CSV

    async def step(self) -> bool:
        """Write one page; the last one closes the file."""
        async with self.run.batch() as (work, progress):
            admit(work.actor, self.of.permission)
            self.of.check(work.actor, self.options["columns"])
            if self.run.job.result_file_id is None:
                job, columns = self.run.job, tuple(self.columns)
                work.note(Noted(EXPORTED, self.of.shape.name, job.id, columns))
                await self._open(work, progress)
            id = progress.more.get("result_file_id") or self.run.job.result_file_id
            found = await self._page(work)
            if found:
                progress.place = {"after": found[-1].id}
                progress.done = len(found)
                await self._write(work, str(id), found)
            else:
                await files.close(work, await work.lock(File, str(id)), sha256=None)
        return bool(found)

    async def _open(self, work: Work, progress: Progress) -> None:
        """Begin the file, and count what it will hold."""
        count = select(func.count()).select_from(self.of.shape.entity)
        total = await work.session.scalar(count.where(*await self._conditions(work)))
        media_type = FileFormat[self.options["format"]].value
        name = self.options["name"]
        file = await files.begin(work, self.run.limits, name=name, media_type=media_type)
        await work.flush()
        progress.more |= {"total": total, "result_file_id": file.id}
        if self.is_csv:
            header = written([list(self.columns)], self.dialect)
            await files.extend(work.session, file.id, header.encode())

    async def _page(self, work: Work) -> list[Any]:
        entity = self.of.shape.entity
        after = self.run.job.place.get("after", "")
        statement = (
            select(*self.plan.columns())
            .where(*await self._conditions(work), entity.id > after)
            .order_by(entity.id)
            .limit(self.run.courtesy.rows)
        )
        return [self.plan.record(row) for row in await work.session.execute(statement)]

    async def _conditions(self, work: Work) -> tuple[ColumnElement[bool], ...]:
        """Say which records: those that this actor may see, and that were there at the start."""
        at, connection = self.run.job.created_at, await work.session.connection()
        reader = Reader(connection, work.actor, at, self.reckoning)
        where = read_back(self.options["where"], self.of.where)
        found = await reader.conditions(self.of.shape, where)
        return *found, self.of.shape.entity.created_at <= at

    async def _write(self, work: Work, id: str, records: Sequence[Any]) -> None:
        content = self._rows(records) if self.is_csv else self._lines(records)
        await files.write(work.session, id, content.encode())

    def _rows(self, records: Sequence[Any]) -> str:
        write = _guarded_text if self.options.get("spreadsheet") else text_of
        sources = list(self.columns.values())
        return written(
            [[write(source.value(it)) for source in sources] for it in records], self.dialect
        )

    def _lines(self, records: Sequence[Any]) -> str:
        return "".join(f"{orjson.dumps(self._item(it)).decode()}\n" for it in records)

    def _item(self, record: Any) -> dict[str, Any]:
        """Write a record as an item of its upsert; a money without an amount is null."""
        item: dict[str, Any] = {}
        for source in self.columns.values():
            value = plain(source.value(record))
            *outer, name = source.path
            part = item
            for step in outer:
                part = part.setdefault(step, {})
            part[name] = value
        return {k: _without_empty_money(v) for k, v in item.items()}


def _without_empty_money(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {k: None if isinstance(v, dict) and not any(v.values()) else v for k, v in part.items()}


def _guarded_text(value: Any) -> str:
    return guarded(text_of(value)) if isinstance(value, str) else text_of(value)
