"""Reading groups: their statement carried out, through the filter and the scope of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from services.chassis.calendars import Calendar, zone_named
from services.chassis.graph.counts import Count, CountPlan, counted
from services.chassis.graph.filter import Filter
from services.chassis.graph.grouping.having import Having
from services.chassis.graph.grouping.nodes import GroupNodes
from services.chassis.graph.grouping.periods import following
from services.chassis.graph.grouping.plan import GroupsPlan
from services.chassis.graph.grouping.question import Question, Step
from services.chassis.graph.grouping.sorts import GroupSort
from services.chassis.graph.grouping.statements import COUNT, Grouping, figure_label, key_label
from services.chassis.graph.keyset import after, read_back
from services.chassis.graph.masking import refuse_hidden, sees_all
from services.chassis.graph.read import Reader
from services.chassis.graph.relative import Moment
from services.chassis.graph.sorting import written
from services.chassis.graph.types import Connection, Edge, PageInfo
from services.chassis.pages import Cursor
from services.chassis.refusals import LimitExceeded

MAX_GAPS = 1000


@dataclass(frozen=True)
class GroupReader:
    """Carries out one plan of groups; `group` is their type."""

    reader: Reader
    plan: GroupsPlan
    group: Any

    @property
    def question(self) -> Question:
        return self.plan.question

    async def page(self) -> Connection[Any]:
        """Read a page of groups in one statement, and in one more the records in all of them."""
        self._look_at_policies()
        moment = Moment(self.reader.now, await self._calendar())
        grouping = await self._grouping(moment)
        groups = (await self._source(grouping)).subquery("groups")
        shown = self._having(groups, moment)
        sorts = [self._sort(groups, it) for it in self.question.order]
        found = await self.reader.connection.execute(self._paged(groups, shown, sorts))
        rows = [dict(it) for it in found.mappings()]
        kept = rows[: self.question.size]
        nodes = await GroupNodes(self.reader, self.plan, grouping, self.group).of(kept)
        cursors = [self._cursor(sorts, it) for it in kept]
        made = self._connected(nodes, cursors, more=len(rows) > len(kept))
        for it in self.plan.counts:
            made.__dict__[counted(it.key)] = await self._count(it, groups, shown)
        return made

    def _look_at_policies(self) -> None:
        """Refuse to reckon with what is hidden; what is watched is noted, of no one record."""
        question, actor = self.question, self.reader.actor
        shape, measured = question.subject.shape, question.subject.measured
        columns = [it.key.column for it in question.by]
        columns += [it for public, _measure in question.figures for it in measured[public].columns]
        if question.money and question.rates.on is None:
            columns.append(question.rates.key.column)
        refuse_hidden(shape, actor, columns)
        if columns and not sees_all(actor):
            self.reader.notice.columns(actor, shape, columns)

    async def _calendar(self) -> Calendar:
        if not self.question.needs_calendar:
            return Calendar()
        return await self.reader.reckoning.calendar(self.reader.connection)

    async def _grouping(self, moment: Moment) -> Grouping:
        shape, reader = self.question.subject.shape, self.reader
        if shape.reading is None:
            raise TypeError(f"{shape.name} is no record of this service")
        visible = shape.reading.visible_to(reader.actor)
        wanted = Filter(reader.actor, moment).compiled(shape, self.question.where, shape.entity)
        currency = None
        if self.question.money:
            currency = await reader.reckoning.base_currency(reader.connection)
        calendars = [
            replace(moment.calendar, zone=zone_named(it.zone)) if it.zone else moment.calendar
            for it in self.question.by
        ]
        return Grouping(
            self.question,
            (visible, wanted),
            calendars,
            moment.calendar,
            reader.reckoning,
            currency,
        )

    async def _source(self, grouping: Grouping) -> Any:
        if not self.question.fills_gaps:
            return grouping.groups()
        return grouping.filled(await self._starts(grouping))

    async def _starts(self, grouping: Grouping) -> list[date]:
        """Give the first day of each period, from the first one to the last that there is."""
        found = await self.reader.connection.execute(grouping.bounds())
        start, last, others = found.one()
        starts: list[date] = []
        while start is not None and start <= last:
            starts.append(start)
            if len(starts) * others > MAX_GAPS:
                told = f"gaps are filled among {MAX_GAPS} groups"
                raise LimitExceeded(told, path=("fillGaps",))
            start = following(grouping.period_unit, start, grouping.period_calendar)
        return starts

    def _sort(self, groups: Any, step: Step) -> GroupSort:
        label: str = COUNT
        kind: Any = int
        if isinstance(step.of, tuple):
            public, measure = step.of
            label = figure_label(step.of)
            kind = self.question.subject.measured[public].family.kind_of(measure)
        elif step.of is not None:
            label = key_label([it.key for it in self.question.by].index(step.of))
            kind = date if step.of.is_time else step.of.kind
        return GroupSort(groups.c[label], step.descending, step.nulls_first, kind)

    def _having(self, groups: Any, moment: Moment) -> Any:
        figures = {it: groups.c[figure_label(it)] for it in self.question.figures}
        return Having(groups.c[COUNT], figures, moment).compiled(self.question.having)

    def _paged(self, groups: Any, shown: Any, sorts: Sequence[GroupSort]) -> Any:
        statement = select(groups).where(shown)
        if self.question.cursor is not None:
            values = read_back(sorts, self.question.cursor)
            statement = statement.where(after(sorts, values))
        ordered = [it.clause() for it in sorts]
        return statement.order_by(*ordered).limit(self.question.size + 1)

    def _cursor(self, sorts: Sequence[GroupSort], row: Mapping[str, Any]) -> str:
        values = tuple(written(row[it.key]) for it in sorts)
        return Cursor(self.question.stamp, values).encoded()

    def _connected(
        self, nodes: list[Any], cursors: Sequence[str], *, more: bool
    ) -> Connection[Any]:
        return Connection(
            edges=[Edge(cursor=c, node=n) for c, n in zip(cursors, nodes, strict=True)],
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=more,
                has_previous_page=self.question.cursor is not None,
                start_cursor=cursors[0] if cursors else None,
                end_cursor=cursors[-1] if cursors else None,
            ),
        )

    async def _count(self, asked: CountPlan, groups: Any, shown: Any) -> Count:
        """Count the groups; the planner knows too little of them to guess."""
        found = select(groups.c[COUNT]).where(shown)
        if asked.limit is not None:
            found = found.limit(asked.limit + 1)
        number = select(func.count()).select_from(found.subquery("counted"))
        return asked.told(await self.reader.connection.scalar(number) or 0)
