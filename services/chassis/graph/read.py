"""Reading: a plan carried out, one statement for each list and one more for each relation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import references
from services.chassis.actor import Actor, ActorKind
from services.chassis.calendars import Calendar
from services.chassis.conditions import among
from services.chassis.exchange import Reckoning
from services.chassis.fetching import fetch
from services.chassis.graph.counting import count, count_for
from services.chassis.graph.counts import counted
from services.chassis.graph.filter import Filter
from services.chassis.graph.keyset import Page
from services.chassis.graph.lists import Listing
from services.chassis.graph.masking import hidden_fields, refuse_hidden, sees_all
from services.chassis.graph.noticing import Notice
from services.chassis.graph.plan import ManyPlan, PagePlan, Plan, ReferencePlan, Row
from services.chassis.graph.relative import Moment, is_relative
from services.chassis.graph.shapes import Shape
from services.chassis.graph.showing import refuse_relation, refuse_unshown
from services.chassis.graph.types import Connection, Edge, ExternalRef, PageInfo
from services.chassis.ids import is_possible
from services.chassis.refusals import Forbidden


class Reader:
    """Carries out plans on one connection, as one actor, at one moment."""

    def __init__(
        self,
        connection: AsyncConnection,
        actor: Actor,
        now: datetime,
        reckoning: Reckoning,
        notice: Notice | None = None,
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.now = now
        self.reckoning = reckoning
        self.notice = notice or Notice()

    async def by_ids(self, plan: Plan, ids: Sequence[str]) -> dict[str, Any]:
        """Read records by id; what this actor may not see is left out, stubs are never asked."""
        ids = [it for it in ids if is_possible(it)]
        if plan.shape.reading is None:
            records = {id: plan.stub(id) for id in ids}
            await self._follow_many(plan, list(records.values()))
            return records
        visible = plan.shape.reading.visible_to(self.actor)
        refuse_unshown(plan, self.actor)
        entity = plan.shape.entity
        statement = select(*plan.columns()).where(among(entity.id, ids), visible)
        rows = await fetch(self.connection, statement)
        return {it.id: it for it in await self._records(plan, rows)}

    async def page(self, asked: PagePlan) -> Connection[Any]:
        """Read one page of a list; its rows, its counts, or both, as they are asked for."""
        plan = asked.nodes
        only = asked.only and asked.only.__name__
        page = self.paged(plan, asked.arguments, only)
        listing = await self._listing(asked)
        rows: Sequence[Row] = ()
        if asked.is_read:
            rows = await fetch(self.connection, listing.rows(plan.keys, page))
        records = await self._records(plan, rows[: page.size])
        made = Paging(asked, page).connected(rows, records)
        for it in asked.counts:
            made.__dict__[counted(it.key)] = await count(self.connection, it, listing)
        return made

    async def pages(self, asked: ManyPlan, parents: Sequence[str]) -> dict[str, Connection[Any]]:
        """Read the first page of a relation for all parents, in one statement."""
        plan = asked.page.nodes
        page = self.paged(plan, asked.page.arguments, asked.foreign_key)
        listing = await self._listing(asked.page, asked.foreign_key)
        by_parent: dict[str, list[Row]] = {it: [] for it in parents}
        if asked.page.is_read:
            statement = listing.rows_of(plan.keys, page, parents)
            for row in await fetch(self.connection, statement):
                by_parent[row[0]].append(row[1:])
        made = await self.connections(Paging(asked.page, page), by_parent)
        for it in asked.page.counts:
            counts = await count_for(self.connection, it, listing, parents)
            for parent, found in counts.items():
                made[parent].__dict__[counted(it.key)] = found
        return made

    def paged(self, plan: Plan, arguments: Mapping[str, Any], scope: object = None) -> Page:
        """Read a list's arguments, and have the columns of its sort read: cursors are of them."""
        refuse_unshown(plan, self.actor)
        page = Page.of(plan.shape.entity, arguments, scope)
        columns = [it.key for it in page.sorts]
        refuse_hidden(plan.shape, self.actor, columns, ("orderBy",))
        for it in columns:
            plan.index(it)
        return page

    async def moment(self, where: Mapping[str, Any]) -> Moment:
        """Give now for a filter; only relative time needs to know the company's calendar."""
        if not is_relative(where):
            return Moment(self.now, Calendar())
        return Moment(self.now, await self.reckoning.calendar(self.connection))

    async def _listing(self, asked: PagePlan, foreign_key: str = "") -> Listing:
        """Say which rows a list is of: those that this actor may see, and that it filters."""
        shape = asked.nodes.shape
        conditions = await self.conditions(shape, asked.arguments.get("where") or {})
        if asked.only is not None:
            conditions = (*conditions, asked.only(shape.entity, self.actor))
        ways = shape.reading.ways(self.actor) if shape.reading and not foreign_key else ()
        return Listing(shape.entity, conditions, foreign_key, ways)

    async def conditions(
        self, shape: Shape, where: Mapping[str, Any]
    ) -> tuple[ColumnElement[bool], ...]:
        """Say which records a filter finds of those that this actor may see."""
        if shape.reading is None:
            raise TypeError(f"{shape.name} is no record of this service")
        visible = shape.reading.visible_to(self.actor)
        moment = await self.moment(where)
        return visible, Filter(self.actor, moment).compiled(shape, where, shape.entity)

    async def connections(
        self, paging: "Paging", rows: Mapping[str, list[Row]]
    ) -> dict[str, Connection[Any]]:
        """Make a page for each parent; what the records need further is read for all at once."""
        size = paging.page.size
        kept = [row for found in rows.values() for row in found[:size]]
        records = iter(await self._records(paging.asked.nodes, kept))
        return {
            parent: paging.connected(found, [next(records) for _ in found[:size]])
            for parent, found in rows.items()
        }

    async def _records(self, plan: Plan, rows: Sequence[Row]) -> list[Any]:
        records = [plan.record(row) for row in rows]
        if not records:
            return records
        if not sees_all(self.actor):
            self.notice.records(self.actor, plan, records)
        hidden = hidden_fields(plan.shape, self.actor)
        for following in plan.references:
            if following.name in hidden:
                self._withhold(plan, following, records)
                continue
            await self._follow(plan, following, records, rows)
        if plan.external_refs:
            await self._add_refs(plan, records)
        for beside in plan.beside:
            await beside.read(self.connection, self.actor, records)
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

    def _withhold(self, plan: Plan, following: ReferencePlan, records: Sequence[Any]) -> None:
        """Give null for a record that may not be named here."""
        self.notice.redact(plan.shape, [following.name])
        for record in records:
            record.__dict__[following.name] = None

    async def _follow_many(self, plan: Plan, records: Sequence[Any]) -> None:
        for following in plan.many:
            try:
                refuse_relation(following, self.actor)
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


