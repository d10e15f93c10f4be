"""Reading: a plan carried out, one statement for each list and one more for each relation."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, func, lateral, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import references
from services.chassis.actor import Actor, ActorKind
from services.chassis.graph.keyset import Page
from services.chassis.graph.plan import ManyPlan, PagePlan, Plan, ReferencePlan, Row
from services.chassis.graph.types import Connection, Edge, ExternalRef, PageInfo
from services.chassis.graph.where import Filter
from services.chassis.refusals import Forbidden


class Reader:
    """Carries out plans on one connection, as one actor."""

    def __init__(self, connection: AsyncConnection, actor: Actor) -> None:
        self.connection = connection
        self.actor = actor

    async def by_ids(self, plan: Plan, ids: Sequence[str]) -> dict[str, Any]:
        """Read records by id; what this actor may not see is left out, stubs are never asked."""
        if plan.shape.reading is None:
            records = {id: plan.stub(id) for id in ids}
            await self._follow_many(plan, list(records.values()))
            return records
        visible = plan.shape.reading.visible_to(self.actor)
        entity = plan.shape.entity
        statement = select(*plan.columns()).where(entity.id.in_(ids), visible)
        rows = (await self.connection.execute(statement)).all()
        return {it.id: it for it in await self._records(plan, rows)}

    async def page(self, asked: PagePlan) -> Connection[Any]:
        """Read one page of a list."""
        plan = asked.nodes
        reading = plan.shape.reading
        if reading is None:
            raise TypeError(f"{plan.shape.name} is no record of this service")
        page = Page.of(plan.shape.entity, asked.arguments)
        for sort in page.sorts:
            plan.index(sort.key)
        statement = (
            select(*plan.columns())
            .where(reading.visible_to(self.actor), self._filtered(asked), *page.beyond())
            .order_by(*page.order())
            .limit(page.size + 1)
        )
        rows = (await self.connection.execute(statement)).all()
        return await self._connection(plan, page, rows)

    async def pages(self, asked: ManyPlan, parents: Sequence[str]) -> dict[str, Connection[Any]]:
        """Read the first page of a relation for all parents, in one statement.

        Each parent's rows come from an index, as many as its page holds (LATERAL): numbering
        them with a window would read all children of all parents.
        """
        plan, entity = asked.page.nodes, asked.page.nodes.shape.entity
        reading = plan.shape.reading
        if reading is None:
            raise TypeError(f"{plan.shape.name} is no record of this service")
        page = Page.of(entity, asked.page.arguments, scope=asked.foreign_key)
        for sort in page.sorts:
            plan.index(sort.key)
        given = bindparam("parents", list(parents), ARRAY(Text))
        keys = func.unnest(given).table_valued("id", name="parents").render_derived()
        children = lateral(
            select(*plan.columns())
            .where(
                getattr(entity, asked.foreign_key) == keys.c.id,
                reading.visible_to(self.actor),
                self._filtered(asked.page),
                *page.beyond(),
            )
            .order_by(*page.order())
            .limit(page.size + 1),
            name="children",
        )
        statement = select(keys.c.id, *children.c).select_from(keys.join(children, true()))
        by_parent: dict[str, list[Row]] = {it: [] for it in parents}
        for row in await self.connection.execute(statement):
            by_parent[row[0]].append(row[1:])
        return await self._connections(plan, page, by_parent)

    def _filtered(self, asked: PagePlan) -> Any:
        shape = asked.nodes.shape
        return Filter(self.actor).compiled(shape, asked.arguments.get("where") or {}, shape.entity)

    async def _connections(
        self, plan: Plan, page: Page, rows: Mapping[str, list[Row]]
    ) -> dict[str, Connection[Any]]:
        """Make a page for each parent; what the records need further is read for all at once."""
        kept = [row for found in rows.values() for row in found[: page.size]]
        records = iter(await self._records(plan, kept))
        return {
            parent: _connected(page, plan, found, [next(records) for _ in found[: page.size]])
            for parent, found in rows.items()
        }

    async def _connection(self, plan: Plan, page: Page, rows: Sequence[Row]) -> Connection[Any]:
        records = await self._records(plan, rows[: page.size])
        return _connected(page, plan, rows, records)

    async def _records(self, plan: Plan, rows: Sequence[Row]) -> list[Any]:
        records = [plan.record(row) for row in rows]
        if not records:
            return records
        for following in plan.references:
            await self._follow(plan, following, records, rows)
        if plan.external_refs:
            await self._add_refs(plan, records)
        await self._follow_many(plan, records)
        return records

    async def _follow(
        self, plan: Plan, following: ReferencePlan, records: Sequence[Any], rows: Sequence[Row]
    ) -> None:
        index = plan.keys.index(following.key)
        ids = list({row[index]: None for row in rows if row[index] is not None})
        found = await self.by_ids(following.plan, ids) if ids else {}
        for record, row in zip(records, rows, strict=True):
            if following.name == "created_by.user":
                if record.created_by.kind is ActorKind.USER:
                    record.created_by.user = found.get(row[index])
            else:
                record.__dict__[following.name] = found.get(row[index])

    async def _follow_many(self, plan: Plan, records: Sequence[Any]) -> None:
        for following in plan.many:
            try:
                found = await self.pages(following, list({it.id: None for it in records}))
            except Forbidden as refusal:
                for record in records:
                    record.__dict__[related(following.key)] = refusal
                continue
            for record in records:
                record.__dict__[related(following.key)] = found[record.id]

    async def _add_refs(self, plan: Plan, records: Sequence[Any]) -> None:
        known = await references.of_records(
            self.connection, plan.shape.name, [it.id for it in records]
        )
        for record in records:
            record.__dict__["external_refs"] = [
                ExternalRef(source=source, id=ref) for source, ref in known.get(record.id, ())
            ]


def related(key: str) -> str:
    """Name where a record keeps a related page: two aliases of one field are two pages."""
    return f"many {key}"


def _connected(page: Page, plan: Plan, rows: Sequence[Row], records: list[Any]) -> Connection[Any]:
    indexes = [plan.keys.index(sort.key) for sort in page.sorts]
    cursors = [page.cursor_of([row[i] for i in indexes]) for row in rows[: page.size]]
    more = len(rows) > page.size
    if page.backwards:
        cursors.reverse()
        records.reverse()
    came_from = page.cursor is not None
    return Connection(
        edges=[Edge(cursor=c, node=r) for c, r in zip(cursors, records, strict=True)],
        nodes=records,
        page_info=PageInfo(
            has_next_page=came_from if page.backwards else more,
            has_previous_page=more if page.backwards else came_from,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
    )
