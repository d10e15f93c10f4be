"""What the database does for a question: each statement as it was asked, explained as it ran."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import event, select

from services.chassis.database import reading
from services.chassis.graph.shapes import Reference
from services.chassis.graph.sorting import sort_name, written
from services.chassis.pages import Cursor
from tests.support.sowing import id_of

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
SAMPLE = 5
"""A row among many: it refers to what one in five refers to."""


@dataclass(frozen=True)
class Explained:
    """A statement as it ran: how many pages it touched, how long it took, and how it went."""

    statement: str
    buffers: int
    milliseconds: float
    plan: Any


async def explained(visitor, document, variables):
    """Ask; then have each statement that read tables explained, as the same role."""
    asked = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "set_config" not in statement:
            asked.append((statement, parameters))

    event.listen(visitor.engine.sync_engine, "before_cursor_execute", note)
    try:
        await visitor.ask(document, **variables)
    finally:
        event.remove(visitor.engine.sync_engine, "before_cursor_execute", note)
    async with reading(visitor.engine, visitor.tenant) as connection:
        return [
            _read(statement, await connection.exec_driver_sql(EXPLAIN + statement, parameters))
            for statement, parameters in asked
        ]


def _read(statement, answer):
    told = answer.scalar()
    told = orjson.loads(told) if isinstance(told, str) else told
    plan = told[0]["Plan"]
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return Explained(statement, buffers, told[0]["Execution Time"], plan)


@dataclass(frozen=True)
class Listing:
    """A list of one record type as it is asked: filtered by what some columns equal, sorted."""

    shape: Any
    root: str
    filters: tuple[str, ...] = ()
    sort: str = ""
    descending: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self):
        way = " descending" if self.descending else ""
        by = f" by {', '.join(self.filters)}" if self.filters else ""
        more = f" where {json.dumps(self.where)}" if self.where else ""
        return f"{self.root}{by}{more} sorted by {self.sort or 'id'}{way}"

    def document(self, more=""):
        name = self.shape.name
        return (
            f"query($w: {name}Where, $o: [{name}Order!], $a: String) {{ {self.root}"
            f"(where: $w, orderBy: $o, after: $a) {{ nodes {{ id version }}"
            f" pageInfo {{ endCursor }} {more} }} }}"
        )

    async def variables(self, visitor):
        sample = await self._row(visitor, self.filters, id=id_of(self.shape.entity, SAMPLE))
        where = dict(map(self._condition, self.filters, sample or ())) | dict(self.where)
        given: dict[str, Any] = {"w": where}
        if self.sort:
            direction = "DESC" if self.descending else "ASC"
            given["o"] = [{"field": sort_name(self.sort), "direction": direction}]
        return given

    async def deep(self, visitor, given, rows=1_000):
        """Ask for the page after so many rows, or amid those that there are."""
        page = (await visitor.ask(self.document(), **given))[self.root]
        end = page["pageInfo"]["endCursor"]
        if end is None or self.where:  # a cursor stands where the filter holds
            return given | {"a": end}
        stamp = json.loads(base64.urlsafe_b64decode(end + "=" * (-len(end) % 4)))[0]
        row = await self._row_after(visitor, rows)
        return given | {"a": Cursor(stamp, tuple(map(written, row))).encoded()}

    def _condition(self, column, value):
        (found,) = [it for it in self.shape.fields.values() if it.keys == (column,)]
        public = found.input_name if isinstance(found, Reference) else found.public
        return public, {"eq": getattr(value, "name", value)}

    async def _row_after(self, visitor, number):
        """Give the sort's values of one row of those that are live."""
        entity = self.shape.entity
        sort = [getattr(entity, it) for it in filter(None, (self.sort, "id"))]
        sample = await self._row(visitor, self.filters, id=id_of(entity, SAMPLE))
        same = [getattr(entity, c) == v for c, v in zip(self.filters, sample or (), strict=True)]
        order = [it.desc() if self.descending else it for it in sort]
        statement = select(*sort).where(*same, entity.archived_at.is_(None)).order_by(*order)
        async with reading(visitor.engine, visitor.tenant) as connection:
            rows = (await connection.execute(statement.limit(number))).all()
        return rows[-1] if len(rows) == number else rows[len(rows) // 2]

    async def _row(self, visitor, columns, *, id):
        if not columns:
            return ()
        entity = self.shape.entity
        statement = select(*(getattr(entity, it) for it in columns)).where(entity.id == id)
        async with reading(visitor.engine, visitor.tenant) as connection:
            return (await connection.execute(statement)).one()