@dataclass(frozen=True)
class Paging:
    """Makes pages of rows and their records: as much of a page as was asked for."""

    asked: PagePlan
    page: Page

    def connected(self, rows: Sequence[Row], records: list[Any]) -> Connection[Any]:
        """Make a page; where there is one row more than it holds, another one follows."""
        page, kept = self.page, rows[: self.page.size]
        more, came_from = len(rows) > page.size, page.cursor is not None
        if page.backwards:
            kept = kept[::-1]
            records.reverse()
        return Connection(
            edges=self._edges(kept, records) if self.asked.has_edges else [],
            nodes=records,
            page_info=PageInfo(
                has_next_page=came_from if page.backwards else more,
                has_previous_page=more if page.backwards else came_from,
                start_cursor=self._cursor(kept[0]) if kept else None,
                end_cursor=self._cursor(kept[-1]) if kept else None,
            ),
        )

    def _edges(self, rows: Sequence[Row], records: Sequence[Any]) -> list[Edge[Any]]:
        cursors = map(self._cursor, rows) if self.asked.has_cursors else repeat("")
        return [Edge(cursor=c, node=r) for c, r in zip(cursors, records, strict=False)]

    def _cursor(self, row: Row) -> str:
        return self.page.cursor_of([row[it] for it in self._indexes])

    @cached_property
    def _indexes(self) -> list[int]:
        """Say where in a row the columns of the sort stand."""
        return [self.asked.nodes.keys.index(it.key) for it in self.page.sorts]
