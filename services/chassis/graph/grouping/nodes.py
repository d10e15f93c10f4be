"""Nodes: rows of groups made what a client reads: the key, the measures, the records."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.calendars import Calendar
from services.chassis.graph.counts import counted
from services.chassis.graph.grouping.periods import period
from services.chassis.graph.grouping.plan import GroupsPlan, RecordsPlan
from services.chassis.graph.grouping.question import By
from services.chassis.graph.grouping.statements import COUNT, Grouping, figure_label, key_label
from services.chassis.graph.read import Paging, Reader, related
from services.chassis.graph.types import Connection, Money

Row = Mapping[str, Any]


@dataclass(frozen=True)
class GroupNodes:
    """Makes the groups of one page; what they need further is read for all of them at once."""

    reader: Reader
    plan: GroupsPlan
    grouping: Grouping
    group: Any

    async def of(self, rows: Sequence[Row]) -> list[Any]:
        keys = await self._keys(rows)
        nodes = [self._node(row, key) for row, key in zip(rows, keys, strict=True)]
        for it in self.plan.records:
            pages = await self._records(it, rows)
            for node, page in zip(nodes, pages, strict=True):
                node.__dict__[related(it.key)] = page
        return nodes

    def _node(self, row: Row, key: Any) -> Any:
        made = object.__new__(self.group)
        values = {"key": key, "count": row[COUNT], "measures": self._measures(row)}
        made.__dict__.update(values)
        return made

    async def _keys(self, rows: Sequence[Row]) -> list[Any]:
        """Make what the records of each group share; null where they are not grouped by it."""
        subject = self.plan.question.subject
        unsaid = dict.fromkeys(it.public for it in subject.keys.values())
        made = [object.__new__(subject.key_type) for _ in rows]
        for it in made:
            it.__dict__.update(unsaid)
        pairs = zip(self.plan.question.by, self.grouping.calendars, strict=True)
        for n, (by, calendar) in enumerate(pairs):
            values = [row[key_label(n)] for row in rows]
            told = await self._told(by, calendar, values)
            for key, value in zip(made, values, strict=True):
                key.__dict__[by.key.public] = None if value is None else told.get(value)
        return made

    async def _told(self, by: By, calendar: Calendar, values: Sequence[Any]) -> Mapping[Any, Any]:
        """Say what each value of a key is to a client."""
        there = dict.fromkeys(it for it in values if it is not None)
        if by.unit is not None:
            instants = by.key.kind is datetime
            return {it: period(by.unit, it, calendar, of_instants=instants) for it in there}
        plan = self.plan.references.get(by.key.public)
        if plan is None:
            return {it: it for it in there}
        return await self.reader.by_ids(plan, list(there)) if there else {}

    def _measures(self, row: Row) -> Any:
        """Make the measures that were reckoned: nobody asks for the others."""
        subject, currency = self.plan.question.subject, self.grouping.currency
        made = object.__new__(subject.measures_type)
        for public, it in subject.measured.items():
            made.__dict__[public] = object.__new__(it.family.type)
        for public, measure in self.plan.question.figures:
            value = row[figure_label((public, measure))]
            measured = subject.measured[public]
            if measured.is_money and not measured.family.measures[measure].counts:
                value = None if value is None else Money(amount=value, currency=str(currency))
            made.__dict__[public].__dict__[measure] = value
        return made

    async def _records(self, asked: RecordsPlan, rows: Sequence[Row]) -> list[Connection[Any]]:
        """List the records of all groups; how many there are in each, it has counted itself."""
        plan = asked.page.nodes
        page = self.reader.paged(plan, asked.page.arguments, self.plan.question.stamp)
        found: dict[str, list[Any]] = {str(place): [] for place, _ in enumerate(rows, 1)}
        if asked.page.is_read and rows:
            groups = [self._values(it) for it in rows]
            statement = self.grouping.records(plan.keys, page, groups)
            for place, *row in await self.reader.connection.execute(statement):
                found[str(place)].append(row)
        made = await self.reader.connections(Paging(asked.page, page), found)
        for row, each in zip(rows, made.values(), strict=True):
            for it in asked.page.counts:
                each.__dict__[counted(it.key)] = it.told(row[COUNT])
        return list(made.values())

    def _values(self, row: Row) -> list[Any]:
        """Give the key of a group as the database has it."""
        found = [row[key_label(n)] for n, _ in enumerate(self.plan.question.by)]
        return [it.name if isinstance(it, enum.Enum) else it for it in found]
